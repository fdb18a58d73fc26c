package io.hearth.ui.nodes;

import com.fasterxml.jackson.databind.JsonNode;
import io.hearth.protocol.WorkerKind;
import io.hearth.protocol.WorkerSpec;
import io.hearth.ui.audit.AuditLog;
import io.hearth.ui.blobs.BlobStore;
import io.hearth.ui.certificates.Certificates;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.HearthHome;
import io.hearth.ui.core.Json;
import io.hearth.ui.core.News;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jdbi.v3.core.Handle;

/** The parts of the control plane that deal with nodes, on a home of their own and with a real port. */
final class Plane implements AutoCloseable {
    final HandClock clock;
    final Database database;
    final Certificates certificates;
    final News news = new News();
    final Links links = new Links();
    final Told told = new Told();
    final BlobStore blobs;
    final EventIntake events;
    final Changes changes;
    final Telemetry telemetry;
    final WorkerService workers;
    final Conversation conversation;
    final JoinCodes codes;
    final Enrolments enrolments;
    final NodeBlobs nodeBlobs;
    final NodeService nodes;
    final NodePort port;
    private final Vertx vertx = Vertx.vertx();

    /** Remembers what it was told, in memory and, of events, in the database. */
    static final class Told implements Workers.Listener {
        final List<Worker> changes = new CopyOnWriteArrayList<>();
        volatile long poison = -1;

        @Override
        public boolean attends(String owner) {
            return owner.startsWith("test/");
        }

        @Override
        public void said(Handle handle, Worker worker, long sequence, JsonNode event) {
            handle.execute("CREATE TABLE IF NOT EXISTS told (worker TEXT, sequence INTEGER, text TEXT)");
            handle.execute(
                    "INSERT INTO told VALUES (?, ?, ?)",
                    worker.id(),
                    sequence,
                    event.path("text").asText());
            if (sequence == poison) {
                throw new IllegalStateException("cannot take this");
            }
        }

        @Override
        public void changed(Handle handle, Worker worker) {
            changes.add(worker);
        }
    }

    Plane(Path folder, HandClock clock) {
        this.clock = clock;
        HearthHome home = new HearthHome(folder);
        home.folder(".");
        database = Database.open(home.database());
        certificates = new Certificates(home, clock, Optional.empty());
        AuditLog audit = new AuditLog(clock);
        blobs = new BlobStore(home);
        events = new EventIntake(database, links, clock, List.of(told));
        changes = new Changes(database, links, news, clock, List.of(told));
        telemetry = new Telemetry(database, clock);
        nodeBlobs = new NodeBlobs(database, blobs, home, clock);
        workers = new WorkerService(database, links, news, clock);
        conversation = new Conversation(database, links, events, changes, telemetry, workers, nodeBlobs, news, clock);
        codes = new JoinCodes(database, home, certificates, audit, news, clock);
        enrolments = new Enrolments(database, certificates, codes, audit, news, clock);
        nodes = new NodeService(database, links, conversation, changes, audit, news, clock);
        port = new NodePort(
                vertx, certificates, database, conversation, links, enrolments, nodeBlobs, clock, "127.0.0.1", 0);
        port.start();
    }

    String code() {
        return codes.create(Actor.SYSTEM, "test", 60).code();
    }

    TestAgent join(String name) throws Exception {
        TestAgent agent = new TestAgent(this);
        agent.enrol(code(), name);
        return agent;
    }

    Workers.Placement place(WorkerRequest request) {
        return database.write(h -> workers.place(h, request));
    }

    Worker placed(WorkerRequest request) {
        return ((Workers.Placement.Placed) place(request)).worker();
    }

    Worker worker(String id) {
        return database.read(h -> workers.find(h, id)).orElseThrow();
    }

    List<String> told(String worker) {
        return database.read(h -> h.createQuery(
                        "SELECT sequence || ' ' || text FROM told WHERE worker = :worker ORDER" + " BY rowid")
                .bind("worker", worker)
                .mapTo(String.class)
                .list());
    }

    static WorkerRequest request(WorkerKind kind, long bytes, String node, List<WorkerSpec.Input> inputs) {
        return new WorkerRequest(
                "test/" + kind,
                kind,
                Json.MAPPER.createObjectNode().put("job", "one"),
                inputs,
                kind == WorkerKind.TRAIN ? List.of("out") : List.of(),
                bytes,
                WorkerSpec.Restart.JOB,
                node == null ? Set.of() : Set.of(node),
                Set.of(),
                Set.of());
    }

    static <T> List<T> with(List<T> list, T more) {
        List<T> all = new ArrayList<>(list);
        all.add(more);
        return all;
    }

    @Override
    public void close() {
        port.stop();
        vertx.close().toCompletionStage().toCompletableFuture().join();
        database.close();
    }
}
