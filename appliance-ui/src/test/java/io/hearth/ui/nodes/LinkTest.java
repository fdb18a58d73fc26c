package io.hearth.ui.nodes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.hearth.protocol.FromNode;
import io.hearth.protocol.Protocol;
import io.hearth.protocol.ToNode;
import io.hearth.protocol.WorkerKind;
import io.hearth.protocol.WorkerSpec;
import io.hearth.protocol.WorkerStatus;
import io.hearth.ui.core.Json;
import io.hearth.ui.core.News;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinkTest {
    @TempDir
    Path folder;

    private final HandClock clock = new HandClock();
    private Plane plane;

    @BeforeEach
    void start() {
        plane = new Plane(folder, clock);
    }

    @AfterEach
    void stop() {
        plane.close();
    }

    @Test
    void aNodeHearsWhatItShouldRunAndTellsHowItGoes() throws Exception {
        try (TestAgent agent = plane.join("a")) {
            assertThat(agent.greet().workers()).isEmpty();
            Worker worker = plane.placed(training(agent));
            WorkerSpec spec = agent.hear(ToNode.Assignment.class).workers().getFirst();
            assertThat(spec.id()).isEqualTo(worker.id());
            assertThat(spec.task().path("device").asText()).isEqualTo("cpu:0");
            assertThat(spec.desired()).isEqualTo(WorkerSpec.Desired.RUN);

            agent.say(new FromNode.Workers(List.of(status(worker, WorkerStatus.State.RUNNING))));
            until(() -> plane.told.changes.stream().anyMatch(told -> told.state() == WorkerStatus.State.RUNNING));
            plane.database.run(h -> plane.workers.pause(h, worker.id()));
            assertThat(agent.hear(ToNode.Assignment.class).workers().getFirst().desired())
                    .isEqualTo(WorkerSpec.Desired.PAUSE);

            plane.database.run(h -> plane.workers.release(h, worker.id()));
            assertThat(agent.hear(ToNode.Assignment.class).workers()).isEmpty();
            List<Worker> left = plane.database.read(h -> plane.workers.of(h, worker.owner()));
            assertThat(left).isEmpty();
            assertThat(plane.worker(worker.id()).released()).isTrue();
            agent.say(new FromNode.Gone(List.of(worker.id())));
            until(() -> found(worker.id()).isEmpty());
        }
    }

    @Test
    void whatIsWantedOutlivesARestart() throws Exception {
        try (TestAgent agent = plane.join("a")) {
            agent.greet();
            Worker stays = plane.placed(training(agent));
            Worker goes = plane.placed(Plane.request(WorkerKind.SERVE, 1 << 20, agent.id, List.of()));
            agent.say(events(stays, 1, "one"));
            assertThat(agent.hear(ToNode.EventsStored.class).sequence()).isEqualTo(1);
            plane.database.run(h -> plane.workers.release(h, goes.id()));

            plane.close();
            plane = new Plane(folder, clock);
            try (TestAgent back = new TestAgent(plane)) {
                back.id = agent.id;
                back.keys = agent.keys;
                back.use(plane.certificates.signNode(agent.id, TestAgent.request(agent.keys)));
                assertThat(plane.worker(stays.id()).reachable()).isFalse();
                back.connect();
                back.say(TestAgent.hello(
                        Protocol.VERSION, List.of(TestAgent.CPU), status(stays, WorkerStatus.State.RUNNING)));
                back.hear(ToNode.Welcome.class);
                assertThat(back.hear(ToNode.EventsStored.class)).isEqualTo(new ToNode.EventsStored(stays.id(), 1));
                assertThat(back.hear(ToNode.Assignment.class).workers())
                        .extracting(WorkerSpec::id)
                        .containsExactly(stays.id());
                until(() -> plane.worker(stays.id()).reachable());
                assertThat(found(goes.id())).as("the node came without it").isEmpty();
            }
        }
    }

    @Test
    void aSilentNodeIsOfflineAfterSixSeconds() throws Exception {
        CompletableFuture<String> news = new CompletableFuture<>();
        try (TestAgent agent = plane.join("a")) {
            agent.greet();
            Worker worker = plane.placed(training(agent));
            agent.say(TestAgent.sample(0.5));
            until(() -> plane.telemetry.live(agent.id).isPresent());
            assertThat(plane.nodes.serving(agent.id)).contains(new Nodes.Serving(agent.id, "127.0.0.1", 9999));

            clock.move(Duration.ofSeconds(5));
            plane.conversation.dropSilent();
            plane.conversation.dropSilent();
            assertThat(plane.links.up(agent.id)).isTrue();
            plane.news.subscribe(News.Topic.NODES, news::complete);
            clock.move(Duration.ofSeconds(1));
            plane.conversation.dropSilent();
            assertThat(plane.links.up(agent.id)).isFalse();
            assertThat(news.get(20, TimeUnit.SECONDS)).isEqualTo(agent.id);
            assertThat(plane.nodes.serving(agent.id))
                    .as("its workers go on")
                    .contains(new Nodes.Serving(agent.id, "127.0.0.1", 9999));
            assertThat(plane.telemetry.live(agent.id)).isEmpty();
            until(() ->
                    plane.told.changes.stream().anyMatch(told -> told.id().equals(worker.id()) && !told.reachable()));
            assertThatThrownBy(() -> plane.workers.log(worker.id(), 0, 100)).hasMessageContaining("offline");
            assertThat(plane.place(training(agent)))
                    .isInstanceOfSatisfying(
                            Workers.Placement.Later.class,
                            later -> assertThat(later.reason().toString()).contains("offline"));

            agent.greet(status(worker, WorkerStatus.State.RUNNING));
            until(() -> plane.told.changes.getLast().reachable());
        }
    }

    @Test
    void nonsenseIsPassedOverAndTheLinkStays() throws Exception {
        try (TestAgent agent = plane.join("a")) {
            agent.greet();
            for (String text : List.of(
                    "{",
                    "null",
                    "[]",
                    "{\"type\":\"unknown\"}",
                    "{\"type\":\"workers\"}",
                    "{\"type\":\"events\",\"worker\":\"../x\",\"lines\":[]}",
                    "{\"type\":\"workers\",\"workers\":[{\"id\":\"w\",\"state\":\"done\",\"attempt\":1,\"since\":1,"
                            + "\"outputs\":[{\"path\":\"../x\",\"sha256\":\"0\",\"size\":1}]}]}",
                    "{\"type\":\"telemetry\",\"host\":null,\"cards\":[]}")) {
                agent.sayText(text);
            }
            agent.say(TestAgent.sample(0.25));
            until(() -> plane.telemetry.live(agent.id).isPresent());
        }
    }

    @Test
    void anAgentOfAnotherReleaseIsToldToBeUpdated() throws Exception {
        try (TestAgent agent = plane.join("a")) {
            agent.connect();
            agent.say(TestAgent.hello(Protocol.VERSION + 1, List.of(TestAgent.CPU)));
            ToNode.Goodbye goodbye = agent.hear(ToNode.Goodbye.class);
            assertThat(goodbye.revoked()).isFalse();
            assertThat(goodbye.reason()).contains("same release");
            agent.awaitEnd();
            assertThat(plane.links.up(agent.id)).isFalse();
        }
    }

    @Test
    void aNodeThatFloodsIsCutOff() throws Exception {
        try (TestAgent agent = plane.join("a")) {
            agent.greet();
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 100 * Link.FLOOD_MESSAGES; i++) {
                            agent.sayText("{}");
                        }
                    })
                    .isInstanceOf(Exception.class);
            until(() -> !plane.links.up(agent.id));
        }
    }

    @Test
    void theNewestLinkOfANodeCounts() throws Exception {
        try (TestAgent agent = plane.join("a");
                TestAgent twin = new TestAgent(plane)) {
            agent.greet();
            twin.keys = agent.keys;
            twin.id = agent.id;
            twin.use(plane.certificates.signNode(agent.id, TestAgent.request(agent.keys)));
            twin.greet();
            agent.awaitEnd();
            assertThat(plane.links.up(agent.id)).isTrue();
        }
    }

    @Test
    void aLogIsReadFromTheNode() throws Exception {
        try (TestAgent agent = plane.join("a")) {
            agent.greet();
            Worker worker = plane.placed(training(agent));
            CompletableFuture<Workers.LogPart> part =
                    CompletableFuture.supplyAsync(() -> plane.workers.log(worker.id(), -10, 100));
            ToNode.ReadLog question = agent.hear(ToNode.ReadLog.class);
            assertThat(question.offset()).isEqualTo(-10);
            agent.say(new FromNode.LogText("another", 0, "wrong", 5));
            agent.say(new FromNode.LogText(question.request(), 90, "last line\n", 100));
            assertThat(part.get(20, TimeUnit.SECONDS)).isEqualTo(new Workers.LogPart(90, "last line\n", 100));
            assertThatThrownBy(() -> plane.workers.log("worker-unknown", 0, 10)).hasMessageContaining("no worker");
        }
    }

    @Test
    void aPausedWorkerGoesOnWhenItsCardHasRoom() throws Exception {
        try (TestAgent agent = plane.join("a")) {
            agent.greet();
            Worker first = plane.placed(training(agent));
            agent.say(new FromNode.Workers(List.of(status(first, WorkerStatus.State.RUNNING))));
            assertThat(plane.place(training(agent))).isInstanceOf(Workers.Placement.Later.class);
            plane.database.run(h -> plane.workers.pause(h, first.id()));
            assertThat(plane.place(training(agent)))
                    .as("it is still stopping")
                    .isInstanceOf(Workers.Placement.Later.class);
            agent.say(new FromNode.Workers(List.of(status(first, WorkerStatus.State.PAUSED))));
            until(() -> plane.worker(first.id()).state() == WorkerStatus.State.PAUSED);
            Worker second = plane.placed(training(agent));
            plane.database.run(h -> plane.workers.resume(h, first.id()));
            assertThat(plane.worker(first.id()).spec().desired()).isEqualTo(WorkerSpec.Desired.PAUSE);
            agent.say(new FromNode.Workers(List.of(new WorkerStatus(
                    second.id(), WorkerStatus.State.DONE, 1, clock.millis(), null, 0, null, List.of()))));
            until(() -> plane.worker(first.id()).spec().desired() == WorkerSpec.Desired.RUN);
        }
    }

    @Test
    void doneIsBelievedOnlyWhenAllFilesAreHere() throws Exception {
        try (TestAgent agent = plane.join("a")) {
            agent.greet();
            Worker worker = plane.placed(training(agent));
            byte[] file = {1, 2, 3};
            String sha256 = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(file));
            String another =
                    plane.blobs.put(new ByteArrayInputStream(new byte[] {9})).sha256();
            agent.say(new FromNode.Workers(List.of(done(worker, "ab".repeat(32), file.length))));
            agent.say(new FromNode.Workers(List.of(done(worker, another, 1))));
            agent.say(new FromNode.Workers(List.of(status(worker, WorkerStatus.State.UPLOADING))));
            until(() -> plane.worker(worker.id()).state() == WorkerStatus.State.UPLOADING);
            assertThat(plane.told.changes)
                    .as("neither what is not here nor what others have brought")
                    .noneMatch(told -> told.state() == WorkerStatus.State.DONE);
            assertThat(agent.put(sha256, file, 0, file.length).statusCode()).isEqualTo(201);
            agent.say(new FromNode.Workers(List.of(done(worker, sha256, file.length))));
            until(() -> plane.worker(worker.id()).state() == WorkerStatus.State.DONE);
            assertThat(plane.worker(worker.id()).status().outputs().getFirst().sha256())
                    .isEqualTo(sha256);
            Set<String> used = new HashSet<>();
            plane.database.run(h -> plane.nodeBlobs.tell(h, used::add));
            assertThat(used).contains(sha256);
        }
    }

    private WorkerStatus done(Worker worker, String sha256, long size) {
        return new WorkerStatus(
                worker.id(),
                WorkerStatus.State.DONE,
                1,
                clock.millis(),
                null,
                0,
                null,
                List.of(new WorkerStatus.Output("out/adapter", sha256, size)));
    }

    static FromNode.Events events(Worker worker, long sequence, String text) {
        JsonNode event = Json.MAPPER
                .createObjectNode()
                .put("event", "phase")
                .put("time", 1)
                .put("text", text);
        return new FromNode.Events(worker.id(), List.of(new FromNode.EventLine(sequence, event)));
    }

    private WorkerStatus status(Worker worker, WorkerStatus.State state) {
        return new WorkerStatus(worker.id(), state, 1, clock.millis(), null, null, null, null);
    }

    private static WorkerRequest training(TestAgent agent) {
        return Plane.request(WorkerKind.TRAIN, 1 << 20, agent.id, List.of());
    }

    private Optional<Worker> found(String id) {
        return plane.database.read(h -> plane.workers.find(h, id));
    }

    private static void until(BooleanSupplier holds) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("It did not come to hold.");
            }
            Thread.sleep(5);
        }
    }
}
