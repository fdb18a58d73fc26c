package io.hearth.ui.uploads;

import jakarta.enterprise.context.ApplicationScoped;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/** The rows of uploads. */
@ApplicationScoped
class UploadStore {
    /**
     * An upload.
     *
     * @param sha256 hash of the whole file once it is whole, or null
     * @param touched when bytes last came
     */
    record Upload(String id, String owner, String name, long size, String sha256, long created, long touched) {}

    void insert(Handle handle, Upload upload) {
        handle.createUpdate("INSERT INTO uploads (id, owner, name, size, sha256, created, touched)"
                        + " VALUES (:id, :owner, :name, :size, :sha256, :created, :touched)")
                .bind("id", upload.id())
                .bind("owner", upload.owner())
                .bind("name", upload.name())
                .bind("size", upload.size())
                .bind("sha256", upload.sha256())
                .bind("created", upload.created())
                .bind("touched", upload.touched())
                .execute();
    }

    Optional<Upload> find(Handle handle, String id) {
        return handle.createQuery("SELECT * FROM uploads WHERE id = :id")
                .bind("id", id)
                .map(UploadStore::upload)
                .findOne();
    }

    List<Upload> ofOwner(Handle handle, String owner) {
        return handle.createQuery("SELECT * FROM uploads WHERE owner = :owner ORDER BY id DESC")
                .bind("owner", owner)
                .map(UploadStore::upload)
                .list();
    }

    List<Upload> all(Handle handle) {
        return handle.createQuery("SELECT * FROM uploads ORDER BY id")
                .map(UploadStore::upload)
                .list();
    }

    void touch(Handle handle, String id, long now) {
        handle.createUpdate("UPDATE uploads SET touched = :now WHERE id = :id")
                .bind("now", now)
                .bind("id", id)
                .execute();
    }

    void whole(Handle handle, String id, String sha256, long now) {
        handle.createUpdate("UPDATE uploads SET sha256 = :sha256, touched = :now WHERE id = :id")
                .bind("sha256", sha256)
                .bind("now", now)
                .bind("id", id)
                .execute();
    }

    void delete(Handle handle, String id) {
        handle.createUpdate("DELETE FROM uploads WHERE id = :id").bind("id", id).execute();
    }

    private static Upload upload(ResultSet row, StatementContext context) throws SQLException {
        return new Upload(
                row.getString("id"),
                row.getString("owner"),
                row.getString("name"),
                row.getLong("size"),
                row.getString("sha256"),
                row.getLong("created"),
                row.getLong("touched"));
    }
}
