package io.hearth.ui.models;

import io.hearth.protocol.WorkerSpec;
import io.hearth.ui.core.Json;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/** Rows of models, versions and aliases. */
@ApplicationScoped
public class ModelStore {
    private static final String VERSION_COLUMNS =
            "SELECT id, model, version, kind, base, hash, files, size_bytes, parameters,"
                    + " context_length, job, created FROM model_versions ";

    /** Adds a model if there is none of this name. */
    void ensureModel(Handle handle, String name, String actor, long now) {
        handle.createUpdate("INSERT INTO models (name, notes, tags, created, created_by) VALUES (:name, '', '[]', :now,"
                        + " :actor) ON CONFLICT (name) DO NOTHING")
                .bind("name", name)
                .bind("now", now)
                .bind("actor", actor)
                .execute();
    }

    Optional<Model> model(Handle handle, String name) {
        return handle.createQuery("SELECT name, notes, tags, created FROM models WHERE name = :name")
                .bind("name", name)
                .map(ModelStore::toModel)
                .findOne();
    }

    List<Model> models(Handle handle, long offset, int limit) {
        return handle.createQuery("SELECT m.name, m.notes, m.tags, m.created FROM models m ORDER BY m.name LIMIT :limit"
                        + " OFFSET :offset")
                .bind("limit", limit)
                .bind("offset", offset)
                .map(ModelStore::toModel)
                .list();
    }

    long modelCount(Handle handle) {
        return handle.createQuery("SELECT COUNT(*) FROM models")
                .mapTo(Long.class)
                .one();
    }

    void describe(Handle handle, String name, String notes, List<String> tags) {
        handle.createUpdate("UPDATE models SET notes = :notes, tags = :tags WHERE name = :name")
                .bind("notes", notes)
                .bind("tags", Json.write(tags))
                .bind("name", name)
                .execute();
    }

    void deleteModel(Handle handle, String name) {
        handle.createUpdate("DELETE FROM models WHERE name = :name")
                .bind("name", name)
                .execute();
    }

    /** The next number of a model's versions; it is never given out again. */
    int nextNumber(Handle handle, String model) {
        handle.createUpdate(
                        "INSERT INTO model_numbers (model, last) VALUES (:model, 1) ON CONFLICT (model) DO UPDATE SET"
                                + " last = model_numbers.last + 1")
                .bind("model", model)
                .execute();
        return handle.createQuery("SELECT last FROM model_numbers WHERE model = :model")
                .bind("model", model)
                .mapTo(Integer.class)
                .one();
    }

    void insert(Handle handle, ModelVersion version, Map<String, ?> lineage, String actor) {
        handle.createUpdate(
                        "INSERT INTO model_versions (id, model, version, kind, base, hash, files, size_bytes, parameters,"
                                + " context_length, job, lineage, created, created_by) VALUES (:id, :model, :version, :kind, :base,"
                                + " :hash, :files, :size, :parameters, :contextLength, :job, :lineage, :created, :actor)")
                .bind("id", version.id())
                .bind("model", version.model())
                .bind("version", version.version())
                .bind("kind", version.kind().name())
                .bind("base", version.base())
                .bind("hash", version.hash())
                .bind("files", Json.write(version.files()))
                .bind("size", version.sizeBytes())
                .bind("parameters", version.parameters())
                .bind("contextLength", version.contextLength())
                .bind("job", version.job())
                .bind("lineage", Json.write(lineage))
                .bind("created", version.created())
                .bind("actor", actor)
                .execute();
    }

    void delete(Handle handle, String version) {
        handle.createUpdate("DELETE FROM model_versions WHERE id = :id")
                .bind("id", version)
                .execute();
    }

    Optional<ModelVersion> byId(Handle handle, String id) {
        return one(handle, "WHERE id = :value", id);
    }

    Optional<ModelVersion> byJob(Handle handle, String job) {
        return one(handle, "WHERE job = :value", job);
    }

    Optional<ModelVersion> newest(Handle handle, String model) {
        return one(handle, "WHERE model = :value ORDER BY version DESC LIMIT 1", model);
    }

    Optional<ModelVersion> byHash(Handle handle, String hash) {
        return one(handle, "WHERE hash = :value ORDER BY created LIMIT 1", hash);
    }

    Optional<ModelVersion> byNumber(Handle handle, String model, int number) {
        return handle.createQuery(VERSION_COLUMNS + "WHERE model = :model AND version = :number")
                .bind("model", model)
                .bind("number", number)
                .map(ModelStore::toVersion)
                .findOne();
    }

    Optional<ModelVersion> byAlias(Handle handle, String model, String alias) {
        return handle.createQuery(
                        VERSION_COLUMNS + "WHERE id = (SELECT version_id FROM model_aliases WHERE model = :model"
                                + " AND alias = :alias)")
                .bind("model", model)
                .bind("alias", alias)
                .map(ModelStore::toVersion)
                .findOne();
    }

    /** Versions of a model, the newest first. */
    List<ModelVersion> versions(Handle handle, String model) {
        return handle.createQuery(VERSION_COLUMNS + "WHERE model = :model ORDER BY version DESC")
                .bind("model", model)
                .map(ModelStore::toVersion)
                .list();
    }

    /** Versions of one kind, the newest first. */
    List<ModelVersion> ofKind(Handle handle, ModelVersion.Kind kind) {
        return handle.createQuery(VERSION_COLUMNS + "WHERE kind = :kind ORDER BY created DESC")
                .bind("kind", kind.name())
                .map(ModelStore::toVersion)
                .list();
    }

    /** Adapters of a base. */
    List<ModelVersion> adaptersOf(Handle handle, String base) {
        return handle.createQuery(VERSION_COLUMNS + "WHERE base = :base ORDER BY created")
                .bind("base", base)
                .map(ModelStore::toVersion)
                .list();
    }

    List<ModelVersion> all(Handle handle) {
        return handle.createQuery(VERSION_COLUMNS + "ORDER BY model, version")
                .map(ModelStore::toVersion)
                .list();
    }

    /** What a version was made of, as JSON text. */
    Optional<String> lineage(Handle handle, String version) {
        return handle.createQuery("SELECT lineage FROM model_versions WHERE id = :id")
                .bind("id", version)
                .mapTo(String.class)
                .findOne();
    }

    void setAlias(Handle handle, String model, String alias, String version, String actor, long now) {
        handle.createUpdate(
                        "INSERT INTO model_aliases (model, alias, version_id, changed, changed_by) VALUES (:model, :alias,"
                                + " :version, :now, :actor) ON CONFLICT (model, alias) DO UPDATE SET version_id = excluded.version_id,"
                                + " changed = excluded.changed, changed_by = excluded.changed_by")
                .bind("model", model)
                .bind("alias", alias)
                .bind("version", version)
                .bind("now", now)
                .bind("actor", actor)
                .execute();
    }

    boolean removeAlias(Handle handle, String model, String alias) {
        return handle.createUpdate("DELETE FROM model_aliases WHERE model = :model AND alias = :alias")
                        .bind("model", model)
                        .bind("alias", alias)
                        .execute()
                > 0;
    }

    /** Aliases of a model. */
    List<Alias> aliases(Handle handle, String model) {
        return handle.createQuery(
                        "SELECT alias, version_id, changed FROM model_aliases WHERE model = :model ORDER BY alias")
                .bind("model", model)
                .map((row, context) ->
                        new Alias(row.getString("alias"), row.getString("version_id"), row.getLong("changed")))
                .list();
    }

    private static Optional<ModelVersion> one(Handle handle, String where, String value) {
        return handle.createQuery(VERSION_COLUMNS + where)
                .bind("value", value)
                .map(ModelStore::toVersion)
                .findOne();
    }

    private static Model toModel(ResultSet row, StatementContext context) throws SQLException {
        return new Model(
                row.getString("name"),
                row.getString("notes"),
                List.of(Json.read(row.getString("tags"), String[].class)),
                row.getLong("created"));
    }

    private static ModelVersion toVersion(ResultSet row, StatementContext context) throws SQLException {
        long parameters = row.getLong("parameters");
        Long knownParameters = row.wasNull() ? null : parameters;
        int contextLength = row.getInt("context_length");
        Integer knownContext = row.wasNull() ? null : contextLength;
        return new ModelVersion(
                row.getString("id"),
                row.getString("model"),
                row.getInt("version"),
                ModelVersion.Kind.valueOf(row.getString("kind")),
                row.getString("base"),
                row.getString("hash"),
                List.of(Json.read(row.getString("files"), WorkerSpec.Input[].class)),
                row.getLong("size_bytes"),
                knownParameters,
                knownContext,
                row.getString("job"),
                row.getLong("created"));
    }
}
