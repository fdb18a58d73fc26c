package io.hearth.ui.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import io.hearth.protocol.WorkerSpec;
import io.hearth.protocol.WorkerStatus;
import io.hearth.ui.core.Ids;
import io.hearth.ui.core.Json;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.nodes.Worker;
import io.hearth.ui.nodes.WorkerRequest;
import io.hearth.ui.nodes.Workers;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Workers as rows without nodes: what they do is said by the test. Written in the caller's transaction, as the real ones are. */
final class RowWorkers implements Workers {
    Placement refusal;
    boolean reachable = true;

    void create(Handle handle) {
        handle.execute(
                "CREATE TABLE IF NOT EXISTS row_worker (id TEXT PRIMARY KEY, owner TEXT, content TEXT, released INT,"
                        + " sequence INT)");
    }

    @Override
    public Placement place(Handle handle, WorkerRequest request) {
        if (refusal != null) {
            return refusal;
        }
        WorkerSpec spec = new WorkerSpec(
                Ids.next("worker"),
                request.kind(),
                "cpu:0",
                request.task(),
                request.inputs(),
                request.outputs(),
                null,
                request.restart(),
                WorkerSpec.Desired.RUN);
        Worker worker =
                new Worker(spec.id(), "node-1", request.owner(), spec, null, request.memoryBytes(), 0, false, true);
        handle.execute(
                "INSERT INTO row_worker VALUES (?, ?, ?, 0, 0)", worker.id(), worker.owner(), Json.write(worker));
        return new Placement.Placed(worker);
    }

    @Override
    public void pause(Handle handle, String worker) {
        desire(handle, worker, WorkerSpec.Desired.PAUSE);
    }

    @Override
    public void resume(Handle handle, String worker) {
        desire(handle, worker, WorkerSpec.Desired.RUN);
    }

    private void desire(Handle handle, String id, WorkerSpec.Desired desired) {
        Worker worker = find(handle, id).orElseThrow(() -> Problem.notFound("nodes.worker.none", id));
        save(handle, with(worker, worker.spec().with(desired), worker.status()));
    }

    @Override
    public void release(Handle handle, String worker) {
        handle.execute("UPDATE row_worker SET released = 1 WHERE id = ?", worker);
    }

    @Override
    public Optional<Worker> find(Handle handle, String worker) {
        return handle.createQuery("SELECT content, released, sequence FROM row_worker WHERE id = :id")
                .bind("id", worker)
                .map((row, context) -> {
                    Worker found = Json.read(row.getString("content"), Worker.class);
                    return new Worker(
                            found.id(),
                            found.nodeId(),
                            found.owner(),
                            found.spec(),
                            found.status(),
                            found.memoryBytes(),
                            row.getLong("sequence"),
                            row.getInt("released") != 0,
                            reachable);
                })
                .findOne();
    }

    @Override
    public List<Worker> of(Handle handle, String owner) {
        return handle
                .createQuery("SELECT id FROM row_worker WHERE owner = :owner AND released = 0 ORDER BY id")
                .bind("owner", owner)
                .mapTo(String.class)
                .list()
                .stream()
                .map(id -> find(handle, id).orElseThrow())
                .toList();
    }

    @Override
    public LogPart log(String worker, long offset, int maxBytes) {
        throw Problem.conflict("nodes.log.offline");
    }

    /** What a node would tell of a worker. */
    void status(Handle handle, String id, WorkerStatus.State state, int attempt, List<WorkerStatus.Output> outputs) {
        Worker worker = find(handle, id).orElseThrow();
        WorkerStatus status =
                new WorkerStatus(id, state, attempt, System.currentTimeMillis(), "because", null, null, outputs);
        save(handle, with(worker, worker.spec(), status));
    }

    /** An event of a worker, once: as the intake does it, the sequence is noted in the same transaction. */
    void say(Handle handle, Workers.Listener listener, String id, long sequence, JsonNode event) {
        Worker worker = find(handle, id).orElseThrow();
        if (sequence <= worker.lastEvent()) {
            return;
        }
        listener.said(handle, worker, sequence, event);
        handle.execute("UPDATE row_worker SET sequence = ? WHERE id = ?", sequence, id);
    }

    private static Worker with(Worker worker, WorkerSpec spec, WorkerStatus status) {
        return new Worker(
                worker.id(),
                worker.nodeId(),
                worker.owner(),
                spec,
                status,
                worker.memoryBytes(),
                worker.lastEvent(),
                worker.released(),
                worker.reachable());
    }

    private static void save(Handle handle, Worker worker) {
        handle.execute("UPDATE row_worker SET content = ? WHERE id = ?", Json.write(worker), worker.id());
    }

    static Placement later(String key) {
        return new Placement.Later(Sentence.of(key));
    }
}
