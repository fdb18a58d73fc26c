package io.hearth.ui.nodes;

import com.fasterxml.jackson.databind.JsonNode;
import io.hearth.protocol.WorkerKind;
import io.hearth.protocol.WorkerSpec;
import io.hearth.protocol.WorkerStatus;
import io.hearth.ui.core.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jdbi.v3.core.Handle;

/** Rows of workers. */
final class WorkerStore {
    /** States in which no process of a worker holds memory. */
    private static final String IDLE = "('done', 'failed')";

    private static final String HOLDS = "NOT (COALESCE(state, 'starting') IN " + IDLE
            + " OR (desired = 'pause' AND COALESCE(state, 'starting') = 'paused'))";

    private final Predicate<String> linked;

    WorkerStore(Predicate<String> linked) {
        this.linked = linked;
    }

    /**
     * Memory that workers hold on a card.
     *
     * @param worker id of the worker
     * @param owner its owner
     * @param kind what it does
     * @param node its node
     * @param card its card
     * @param bytes memory
     * @param leaving whether it is on its way out
     */
    record Hold(String worker, String owner, WorkerKind kind, String node, String card, long bytes, boolean leaving) {}

    void insert(Handle handle, Worker worker, long now) {
        WorkerSpec spec = worker.spec();
        handle.createUpdate(
                        "INSERT INTO worker (id, node_id, card, kind, owner, spec, desired, memory_bytes, last_event,"
                                + " released, resuming, untold, created) VALUES (:id, :node, :card, :kind, :owner, :spec, :desired,"
                                + " :memory, 0, 0, 0, 0, :created)")
                .bind("id", worker.id())
                .bind("node", worker.nodeId())
                .bind("card", spec.card())
                .bind("kind", spec.kind().command())
                .bind("owner", worker.owner())
                .bind("spec", Json.write(spec))
                .bind("desired", desired(spec.desired()))
                .bind("memory", worker.memoryBytes())
                .bind("created", now)
                .execute();
        for (String sha256 :
                spec.inputs().stream().map(WorkerSpec.Input::sha256).distinct().toList()) {
            handle.execute("INSERT INTO worker_input (worker_id, sha256) VALUES (?, ?)", worker.id(), sha256);
        }
    }

    Optional<Worker> find(Handle handle, String id) {
        return handle.createQuery("SELECT * FROM worker WHERE id = :id")
                .bind("id", id)
                .map((row, context) -> read(row))
                .findOne();
    }

    /** Workers of an owner that are not released, the oldest first. */
    List<Worker> ofOwner(Handle handle, String owner) {
        return handle.createQuery("SELECT * FROM worker WHERE owner = :owner AND released = 0 ORDER BY created, id")
                .bind("owner", owner)
                .map((row, context) -> read(row))
                .list();
    }

    /** All workers of a node, also those that are released, the oldest first. */
    List<Worker> ofNode(Handle handle, String node) {
        return handle.createQuery("SELECT * FROM worker WHERE node_id = :node ORDER BY created, id")
                .bind("node", node)
                .map((row, context) -> read(row))
                .list();
    }

    /** Workers that have left results. */
    List<Worker> done(Handle handle) {
        return handle.createQuery("SELECT * FROM worker WHERE state = 'done'")
                .map((row, context) -> read(row))
                .list();
    }

    List<Hold> holds(Handle handle) {
        return handle.createQuery(
                        "SELECT id, owner, kind, node_id, card, memory_bytes, released FROM worker WHERE " + HOLDS)
                .map((row, context) -> new Hold(
                        row.getString("id"),
                        row.getString("owner"),
                        WorkerKind.valueOf(row.getString("kind").toUpperCase(java.util.Locale.ROOT)),
                        row.getString("node_id"),
                        row.getString("card"),
                        row.getLong("memory_bytes"),
                        row.getInt("released") == 1))
                .list();
    }

    void desire(Handle handle, String id, WorkerSpec.Desired desired, boolean resuming) {
        handle.createUpdate("UPDATE worker SET desired = :desired, resuming = :resuming WHERE id = :id")
                .bind("desired", desired(desired))
                .bind("resuming", resuming ? 1 : 0)
                .bind("id", id)
                .execute();
    }

    /** Workers that should go on as soon as there is room, the oldest first. */
    List<Worker> resuming(Handle handle) {
        return handle.createQuery("SELECT * FROM worker WHERE resuming = 1 AND released = 0 ORDER BY created, id")
                .map((row, context) -> read(row))
                .list();
    }

    void release(Handle handle, String id) {
        handle.execute("UPDATE worker SET released = 1, resuming = 0 WHERE id = ?", id);
    }

    void forget(Handle handle, String id) {
        handle.execute("DELETE FROM worker_input WHERE worker_id = ?", id);
        handle.execute("DELETE FROM worker WHERE id = ?", id);
    }

    void status(Handle handle, WorkerStatus status) {
        handle.createUpdate("UPDATE worker SET status = :status, state = :state, untold = 1 WHERE id = :id")
                .bind("status", Json.write(status))
                .bind("state", status.state().name().toLowerCase(java.util.Locale.ROOT))
                .bind("id", status.id())
                .execute();
    }

    void stored(Handle handle, String id, long sequence) {
        handle.execute("UPDATE worker SET last_event = ? WHERE id = ?", sequence, id);
    }

    void setAside(Handle handle, Worker worker, long sequence, JsonNode event, String reason, long now) {
        handle.createUpdate("INSERT INTO worker_event_aside (worker_id, owner, sequence, event, reason, time)"
                        + " VALUES (:worker, :owner, :sequence, :event, :reason, :time)")
                .bind("worker", worker.id())
                .bind("owner", worker.owner())
                .bind("sequence", sequence)
                .bind("event", String.valueOf(event))
                .bind("reason", reason)
                .bind("time", now)
                .execute();
    }

    long setAside(Handle handle) {
        return handle.createQuery("SELECT COUNT(*) FROM worker_event_aside")
                .mapTo(Long.class)
                .one();
    }

    void untell(Handle handle, String node) {
        handle.execute("UPDATE worker SET untold = 1 WHERE node_id = ? AND released = 0", node);
    }

    List<String> untold(Handle handle) {
        return handle.createQuery("SELECT id FROM worker WHERE untold = 1 ORDER BY id")
                .mapTo(String.class)
                .list();
    }

    void told(Handle handle, String id) {
        handle.execute("UPDATE worker SET untold = 0 WHERE id = ?", id);
    }

    /** Whether a worker on this node reads a blob. */
    boolean reads(Handle handle, String node, String sha256) {
        return handle.createQuery("SELECT COUNT(*) FROM worker_input i JOIN worker w ON w.id = i.worker_id"
                                + " WHERE w.node_id = :node AND w.released = 0 AND i.sha256 = :sha256")
                        .bind("node", node)
                        .bind("sha256", sha256)
                        .mapTo(Integer.class)
                        .one()
                > 0;
    }

    private Worker read(ResultSet row) throws SQLException {
        String status = row.getString("status");
        String node = row.getString("node_id");
        WorkerSpec.Desired desired =
                row.getString("desired").equals("pause") ? WorkerSpec.Desired.PAUSE : WorkerSpec.Desired.RUN;
        return new Worker(
                row.getString("id"),
                node,
                row.getString("owner"),
                Json.read(row.getString("spec"), WorkerSpec.class).with(desired),
                status == null ? null : Json.read(status, WorkerStatus.class),
                row.getLong("memory_bytes"),
                row.getLong("last_event"),
                row.getInt("released") != 0,
                linked.test(node));
    }

    private static String desired(WorkerSpec.Desired desired) {
        return desired == WorkerSpec.Desired.PAUSE ? "pause" : "run";
    }
}
