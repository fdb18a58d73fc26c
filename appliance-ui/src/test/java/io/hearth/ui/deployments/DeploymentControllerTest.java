package io.hearth.ui.deployments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hearth.protocol.WorkerSpec;
import io.hearth.protocol.WorkerStatus;
import io.hearth.ui.audit.AuditLog;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.Ids;
import io.hearth.ui.core.Json;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.gateway.SetClock;
import io.hearth.ui.models.ModelVersion;
import io.hearth.ui.models.Models;
import io.hearth.ui.nodes.Worker;
import io.hearth.ui.nodes.WorkerRequest;
import io.hearth.ui.nodes.Workers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Deployments on a real database, over restarts; the nodes' side answers as a test wants. */
class DeploymentControllerTest {
    private static final Actor OPERATOR = new Actor("user-one", "Olga", Role.OPERATOR, "test");
    private static final Actor VIEWER = new Actor("user-two", "Victor", Role.VIEWER, "test");

    @TempDir
    Path folder;

    private final SetClock clock = new SetClock();
    private final Nodes nodes = new Nodes();
    private final Registry models = new Registry();
    private Database database;
    private RouteTable routes;
    private DeploymentController controller;
    private Deployments deployments;

    @BeforeEach
    void open() {
        database = Database.open(folder.resolve("hearth.db"));
        News news = new News();
        routes = new RouteTable();
        controller = new DeploymentController(database, news, clock, nodes, models, routes);
        deployments = new Deployments(database, new AuditLog(clock), news, clock, models, nodes, controller);
        controller.begin();
    }

    @AfterEach
    void close() {
        database.close();
    }

    private void restart() {
        close();
        open();
    }

    @Test
    void startsServesChangesReturnsAndGoes() {
        String id = create("shop", "shop@prod", 2);
        controller.reconcile();
        assertThat(nodes.workers).hasSize(2);
        assertThat(nodes.workers.values().stream().map(Worker::nodeId)).containsExactlyInAnyOrder("node-1", "node-2");
        assertThat(routes.route("shop").orElseThrow().replicas()).isEmpty();
        assertThat(routes.route("shop").orElseThrow().unavailable()).isNotNull();
        restart();
        assertThat(nodes.workers).hasSize(2);
        nodes.allRun();
        controller.reconcile();
        assertThat(state(id)).isEqualTo(Observed.State.SERVING);
        Set<String> first = Set.copyOf(nodes.workers.keySet());
        assertThat(serving("shop")).isEqualTo(first);

        // The alias moves on: nothing happens but that it is offered.
        models.prod = 2;
        controller.reconcile();
        assertThat(nodes.workers.keySet()).isEqualTo(first);
        assertThat(deployments.get(VIEWER, id).newer()).isEqualTo("shop:2");
        deployments.serveModel(OPERATOR, id, null, null);
        assertThat(deployments.get(VIEWER, id).newer()).isNull();
        controller.reconcile();
        assertThat(nodes.workers).hasSize(4);
        assertThat(serving("shop")).isEqualTo(first);
        RouteTable.Replica busy = routes.take("shop", Set.of()).orElseThrow();
        nodes.allRun();
        controller.reconcile();
        assertThat(serving("shop")).hasSize(2).doesNotContainAnyElementsOf(first);
        clock.pass(NextSteps.SETTLE_MILLIS);
        controller.reconcile();
        // The one that still answers a request is let finish.
        assertThat(nodes.workers).hasSize(3).containsKey(busy.worker());
        busy.release();
        controller.reconcile();
        assertThat(nodes.workers.keySet()).isEqualTo(serving("shop"));

        deployments.rollback(OPERATOR, id, null);
        assertThat(deployments.get(VIEWER, id).revision().label()).isEqualTo("shop:1");
        assertThat(deployments.revisions(VIEWER, id)).hasSize(3);
        settle();
        assertThat(state(id)).isEqualTo(Observed.State.SERVING);

        deployments.delete(OPERATOR, id);
        settle();
        assertThat(nodes.workers).isEmpty();
        assertThat(routes.route("shop")).isEmpty();
        assertThatThrownBy(() -> deployments.get(VIEWER, id)).isInstanceOf(Problem.class);
        create("shop", "shop:1", 1);
    }

    @Test
    void theWorkerIsToldOfBaseAndAdapter() {
        create("tuned", "tuned:1", 1);
        controller.reconcile();
        WorkerSpec spec = nodes.workers.values().iterator().next().spec();
        io.hearth.contract.Deployment task = Json.read(spec.task(), io.hearth.contract.Deployment.class);
        assertThat(task.model().name()).isEqualTo("tuned-base");
        assertThat(task.model().directory()).isEqualTo("base");
        assertThat(task.adapters())
                .containsExactly(new io.hearth.contract.Deployment.NamedDirectory("tuned", "adapters/tuned"));
        assertThat(spec.inputs().stream().map(WorkerSpec.Input::path))
                .containsExactly("base/model.safetensors", "adapters/tuned/adapter.safetensors");
        assertThat(spec.restart()).isEqualTo(WorkerSpec.Restart.SERVICE);
        // 2 layers, 2 heads of 8 for keys and values each, 4 bytes, 128 tokens, 4 whole contexts: below the least
        // cache.
        assertThat(task.cacheBytes()).isEqualTo(64L << 20);
        assertThat(task.contextLength()).isEqualTo(128);
    }

    @Test
    void aReplicaWhoseNodeIsAwayIsMadeElsewhereAndTheSurplusGoes() {
        String id = create("shop", "shop:1", 1);
        settle();
        String first = nodes.workers.keySet().iterator().next();
        nodes.away = nodes.workers.get(first).nodeId();
        controller.reconcile();
        clock.pass(NextSteps.AWAY_MILLIS - 1000);
        // A restart of the control plane does not count as time away.
        restart();
        clock.pass(2000);
        controller.reconcile();
        assertThat(nodes.workers).hasSize(1);
        clock.pass(NextSteps.AWAY_MILLIS);
        controller.reconcile();
        assertThat(nodes.workers).hasSize(2);
        nodes.allRun();
        controller.reconcile();
        assertThat(serving("shop")).hasSize(1).doesNotContain(first);
        assertThat(state(id)).isEqualTo(Observed.State.SERVING);
        nodes.away = null;
        controller.reconcile();
        clock.pass(NextSteps.SETTLE_MILLIS);
        controller.reconcile();
        assertThat(nodes.workers.keySet()).containsExactly(first);
        assertThat(state(id)).isEqualTo(Observed.State.SERVING);
    }

    @Test
    void saysWhyItCannotStartAndTriesAgainWhenToldTo() {
        nodes.room = 0;
        String id = create("shop", "shop:1", 1);
        controller.reconcile();
        assertThat(state(id)).isEqualTo(Observed.State.STARTING);
        assertThat(deployments.get(VIEWER, id).observed().sentence().toString()).contains("being loaded");
        nodes.room = 9;
        controller.reconcile();
        String worker = nodes.workers.keySet().iterator().next();
        nodes.state(worker, WorkerStatus.State.FAILED);
        database.run(handle -> new DeploymentWatch(clock)
                .said(
                        handle,
                        nodes.workers.get(worker),
                        1,
                        Json.MAPPER.createObjectNode().put("event", "failed").put("reason", "No tokenizer.")));
        controller.reconcile();
        assertThat(deployments.get(VIEWER, id).observed().sentence().toString())
                .isEqualTo("Does not answer. The model could not be started: No tokenizer.");
        assertThat(nodes.workers).containsOnlyKeys(worker);
        deployments.retry(OPERATOR, id);
        settle();
        assertThat(nodes.workers).hasSize(1).doesNotContainKey(worker);
        assertThat(state(id)).isEqualTo(Observed.State.SERVING);
        assertThat(deployments.events(VIEWER, id, 50).stream()
                        .map(event -> event.sentence().toString()))
                .contains("Replica " + worker + " failed: No tokenizer.");
    }

    @Test
    void withoutRoomForBothRevisionsReplicasAreExchangedOneByOne() {
        String id = create("shop", "shop:1", 2);
        settle();
        nodes.room = 2;
        deployments.serveModel(OPERATOR, id, "shop:2", null);
        for (int i = 0; i < 10; i++) {
            controller.reconcile();
            assertThat(serving("shop")).isNotEmpty();
            nodes.allRun();
            clock.pass(NextSteps.SETTLE_MILLIS);
        }
        assertThat(deployments.get(VIEWER, id).replicas()).hasSize(2).allMatch(replica -> replica.revision() == 2);
    }

    @Test
    void refusesWhatDoesNotMakeSense() {
        create("shop", "shop:1", 1);
        assertThatThrownBy(() -> create("shop", "shop:1", 1))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("already");
        assertThatThrownBy(() -> create("-x", "shop:1", 1)).isInstanceOf(Problem.class);
        assertThatThrownBy(() -> create("a/b", "shop:1", 1)).isInstanceOf(Problem.class);
        assertThatThrownBy(() -> create("other", "nothing", 1)).isInstanceOf(Problem.class);
        assertThatThrownBy(() -> create("other", "shop:1", 0)).isInstanceOf(Problem.class);
        assertThatThrownBy(() -> deployments.create(VIEWER, wish("other", "shop:1", 1)))
                .isInstanceOf(Problem.class);
        String id = deployments.list(VIEWER).getFirst().deployment().id();
        assertThatThrownBy(() -> deployments.rollback(OPERATOR, id, null)).isInstanceOf(Problem.class);
        assertThatThrownBy(() -> deployments.drain(VIEWER, id)).isInstanceOf(Problem.class);
    }

    // ---- Tools
    // --------------------------------------------------------------------------------------------------------

    private String create(String name, String model, int replicas) {
        return deployments.create(OPERATOR, wish(name, model, replicas));
    }

    private static Deployments.Wish wish(String name, String model, int replicas) {
        return new Deployments.Wish(name, model, replicas, List.of(), List.of(), null);
    }

    /** Lets everything come to rest. */
    private void settle() {
        for (int i = 0; i < 5; i++) {
            controller.reconcile();
            nodes.allRun();
            clock.pass(NextSteps.SETTLE_MILLIS);
        }
        controller.reconcile();
    }

    private Observed.State state(String id) {
        return deployments.get(VIEWER, id).observed().state();
    }

    private Set<String> serving(String name) {
        return routes.route(name).orElseThrow().replicas().stream()
                .map(RouteTable.Replica::worker)
                .collect(java.util.stream.Collectors.toSet());
    }

    /** Two nodes with room for so many workers. */
    private static final class Nodes implements Workers {
        final Map<String, Worker> workers = new LinkedHashMap<>();
        int room = 9;
        String away;

        @Override
        public Placement place(Handle handle, WorkerRequest request) {
            if (workers.size() >= room) {
                return new Placement.Later(Sentence.of("deployments.says.loading"));
            }
            String node = List.of("node-1", "node-2").stream()
                    .filter(one -> !one.equals(away))
                    .min(java.util.Comparator.comparing(request.avoid()::contains))
                    .orElseThrow();
            String id = Ids.next("worker");
            WorkerSpec spec = new WorkerSpec(
                    id,
                    request.kind(),
                    "cpu:0",
                    request.task(),
                    request.inputs(),
                    request.outputs(),
                    null,
                    request.restart(),
                    WorkerSpec.Desired.RUN);
            Worker worker = new Worker(id, node, request.owner(), spec, null, request.memoryBytes(), 0, false, true);
            workers.put(id, worker);
            return new Placement.Placed(worker);
        }

        void state(String id, WorkerStatus.State state) {
            workers.computeIfPresent(
                    id,
                    (key, worker) -> new Worker(
                            id,
                            worker.nodeId(),
                            worker.owner(),
                            worker.spec(),
                            new WorkerStatus(id, state, 1, 1, null, null, null, List.of()),
                            worker.memoryBytes(),
                            0,
                            false,
                            true));
        }

        void allRun() {
            List.copyOf(workers.keySet()).forEach(id -> {
                if (!workers.get(id).state().last()) {
                    state(id, WorkerStatus.State.RUNNING);
                }
            });
        }

        @Override
        public void release(Handle handle, String worker) {
            workers.remove(worker);
        }

        @Override
        public List<Worker> of(Handle handle, String owner) {
            return workers.values().stream()
                    .filter(worker -> worker.owner().equals(owner))
                    .map(worker -> new Worker(
                            worker.id(),
                            worker.nodeId(),
                            owner,
                            worker.spec(),
                            worker.status(),
                            worker.memoryBytes(),
                            0,
                            false,
                            !worker.nodeId().equals(away)))
                    .toList();
        }

        @Override
        public Optional<Worker> find(Handle handle, String worker) {
            return Optional.ofNullable(workers.get(worker));
        }

        @Override
        public void pause(Handle handle, String worker) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void resume(Handle handle, String worker) {
            throw new UnsupportedOperationException();
        }

        @Override
        public LogPart log(String worker, long offset, int maxBytes) {
            return new LogPart(0, "", 0);
        }
    }

    /** A base {@code shop} in two versions and an adapter {@code tuned} on it. */
    private final class Registry implements Models {
        int prod = 1;

        @Override
        public ModelVersion version(Handle handle, String reference) {
            return switch (reference) {
                case "shop@prod" -> base(prod);
                case "shop:1", "mv-1" -> base(1);
                case "shop:2", "mv-2" -> base(2);
                case "tuned:1", "mv-3" ->
                    new ModelVersion(
                            "mv-3",
                            "tuned",
                            1,
                            ModelVersion.Kind.ADAPTER,
                            "mv-1",
                            "h",
                            List.of(new WorkerSpec.Input("adapter.safetensors", "b".repeat(64), 10)),
                            10,
                            null,
                            null,
                            null,
                            1);
                default -> throw Problem.notFound("models.version.none", reference);
            };
        }

        private ModelVersion base(int number) {
            return new ModelVersion(
                    "mv-" + number,
                    "shop",
                    number,
                    ModelVersion.Kind.BASE,
                    null,
                    "h",
                    List.of(new WorkerSpec.Input("model.safetensors", "a".repeat(64), 1000)),
                    1000,
                    null,
                    128,
                    null,
                    1);
        }

        @Override
        public List<WorkerSpec.Input> inputs(ModelVersion version, String under) {
            return version.files().stream()
                    .map(file -> new WorkerSpec.Input(under + "/" + file.path(), file.sha256(), file.size()))
                    .toList();
        }

        @Override
        public Path textFiles(ModelVersion base) {
            try {
                Files.writeString(
                        folder.resolve("config.json"),
                        "{\"num_hidden_layers\":2,\"num_attention_heads\":4,\"num_key_value_heads\":2,\"hidden_size\":32}");
                return folder;
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }

        @Override
        public ModelVersion register(
                Handle handle,
                Actor actor,
                String model,
                ModelVersion.Kind kind,
                String base,
                String job,
                List<WorkerSpec.Input> files,
                Map<String, ?> lineage) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void alias(Handle handle, Actor actor, String model, String alias, String version) {
            throw new UnsupportedOperationException();
        }
    }
}
