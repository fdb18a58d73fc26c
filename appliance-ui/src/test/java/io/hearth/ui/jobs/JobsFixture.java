package io.hearth.ui.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import io.hearth.contract.Event;
import io.hearth.contract.Plan;
import io.hearth.protocol.CardInfo;
import io.hearth.protocol.HostInfo;
import io.hearth.protocol.WorkerSpec;
import io.hearth.protocol.WorkerStatus;
import io.hearth.ui.audit.AuditLog;
import io.hearth.ui.blobs.Blob;
import io.hearth.ui.blobs.BlobStore;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.HearthHome;
import io.hearth.ui.core.Json;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.datasets.DatasetVersion;
import io.hearth.ui.datasets.Datasets;
import io.hearth.ui.models.ModelRegistry;
import io.hearth.ui.models.ModelStore;
import io.hearth.ui.models.ModelVersion;
import io.hearth.ui.nodes.Node;
import io.hearth.ui.nodes.Nodes;
import io.hearth.ui.nodes.Worker;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Jobs on a real database and registry, with workers that are rows and do what the test says. */
final class JobsFixture implements AutoCloseable {
    static final Actor ENGINEER = new Actor("u-1", "Ada", Role.ENGINEER, "test");

    final Database database;
    final RowWorkers workers = new RowWorkers();
    final JobStore jobs = new JobStore();
    final PlanStore plans = new PlanStore();
    final MetricStore metrics = new MetricStore();
    final ModelRegistry models;
    final JobEvents events;
    final JobController controller;
    final JobService service;
    final JobActions actions;
    final Promotion promotion;
    final BlobStore blobs;
    long evaluationRows = 40;
    private final Clock clock = Clock.systemUTC();
    private final AuditLog audit = new AuditLog(clock);
    private long sequence;

    JobsFixture(Path folder) {
        HearthHome home = new HearthHome(folder);
        home.folder(".");
        database = Database.open(home.database());
        database.run(workers::create);
        blobs = new BlobStore(home);
        News news = new News();
        JobSignal signal = new JobSignal();
        models = new ModelRegistry(new ModelStore(), blobs, audit, clock, home);
        Rows datasets = new Rows();
        events = new JobEvents(jobs, plans, metrics, signal, news, clock);
        PlanSteps planSteps = new PlanSteps(plans, datasets, models, workers, new OneNode(), news, clock);
        PlanQueue planQueue = new PlanQueue(plans, jobs, planSteps, clock);
        JobFinish finish = new JobFinish(jobs, metrics, models, news, clock, "test");
        JobSteps steps =
                new JobSteps(jobs, plans, finish, planQueue, datasets, models, workers, new OneNode(), news, clock);
        controller = new JobController(database, jobs, plans, planSteps, steps, signal, news, clock);
        service = new JobService(
                database, jobs, plans, metrics, planQueue, datasets, models, workers, audit, signal, news, clock);
        actions = new JobActions(database, jobs, metrics, steps, finish, service, workers, audit, signal, news, clock);
        promotion = new Promotion(database, jobs, models, audit, news);
        database.run(h -> {
            if (h.createQuery("SELECT COUNT(*) FROM models").mapTo(Long.class).one() == 0) {
                models.register(
                        h,
                        ENGINEER,
                        "base",
                        ModelVersion.Kind.BASE,
                        null,
                        null,
                        List.of(file("model.safetensors", "weights")),
                        Map.of());
            }
        });
    }

    /** One dataset version, always there. */
    private final class Rows implements Datasets {
        @Override
        public DatasetVersion version(Handle handle, String reference) {
            if (!reference.equals("dv-1") && !reference.startsWith("desk")) {
                throw Problem.notFound("core.blob.hash");
            }
            return new DatasetVersion(
                    "dv-1",
                    "ds-1",
                    "desk",
                    1,
                    "d".repeat(64),
                    "messages",
                    140,
                    100,
                    evaluationRows,
                    "a".repeat(64),
                    1000,
                    evaluationRows == 0 ? null : "b".repeat(64),
                    evaluationRows == 0 ? 0 : 400,
                    1);
        }

        @Override
        public List<DatasetVersion> newest(Handle handle, int limit) {
            return List.of(version(handle, "dv-1"));
        }
    }

    private static final class OneNode implements Nodes {
        private static final Node NODE = new Node(
                "node-1",
                "one",
                Node.State.ONLINE,
                new HostInfo("one", "Linux", "amd64", "cpu", 2, 8L << 30, 1L << 40),
                List.of(new CardInfo("cpu:0", "cpu", "cpu", 8L << 30, true, null, true)),
                "1",
                null,
                0,
                true,
                0,
                0,
                null);

        @Override
        public List<Node> all(Handle handle) {
            return List.of(NODE);
        }

        @Override
        public Optional<Node> find(Handle handle, String node) {
            return node.equals("node-1") ? Optional.of(NODE) : Optional.empty();
        }

        @Override
        public Optional<Serving> serving(String node) {
            return Optional.empty();
        }
    }

    Job create() {
        return create(5);
    }

    Job create(int priority) {
        return service.create(ENGINEER, new NewJob(null, "desk", "base", "tuned", null, priority, null, null));
    }

    /** A job whose row is in a state. */
    Job jobIn(JobState state) {
        Job job = create();
        database.run(h -> jobs.set(h, job.id(), "state", state.key()));
        return job(job);
    }

    Job job(Job job) {
        return service.get(ENGINEER, job.id());
    }

    List<JobEvent> events(Job job) {
        return service.events(ENGINEER, job.id());
    }

    Worker worker(Job job) {
        return database.read(h -> workers.find(h, job(job).worker())).orElseThrow();
    }

    /** One look of the controller. */
    void look() {
        controller.reconcile();
    }

    /** Says an event of a job's present worker. */
    void says(Job job, Event event) {
        says(job(job).worker(), event);
    }

    void says(String worker, Event event) {
        long number = database.read(h -> workers.find(h, worker)).orElseThrow().lastEvent() + 1;
        database.run(h -> workers.say(h, events, worker, number, json(event, ++sequence * 1000)));
    }

    void status(Job job, WorkerStatus.State state, WorkerStatus.Output... outputs) {
        String worker = job(job).worker();
        database.run(h -> workers.status(h, worker, state, 1, List.of(outputs)));
    }

    /** Takes a job through its plan to a running training. */
    void train(Job job) {
        plan(job, true);
        look();
        says(job, new Event.Phase("train", "Training"));
    }

    /** Lets the plan of a job be worked out. */
    void plan(Job job, boolean fits) {
        look();
        look();
        database.read(plans::open)
                .forEach(plan -> says(
                        plan.worker(),
                        new Event.Planned(new Plan(
                                new Plan.Memory(1, 2, 3, 4, 5),
                                100,
                                fits,
                                20,
                                2000,
                                100,
                                20,
                                fits ? "" : "Try less."))));
        look();
    }

    static Event.Step step(int step) {
        return new Event.Step(step, 20, step / 10.0, 3.0 - step * 0.1, 1e-4, 1.0, 100, 50.0, 20 - step);
    }

    /** Ends the training with an adapter of one file. */
    void trained(Job job) {
        says(job, new Event.Done("out/adapter", "x", Map.of("loss", 1.0)));
        WorkerSpec.Input file = file("out/adapter/adapter_model.safetensors", "adapter of " + job.id());
        status(
                job,
                WorkerStatus.State.DONE,
                new WorkerStatus.Output(file.path(), file.sha256(), file.size()),
                new WorkerStatus.Output("out/elsewhere", file.sha256(), file.size()));
    }

    /** Answers rows and ends the comparison. */
    void compared(Job job, int rows, double base, double tuned, boolean parity) {
        for (ComparedRow row : BootstrapTest.rows(rows, base, tuned)) {
            says(
                    job,
                    new Event.Answered(
                            row.number(), rows, row.line(), row.prompt(), row.reference(), row.base(), row.tuned()));
        }
        says(job, new Event.ParityChecked(32, 100, parity, parity ? null : "token 3 of prompt 1"));
        says(job, new Event.Done("out", "", Map.of()));
        status(job, WorkerStatus.State.DONE);
    }

    WorkerSpec.Input file(String path, String content) {
        Blob blob = blobs.put(new ByteArrayInputStream(content.getBytes(StandardCharsets.UTF_8)));
        return new WorkerSpec.Input(path, blob.sha256(), blob.size());
    }

    static JsonNode json(Event event, long time) {
        var node = (com.fasterxml.jackson.databind.node.ObjectNode) Json.sparse(event);
        return node.put("event", event.name()).put("time", time);
    }

    @Override
    public void close() {
        database.close();
    }
}
