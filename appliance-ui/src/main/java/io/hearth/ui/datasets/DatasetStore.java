package io.hearth.ui.datasets;

import io.hearth.ui.core.Ids;
import io.hearth.ui.core.Json;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/** The rows of datasets and their versions. */
@ApplicationScoped
public class DatasetStore {
    private static final String VERSIONS =
            "SELECT v.*, d.name AS name FROM dataset_versions v JOIN datasets d ON d.id = v.dataset ";

    /** The dataset of a name, made if there is none. */
    Dataset named(Handle handle, String name, String actor, long now) {
        Optional<Dataset> known = byName(handle, name);
        if (known.isPresent()) {
            return known.get();
        }
        Dataset dataset = new Dataset(Ids.next("ds"), name, "", List.of(), now);
        handle.createUpdate("INSERT INTO datasets (id, name, notes, tags, last_version, created, created_by)"
                        + " VALUES (:id, :name, '', '[]', 0, :now, :actor)")
                .bind("id", dataset.id())
                .bind("name", name)
                .bind("now", now)
                .bind("actor", actor)
                .execute();
        return dataset;
    }

    Optional<Dataset> byName(Handle handle, String name) {
        return handle.createQuery("SELECT * FROM datasets WHERE name = :name")
                .bind("name", name)
                .map(DatasetStore::toDataset)
                .findOne();
    }

    Optional<Dataset> byId(Handle handle, String id) {
        return handle.createQuery("SELECT * FROM datasets WHERE id = :id")
                .bind("id", id)
                .map(DatasetStore::toDataset)
                .findOne();
    }

    List<Dataset> datasets(Handle handle, String search, long offset, int limit) {
        return handle.createQuery(
                        "SELECT * FROM datasets WHERE LOWER(name) LIKE :search ESCAPE '!' OR LOWER(tags) LIKE :search"
                                + " ESCAPE '!' ORDER BY id DESC LIMIT :limit OFFSET :offset")
                .bind("search", like(search))
                .bind("limit", limit)
                .bind("offset", offset)
                .map(DatasetStore::toDataset)
                .list();
    }

    long count(Handle handle, String search) {
        return handle.createQuery(
                        "SELECT COUNT(*) FROM datasets WHERE LOWER(name) LIKE :search ESCAPE '!' OR LOWER(tags) LIKE"
                                + " :search ESCAPE '!'")
                .bind("search", like(search))
                .mapTo(Long.class)
                .one();
    }

    private static String like(String search) {
        String plain = search == null ? "" : search.toLowerCase(Locale.ROOT);
        return "%" + plain.replace("!", "!!").replace("%", "!%").replace("_", "!_") + "%";
    }

    void describe(Handle handle, String id, String notes, List<String> tags) {
        handle.createUpdate("UPDATE datasets SET notes = :notes, tags = :tags WHERE id = :id")
                .bind("notes", notes)
                .bind("tags", Json.write(tags))
                .bind("id", id)
                .execute();
    }

    /** The number of the next version, which is used up by asking. */
    int nextVersion(Handle handle, String dataset) {
        handle.createUpdate("UPDATE datasets SET last_version = last_version + 1 WHERE id = :id")
                .bind("id", dataset)
                .execute();
        return handle.createQuery("SELECT last_version FROM datasets WHERE id = :id")
                .bind("id", dataset)
                .mapTo(Integer.class)
                .one();
    }

    void insert(Handle handle, DatasetVersion version, VersionFacts facts, String actor) {
        handle.createUpdate("INSERT INTO dataset_versions (id, dataset, version, hash, shape, row_count, train_rows,"
                        + " evaluation_rows, train_blob, train_bytes, evaluation_blob, evaluation_bytes, facts, created,"
                        + " created_by) VALUES (:id, :dataset, :version, :hash, :shape, :rows, :trainRows, :evaluationRows,"
                        + " :trainBlob, :trainBytes, :evaluationBlob, :evaluationBytes, :facts, :created, :actor)")
                .bind("id", version.id())
                .bind("dataset", version.dataset())
                .bind("version", version.version())
                .bind("hash", version.hash())
                .bind("shape", version.shape())
                .bind("rows", version.rows())
                .bind("trainRows", version.trainRows())
                .bind("evaluationRows", version.evaluationRows())
                .bind("trainBlob", version.trainBlob())
                .bind("trainBytes", version.trainBytes())
                .bind("evaluationBlob", version.evaluationBlob())
                .bind("evaluationBytes", version.evaluationBytes())
                .bind("facts", Json.write(facts))
                .bind("created", version.created())
                .bind("actor", actor)
                .execute();
    }

    Optional<DatasetVersion> versionById(Handle handle, String id) {
        return handle.createQuery(VERSIONS + "WHERE v.id = :id")
                .bind("id", id)
                .map(DatasetStore::toVersion)
                .findOne();
    }

    /** Versions of a dataset, the newest first. */
    List<DatasetVersion> versions(Handle handle, String dataset) {
        return handle.createQuery(VERSIONS + "WHERE v.dataset = :dataset ORDER BY v.version DESC")
                .bind("dataset", dataset)
                .map(DatasetStore::toVersion)
                .list();
    }

    List<DatasetVersion> newest(Handle handle, int limit) {
        return handle.createQuery(VERSIONS + "ORDER BY v.id DESC LIMIT :limit")
                .bind("limit", limit)
                .map(DatasetStore::toVersion)
                .list();
    }

    VersionFacts facts(Handle handle, String version) {
        return Json.read(
                handle.createQuery("SELECT facts FROM dataset_versions WHERE id = :id")
                        .bind("id", version)
                        .mapTo(String.class)
                        .one(),
                VersionFacts.class);
    }

    /** Hashes of all blobs that versions are made of. */
    List<String> blobs(Handle handle) {
        return handle.createQuery(
                        "SELECT train_blob FROM dataset_versions UNION SELECT evaluation_blob FROM dataset_versions"
                                + " WHERE evaluation_blob IS NOT NULL")
                .mapTo(String.class)
                .list();
    }

    void deleteVersion(Handle handle, String id) {
        handle.createUpdate("DELETE FROM dataset_versions WHERE id = :id")
                .bind("id", id)
                .execute();
    }

    void deleteDataset(Handle handle, String id) {
        handle.createUpdate("DELETE FROM datasets WHERE id = :id")
                .bind("id", id)
                .execute();
    }

    private static Dataset toDataset(ResultSet row, StatementContext context) throws SQLException {
        return new Dataset(
                row.getString("id"),
                row.getString("name"),
                row.getString("notes"),
                List.of(Json.read(row.getString("tags"), String[].class)),
                row.getLong("created"));
    }

    private static DatasetVersion toVersion(ResultSet row, StatementContext context) throws SQLException {
        return new DatasetVersion(
                row.getString("id"),
                row.getString("dataset"),
                row.getString("name"),
                row.getInt("version"),
                row.getString("hash"),
                row.getString("shape"),
                row.getLong("row_count"),
                row.getLong("train_rows"),
                row.getLong("evaluation_rows"),
                row.getString("train_blob"),
                row.getLong("train_bytes"),
                row.getString("evaluation_blob"),
                row.getLong("evaluation_bytes"),
                row.getLong("created"));
    }
}
