package io.hearth.ui.models;

import io.hearth.protocol.WorkerSpec;
import io.hearth.ui.core.Json;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/** Rows of exports. */
@ApplicationScoped
public class ModelExportStore {
    void insert(Handle handle, ModelExport row, String owner) {
        handle.createUpdate(
                        "INSERT INTO model_exports (id, version_id, state, files, owner_id, created, changed) VALUES (:id,"
                                + " :version, :state, '[]', :owner, :now, :now)")
                .bind("id", row.id())
                .bind("version", row.version())
                .bind("state", row.state().name())
                .bind("owner", owner)
                .bind("now", row.created())
                .execute();
    }

    Optional<ModelExport> find(Handle handle, String id) {
        return handle.createQuery("SELECT * FROM model_exports WHERE id = :id")
                .bind("id", id)
                .map(ModelExportStore::toExport)
                .findOne();
    }

    Optional<ModelExport> newest(Handle handle, String version) {
        return handle.createQuery(
                        "SELECT * FROM model_exports WHERE version_id = :version ORDER BY created DESC, id DESC LIMIT 1")
                .bind("version", version)
                .map(ModelExportStore::toExport)
                .findOne();
    }

    List<ModelExport> open(Handle handle) {
        return handle.createQuery("SELECT * FROM model_exports WHERE state IN ('QUEUED', 'RUNNING') ORDER BY created")
                .map(ModelExportStore::toExport)
                .list();
    }

    List<ModelExport> all(Handle handle) {
        return handle.createQuery("SELECT * FROM model_exports")
                .map(ModelExportStore::toExport)
                .list();
    }

    void placed(Handle handle, String id, String worker, long now) {
        set(handle, id, ModelExport.State.RUNNING, worker, List.of(), null, now);
    }

    void waits(Handle handle, String id, String reason, long now) {
        set(handle, id, ModelExport.State.QUEUED, null, List.of(), reason, now);
    }

    void ready(Handle handle, String id, List<WorkerSpec.Input> files, long now) {
        set(handle, id, ModelExport.State.READY, null, files, null, now);
    }

    void failed(Handle handle, String id, String reason, long now) {
        set(handle, id, ModelExport.State.FAILED, null, List.of(), reason, now);
    }

    /** Forgets exports that ended before a time; their blobs go with them. */
    void forgetBefore(Handle handle, long time) {
        handle.execute("DELETE FROM model_exports WHERE state IN ('READY', 'FAILED') AND changed < ?", time);
    }

    private static void set(
            Handle handle,
            String id,
            ModelExport.State state,
            String worker,
            List<WorkerSpec.Input> files,
            String reason,
            long now) {
        handle.createUpdate(
                        "UPDATE model_exports SET state = :state, worker = :worker, files = :files, reason = :reason,"
                                + " changed = :now WHERE id = :id")
                .bind("state", state.name())
                .bind("worker", worker)
                .bind("files", Json.write(files))
                .bind("reason", reason)
                .bind("now", now)
                .bind("id", id)
                .execute();
    }

    private static ModelExport toExport(ResultSet row, StatementContext context) throws SQLException {
        return new ModelExport(
                row.getString("id"),
                row.getString("version_id"),
                ModelExport.State.valueOf(row.getString("state")),
                row.getString("worker"),
                List.of(Json.read(row.getString("files"), WorkerSpec.Input[].class)),
                row.getString("reason"),
                row.getLong("created"));
    }
}
