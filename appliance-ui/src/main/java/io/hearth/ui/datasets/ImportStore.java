package io.hearth.ui.datasets;

import io.hearth.ui.core.Json;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.datasets.Import.Source;
import io.hearth.ui.datasets.Import.State;
import io.hearth.ui.datasets.reading.ImportSettings;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/** The rows of imports. */
@ApplicationScoped
public class ImportStore {
    void insert(Handle handle, Import one) {
        Source evaluation = one.evaluation();
        handle.createUpdate(
                        "INSERT INTO dataset_imports (id, name, owner, owner_name, state, file_name, blob, blob_bytes,"
                                + " evaluation_file_name, evaluation_blob, evaluation_bytes, settings, created, changed)"
                                + " VALUES (:id, :name, :owner, :ownerName, :state, :fileName, :blob, :bytes, :evaluationFileName,"
                                + " :evaluationBlob, :evaluationBytes, :settings, :created, :changed)")
                .bind("id", one.id())
                .bind("name", one.name())
                .bind("owner", one.owner())
                .bind("ownerName", one.ownerName())
                .bind("state", key(one.state()))
                .bind("fileName", one.source().fileName())
                .bind("blob", one.source().blob())
                .bind("bytes", one.source().bytes())
                .bind("evaluationFileName", evaluation == null ? null : evaluation.fileName())
                .bind("evaluationBlob", evaluation == null ? null : evaluation.blob())
                .bind("evaluationBytes", evaluation == null ? 0 : evaluation.bytes())
                .bind("settings", Json.write(one.settings()))
                .bind("created", one.created())
                .bind("changed", one.changed())
                .execute();
    }

    Optional<Import> find(Handle handle, String id) {
        return handle.createQuery("SELECT * FROM dataset_imports WHERE id = :id")
                .bind("id", id)
                .map(ImportStore::toImport)
                .findOne();
    }

    List<Import> list(Handle handle, long offset, int limit) {
        return handle.createQuery("SELECT * FROM dataset_imports ORDER BY id DESC LIMIT :limit OFFSET :offset")
                .bind("limit", limit)
                .bind("offset", offset)
                .map(ImportStore::toImport)
                .list();
    }

    long count(Handle handle) {
        return handle.createQuery("SELECT COUNT(*) FROM dataset_imports")
                .mapTo(Long.class)
                .one();
    }

    List<Import> all(Handle handle) {
        return list(handle, 0, Integer.MAX_VALUE);
    }

    /** Changes the state, if it is still the one expected. */
    boolean move(Handle handle, String id, State from, State to, long now) {
        return handle.createUpdate(
                                "UPDATE dataset_imports SET state = :to, changed = :now WHERE id = :id AND state = :from")
                        .bind("to", key(to))
                        .bind("from", key(from))
                        .bind("now", now)
                        .bind("id", id)
                        .execute()
                == 1;
    }

    /** Begins the reading anew with other settings. */
    void readAgain(Handle handle, String id, ImportSettings settings, long now) {
        handle.createUpdate("UPDATE dataset_imports SET state = 'reading', settings = :settings, report = NULL,"
                        + " failure = NULL, changed = :now WHERE id = :id")
                .bind("settings", Json.write(settings))
                .bind("now", now)
                .bind("id", id)
                .execute();
    }

    /** Ends the reading, if it was not taken back meanwhile. */
    boolean ended(Handle handle, String id, Report report, Sentence failure, long now) {
        return handle.createUpdate("UPDATE dataset_imports SET state = :state, report = :report, failure = :failure,"
                                + " changed = :now WHERE id = :id AND state = 'reading'")
                        .bind("state", key(failure == null ? State.READY : State.FAILED))
                        .bind("report", report == null ? null : Json.write(report))
                        .bind("failure", failure == null ? null : Json.write(failure))
                        .bind("now", now)
                        .bind("id", id)
                        .execute()
                == 1;
    }

    void committed(Handle handle, String id, String version, String choice, long now) {
        handle.createUpdate("UPDATE dataset_imports SET state = 'committed', version = :version, choice = :choice,"
                        + " changed = :now WHERE id = :id")
                .bind("version", version)
                .bind("choice", choice)
                .bind("now", now)
                .bind("id", id)
                .execute();
    }

    void delete(Handle handle, String id) {
        handle.createUpdate("DELETE FROM dataset_imports WHERE id = :id")
                .bind("id", id)
                .execute();
    }

    private static String key(State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    private static Import toImport(ResultSet row, StatementContext context) throws SQLException {
        String evaluationBlob = row.getString("evaluation_blob");
        String report = row.getString("report");
        String failure = row.getString("failure");
        return new Import(
                row.getString("id"),
                row.getString("name"),
                row.getString("owner"),
                row.getString("owner_name"),
                State.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
                new Source(row.getString("file_name"), row.getString("blob"), row.getLong("blob_bytes")),
                evaluationBlob == null
                        ? null
                        : new Source(
                                row.getString("evaluation_file_name"), evaluationBlob, row.getLong("evaluation_bytes")),
                Json.read(row.getString("settings"), ImportSettings.class),
                report == null ? null : Json.read(report, Report.class),
                failure == null ? null : Json.read(failure, Sentence.class),
                row.getString("version"),
                row.getLong("created"),
                row.getLong("changed"));
    }
}
