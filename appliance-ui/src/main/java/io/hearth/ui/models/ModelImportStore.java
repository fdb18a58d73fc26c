package io.hearth.ui.models;

import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Json;
import io.hearth.ui.core.Role;
import io.hearth.ui.models.check.Finding;
import io.hearth.ui.models.check.ModelFacts;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/** Rows of imports. */
@ApplicationScoped
public class ModelImportStore {
    private static final String OPEN = "state IN ('READING', 'CHECKING', 'STORING')";

    void insert(Handle handle, ModelImport row, Actor owner) {
        handle.createUpdate(
                        "INSERT INTO model_imports (id, model, origin, source, source_name, base, state, done_bytes,"
                                + " total_bytes, problems, remarks, facts, version_id, known, owner_id, owner_name, owner_role, created,"
                                + " changed) VALUES (:id, :model, :origin, :source, :sourceName, :base, :state, 0, :total, '[]', '[]',"
                                + " NULL, NULL, 0, :ownerId, :ownerName, :ownerRole, :now, :now)")
                .bind("id", row.id())
                .bind("model", row.model())
                .bind("origin", row.origin().name())
                .bind("source", row.source())
                .bind("sourceName", row.sourceName())
                .bind("base", row.base())
                .bind("state", row.state().name())
                .bind("total", row.totalBytes())
                .bind("ownerId", owner.id())
                .bind("ownerName", owner.name())
                .bind("ownerRole", owner.role().key())
                .bind("now", row.created())
                .execute();
    }

    Optional<ModelImport> find(Handle handle, String id) {
        return handle.createQuery("SELECT * FROM model_imports WHERE id = :id")
                .bind("id", id)
                .map(ModelImportStore::toImport)
                .findOne();
    }

    /** Those that go on, the oldest first. */
    List<ModelImport> open(Handle handle) {
        return handle.createQuery("SELECT * FROM model_imports WHERE " + OPEN + " ORDER BY created")
                .map(ModelImportStore::toImport)
                .list();
    }

    List<ModelImport> newest(Handle handle, int limit) {
        return handle.createQuery("SELECT * FROM model_imports ORDER BY created DESC LIMIT :limit")
                .bind("limit", limit)
                .map(ModelImportStore::toImport)
                .list();
    }

    /** Who began an import, to act in their name. */
    Actor owner(Handle handle, String id) {
        return handle.createQuery("SELECT owner_id, owner_name, owner_role FROM model_imports WHERE id = :id")
                .bind("id", id)
                .map((row, context) -> new Actor(
                        row.getString("owner_id"),
                        row.getString("owner_name"),
                        Role.of(row.getString("owner_role")),
                        "import " + id))
                .one();
    }

    void progress(Handle handle, String id, long done, long total) {
        handle.createUpdate(
                        "UPDATE model_imports SET done_bytes = :done, total_bytes = :total WHERE id = :id AND " + OPEN)
                .bind("done", done)
                .bind("total", total)
                .bind("id", id)
                .execute();
    }

    /** Moves an import on; false if a person has stopped it meanwhile. */
    boolean move(Handle handle, String id, ModelImport.State to, List<Finding> remarks, ModelFacts facts, long now) {
        return handle.createUpdate(
                                "UPDATE model_imports SET state = :state, remarks = :remarks, facts = COALESCE(:facts,"
                                        + " facts), changed = :now WHERE id = :id AND " + OPEN)
                        .bind("state", to.name())
                        .bind("remarks", Json.write(remarks))
                        .bind("facts", facts == null ? null : Json.write(facts))
                        .bind("now", now)
                        .bind("id", id)
                        .execute()
                > 0;
    }

    void fail(Handle handle, String id, List<Finding> problems, List<Finding> remarks, long now) {
        handle.createUpdate(
                        "UPDATE model_imports SET state = 'FAILED', problems = :problems, remarks = :remarks, changed ="
                                + " :now WHERE id = :id AND " + OPEN)
                .bind("problems", Json.write(problems))
                .bind("remarks", Json.write(remarks))
                .bind("now", now)
                .bind("id", id)
                .execute();
    }

    void ready(Handle handle, String id, String version, boolean known, long now) {
        handle.createUpdate(
                        "UPDATE model_imports SET state = 'READY', version_id = :version, known = :known, done_bytes ="
                                + " total_bytes, changed = :now WHERE id = :id AND " + OPEN)
                .bind("version", version)
                .bind("known", known ? 1 : 0)
                .bind("now", now)
                .bind("id", id)
                .execute();
    }

    boolean cancel(Handle handle, String id, long now) {
        return handle.createUpdate("UPDATE model_imports SET state = 'CANCELLED', changed = :now WHERE id = :id AND "
                                + OPEN)
                        .bind("now", now)
                        .bind("id", id)
                        .execute()
                > 0;
    }

    private static ModelImport toImport(ResultSet row, StatementContext context) throws SQLException {
        String facts = row.getString("facts");
        return new ModelImport(
                row.getString("id"),
                row.getString("model"),
                ModelImport.Origin.valueOf(row.getString("origin")),
                row.getString("source"),
                row.getString("source_name"),
                row.getString("base"),
                ModelImport.State.valueOf(row.getString("state")),
                row.getLong("done_bytes"),
                row.getLong("total_bytes"),
                List.of(Json.read(row.getString("problems"), Finding[].class)),
                List.of(Json.read(row.getString("remarks"), Finding[].class)),
                facts == null ? null : Json.read(facts, ModelFacts.class),
                row.getString("version_id"),
                row.getInt("known") != 0,
                row.getString("owner_id"),
                row.getLong("created"));
    }
}
