package io.hearth.ui.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import io.hearth.contract.Event;
import io.hearth.contract.Recipe;
import io.hearth.protocol.WorkerStatus;
import io.hearth.ui.core.Json;
import io.hearth.ui.core.Sentence;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/** Rows of jobs and their history. */
@ApplicationScoped
public class JobStore {
    void insert(Handle handle, Job job) {
        handle.createUpdate(
                        "INSERT INTO jobs (id, name, dataset, dataset_label, dataset_hash, base, base_label, base_hash, model,"
                                + " recipe, evaluation_rows, evaluation_tokens, priority, state, wish, plan, attempt, step, steps,"
                                + " checkpoint_step, train_millis, last_time, cloned_from, queued, created, created_by, created_by_name,"
                                + " changed) VALUES (:id, :name, :dataset, :datasetLabel, :datasetHash, :base, :baseLabel, :baseHash,"
                                + " :model, :recipe, :evaluationRows, :evaluationTokens, :priority, :state, 'run', :plan, 1, 0, 0, 0, 0,"
                                + " 0, :clonedFrom, :created, :created, :createdBy, :createdByName, :created)")
                .bind("id", job.id())
                .bind("name", job.name())
                .bind("dataset", job.dataset())
                .bind("datasetLabel", job.datasetLabel())
                .bind("datasetHash", job.datasetHash())
                .bind("base", job.base())
                .bind("baseLabel", job.baseLabel())
                .bind("baseHash", job.baseHash())
                .bind("model", job.model())
                .bind("recipe", Json.sparse(job.recipe()).toString())
                .bind("evaluationRows", job.evaluationRows())
                .bind("evaluationTokens", job.evaluationTokens())
                .bind("priority", job.priority())
                .bind("state", job.state().key())
                .bind("plan", job.plan())
                .bind("clonedFrom", job.clonedFrom())
                .bind("created", job.created())
                .bind("createdBy", job.createdBy())
                .bind("createdByName", job.createdByName())
                .execute();
    }

    Optional<Job> find(Handle handle, String id) {
        return handle.createQuery("SELECT * FROM jobs WHERE id = :id")
                .bind("id", id)
                .map(JobStore::toJob)
                .findOne();
    }

    /** The newest first. */
    List<Job> list(Handle handle, long offset, int limit) {
        return handle.createQuery("SELECT * FROM jobs ORDER BY created DESC, id DESC LIMIT :limit OFFSET :offset")
                .bind("limit", limit)
                .bind("offset", offset)
                .map(JobStore::toJob)
                .list();
    }

    long count(Handle handle) {
        return handle.createQuery("SELECT COUNT(*) FROM jobs").mapTo(Long.class).one();
    }

    /** Those that have not ended, in the order in which they get their turn. */
    List<Job> open(Handle handle) {
        return handle.createQuery(
                        "SELECT * FROM jobs WHERE state NOT IN ('done', 'failed', 'cancelled') ORDER BY priority"
                                + " DESC, queued, id")
                .map(JobStore::toJob)
                .list();
    }

    /** Failed jobs that still keep a worker. */
    List<Job> failedWithWorker(Handle handle, long before) {
        return handle.createQuery(
                        "SELECT * FROM jobs WHERE state = 'failed' AND worker IS NOT NULL AND finished < :before")
                .bind("before", before)
                .map(JobStore::toJob)
                .list();
    }

    /** The last jobs that are done and had a plan. */
    List<Job> doneWithPlan(Handle handle, int limit) {
        return handle.createQuery(
                        "SELECT * FROM jobs WHERE state = 'done' AND plan IS NOT NULL AND train_millis > 0 AND"
                                + " attempt = 1 ORDER BY finished DESC LIMIT :limit")
                .bind("limit", limit)
                .map(JobStore::toJob)
                .list();
    }

    /** Whether a job that has not ended needs a version of a model or dataset. */
    List<Job> needing(Handle handle, String version) {
        return handle.createQuery(
                        "SELECT * FROM jobs WHERE (dataset = :version OR base = :version) AND state NOT IN ('done',"
                                + " 'cancelled') ORDER BY created")
                .bind("version", version)
                .map(JobStore::toJob)
                .list();
    }

    /** Jobs that were made of a version. */
    List<Job> madeOf(Handle handle, String version, int limit) {
        return handle.createQuery(
                        "SELECT * FROM jobs WHERE dataset = :version OR base = :version ORDER BY created LIMIT :limit")
                .bind("version", version)
                .bind("limit", limit)
                .map(JobStore::toJob)
                .list();
    }

    Optional<Job> byVersion(Handle handle, String version) {
        return handle.createQuery("SELECT * FROM jobs WHERE version = :version")
                .bind("version", version)
                .map(JobStore::toJob)
                .findOne();
    }

    /**
     * Moves a job to another state and writes it into its history.
     *
     * @throws IllegalStateException if the state does not follow, or the row has another state than the job
     */
    void move(Handle handle, Job job, JobState to, String actor, Sentence note, long now) {
        if (!job.state().next().contains(to)) {
            throw new IllegalStateException(job.id() + " cannot go from " + job.state() + " to " + to);
        }
        int moved = handle.createUpdate("UPDATE jobs SET state = :to, reason = :reason, changed = :now,"
                        + " finished = CASE WHEN :last = 1 THEN :now ELSE NULL END,"
                        + " started = CASE WHEN :starting = 1 THEN COALESCE(started, :now) ELSE started END"
                        + " WHERE id = :id AND state = :from")
                .bind("to", to.key())
                .bind("reason", StoredSentence.write(note))
                .bind("now", now)
                .bind("last", to.last() ? 1 : 0)
                .bind("starting", to == JobState.STARTING ? 1 : 0)
                .bind("id", job.id())
                .bind("from", job.state().key())
                .execute();
        if (moved != 1) {
            throw new IllegalStateException(job.id() + " is not " + job.state() + " any more");
        }
        happened(handle, job.id(), "state", job.state(), to, actor, note, now);
    }

    /** Writes something into a job's history that does not change its state. */
    void note(Handle handle, String job, String actor, Sentence note, long now) {
        happened(handle, job, "note", null, null, actor, note, now);
    }

    void happened(
            Handle handle, String job, String kind, JobState from, JobState to, String actor, Sentence note, long now) {
        int number = handle.createQuery("SELECT COALESCE(MAX(number), 0) + 1 FROM job_events WHERE job = :job")
                .bind("job", job)
                .mapTo(Integer.class)
                .one();
        handle.createUpdate(
                        "INSERT INTO job_events (job, number, time, kind, state_from, state_to, actor, note) VALUES (:job,"
                                + " :number, :time, :kind, :from, :to, :actor, :note)")
                .bind("job", job)
                .bind("number", number)
                .bind("time", now)
                .bind("kind", kind)
                .bind("from", from == null ? null : from.key())
                .bind("to", to == null ? null : to.key())
                .bind("actor", actor)
                .bind("note", StoredSentence.write(note))
                .execute();
    }

    List<JobEvent> events(Handle handle, String job) {
        return handle.createQuery("SELECT * FROM job_events WHERE job = :job ORDER BY number")
                .bind("job", job)
                .map((row, context) -> new JobEvent(
                        row.getInt("number"),
                        row.getLong("time"),
                        row.getString("kind"),
                        state(row.getString("state_from")),
                        state(row.getString("state_to")),
                        row.getString("actor"),
                        StoredSentence.read(row.getString("note"))))
                .list();
    }

    /** Sets columns of a job's row: pairs of column and value. */
    void set(Handle handle, String job, Object... columns) {
        StringBuilder sql = new StringBuilder("UPDATE jobs SET ");
        for (int i = 0; i < columns.length; i += 2) {
            sql.append(i == 0 ? "" : ", ").append(columns[i]).append(" = :v").append(i);
        }
        var update =
                handle.createUpdate(sql.append(" WHERE id = :id").toString()).bind("id", job);
        for (int i = 0; i < columns.length; i += 2) {
            update.bind("v" + i, columns[i + 1]);
        }
        update.execute();
    }

    private static JobState state(String key) {
        return key == null ? null : JobState.of(key);
    }

    static Job toJob(ResultSet row, StatementContext context) throws SQLException {
        String files = row.getString("result_files");
        String parity = row.getString("parity");
        String result = row.getString("result");
        Integer reviveAttempt = whole(row, "revive_attempt");
        return new Job(
                row.getString("id"),
                row.getString("name"),
                row.getString("dataset"),
                row.getString("dataset_label"),
                row.getString("dataset_hash"),
                row.getString("base"),
                row.getString("base_label"),
                row.getString("base_hash"),
                row.getString("model"),
                Json.read(row.getString("recipe"), Recipe.class),
                row.getInt("evaluation_rows"),
                row.getInt("evaluation_tokens"),
                row.getInt("priority"),
                JobState.of(row.getString("state")),
                row.getString("wish").equals("pause"),
                StoredSentence.read(row.getString("reason")),
                row.getString("plan"),
                row.getString("worker"),
                row.getString("node"),
                row.getString("avoid"),
                row.getInt("attempt"),
                reviveAttempt == null ? null : new Job.Revival(reviveAttempt, row.getLong("revive_since")),
                progress(row),
                row.getString("said_done"),
                row.getString("failure"),
                metrics(row.getString("metrics")),
                row.getString("result_kind"),
                files == null ? List.of() : List.of(Json.read(files, WorkerStatus.Output[].class)),
                parity == null ? null : Json.read(parity, Event.ParityChecked.class),
                result == null ? null : Json.read(result, Comparison.class),
                row.getString("version"),
                row.getString("cloned_from"),
                row.getLong("queued"),
                row.getLong("created"),
                row.getString("created_by"),
                row.getString("created_by_name"),
                wide(row, "started"),
                wide(row, "finished"));
    }

    private static Job.Progress progress(ResultSet row) throws SQLException {
        return new Job.Progress(
                row.getString("phase"),
                row.getInt("step"),
                row.getInt("steps"),
                real(row, "loss"),
                real(row, "evaluation_loss"),
                real(row, "tokens_per_second"),
                real(row, "eta_seconds"),
                row.getInt("checkpoint_step"),
                row.getLong("train_millis"));
    }

    private static Map<String, Double> metrics(String text) {
        Map<String, Double> metrics = new TreeMap<>();
        if (text != null) {
            Json.read(text, JsonNode.class)
                    .properties()
                    .forEach(entry ->
                            metrics.put(entry.getKey(), entry.getValue().asDouble()));
        }
        return metrics;
    }

    private static Double real(ResultSet row, String column) throws SQLException {
        double value = row.getDouble(column);
        return row.wasNull() ? null : value;
    }

    private static Integer whole(ResultSet row, String column) throws SQLException {
        int value = row.getInt(column);
        return row.wasNull() ? null : value;
    }

    private static Long wide(ResultSet row, String column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? null : value;
    }
}
