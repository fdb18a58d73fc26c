package io.hearth.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.agent.testing.Specs;
import io.hearth.agent.testing.TestAuthority;
import io.hearth.agent.testing.TestControlPlane;
import io.hearth.protocol.FromNode;
import io.hearth.protocol.ToNode;
import io.hearth.protocol.WorkerSpec;
import io.hearth.protocol.WorkerStatus;
import io.hearth.protocol.WorkerStatus.State;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole agent against a control plane over real sockets, with real processes as workers. */
class AgentTest {
    private final Vertx vertx = Vertx.vertx();

    @TempDir
    private Path folder;

    private Path home;
    private Path command;
    private TestControlPlane control;
    private Agent agent;
    private Thread life;

    @BeforeEach
    void start() throws Exception {
        home = Files.createDirectory(folder.resolve("home"));
        command = Specs.commandFile(folder);
        control = new TestControlPlane(vertx, new TestAuthority()).start();
        startAgent(control.joinCode());
        control.until("the agent is linked", control::linked);
    }

    @AfterEach
    void stop() throws Exception {
        stopAgent();
        control.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        assertThat(control.faults).isEmpty();
    }

    @Test
    void greetsAndTellsOfTheMachineEverySecond() throws Exception {
        FromNode.Hello hello = control.hellos.getFirst();
        assertThat(hello.host().cores()).isPositive();
        assertThat(hello.host().memoryBytes()).isPositive();
        assertThat(hello.cards()).extracting(card -> card.id()).startsWith("cpu:0");
        assertThat(hello.servingPort()).isPositive();
        control.until("two samples came", () -> control.telemetry.size() >= 2);
        FromNode.Telemetry second = control.telemetry.get(1);
        assertThat(second.host().cpuUtilisation()).isBetween(0.0, 1.0);
        assertThat(second.host().memoryUsedBytes()).isBetween(1L, second.host().memoryTotalBytes());
        assertThat(second.host().diskReadBytesPerSecond()).isNotNull().isNotNegative();
        assertThat(second.cards()).isNotEmpty();
        assertThat(Files.getPosixFilePermissions(home.resolve("identity.pem")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void runsAJobFromItsInputsToItsOutputs() throws Exception {
        byte[] rows = "one\ntwo\n".getBytes(StandardCharsets.UTF_8);
        WorkerSpec.Input input = new WorkerSpec.Input("data/rows.jsonl", control.addBlob(rows), rows.length);
        control.assign(Specs.job(
                "w-1",
                "say 3; sleep 0.4; mkdir -p out/adapter; cp data/rows.jsonl out/adapter/result; touch out/.lock; finish",
                input));
        control.untilState("w-1", State.DONE);
        WorkerStatus done = control.statuses.get("w-1");
        assertThat(done.outputs())
                .containsExactly(
                        new WorkerStatus.Output("out/adapter/result", TestControlPlane.sha256(rows), rows.length));
        assertThat(done.attempt()).isEqualTo(1);
        assertThat(done.exitCode()).isZero();
        assertThat(control.sequences("w-1")).containsExactly(1L, 2L, 3L, 4L);
        assertThat(control.states.get("w-1")).containsSubsequence(State.RUNNING, State.DONE);
        assertThat(home.resolve("workers/w-1/task.json")).content().contains("\"device\":\"cpu:0\"");
    }

    @Test
    void tellsOfADoneJobOnlyAfterEveryEventIsStored() throws Exception {
        control.dropEventMessages.addAll(List.of(1, 3));
        control.assign(Specs.job("w-1", "say 1200; finish"));
        control.until("it is done", () -> {
            if (control.state("w-1") == State.DONE) {
                assertThat(control.sequences("w-1")).hasSize(1201);
                return true;
            }
            return false;
        });
        assertThat(control.sequences("w-1"))
                .isEqualTo(LongStream.rangeClosed(1, 1201).boxed().toList());
    }

    @Test
    void startsACrashedWorkerAgainAndGivesUpInTheEnd() throws Exception {
        control.assign(
                Specs.job("w-1", "say 1; [ $attempt -gt 2 ] || crash; finish"), Specs.job("w-2", "say 1; torn; crash"));
        control.untilState("w-1", State.DONE);
        control.untilState("w-2", State.FAILED);
        assertThat(control.statuses.get("w-1").attempt()).isEqualTo(3);
        assertThat(control.statuses.get("w-2").attempt()).isEqualTo(4);
        assertThat(control.statuses.get("w-2").reason()).contains("signal 9");
        assertThat(control.statuses.get("w-2").exitCode()).isEqualTo(137);
        assertThat(control.sequences("w-2")).containsExactly(1L, 2L, 3L, 4L);
    }

    @Test
    void doesNotTryAMistakeAgain() throws Exception {
        control.assign(Specs.job("w-1", "fail 2 Wrong-rows"));
        control.untilState("w-1", State.FAILED);
        assertThat(control.statuses.get("w-1").reason()).isEqualTo("Wrong-rows");
        assertThat(control.statuses.get("w-1").attempt()).isEqualTo(1);
        assertThat(control.sequences("w-1")).containsExactly(1L);
    }

    @Test
    void pausesAndGoesOnInTheSameFolder() throws Exception {
        WorkerSpec job = Specs.job("w-1", "gentle; say 2; touch here; [ $attempt -gt 1 ] && finish; hold");
        control.assign(job);
        control.untilState("w-1", State.RUNNING);
        control.until("it waits", () -> Files.exists(home.resolve("workers/w-1/here")));
        control.assign(Specs.paused(job));
        control.untilState("w-1", State.PAUSED);
        assertThat(control.statuses.get("w-1").exitCode()).isEqualTo(75);
        control.cut();
        control.until("the agent is linked again", () -> control.hellos.size() == 2 && control.linked());
        assertThat(control.state("w-1")).isEqualTo(State.PAUSED);
        control.assign(job);
        control.untilState("w-1", State.DONE);
        assertThat(control.sequences("w-1")).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
    }

    @Test
    void endsWhatDoesNotStopByForceAndLeavesNothing() throws Exception {
        control.assign(Specs.server("w-1", "stubborn; ready 1; hold"));
        control.untilState("w-1", State.RUNNING);
        long pid = pid("w-1", 0);
        control.assign();
        control.until("it is gone", () -> control.gone.contains("w-1"));
        assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
        assertThat(home.resolve("workers")).isEmptyDirectory();
        assertThat(control.sequences("w-1")).containsExactly(1L);
    }

    @Test
    void lastWordsOfAServerThatIsTakenAwayAreStored() throws Exception {
        control.assign(Specs.server("w-1", "trap 'say 700; exit 0' TERM; ready 1; hold"));
        control.untilState("w-1", State.RUNNING);
        control.assign();
        control.until("it is gone", () -> control.gone.contains("w-1"));
        assertThat(control.sequences("w-1"))
                .isEqualTo(LongStream.rangeClosed(1, 701).boxed().toList());
    }

    @Test
    void aServerThatEndsByItselfIsStartedAgain() throws Exception {
        control.assign(Specs.server("w-1", "ready 1; [ $attempt -gt 1 ] || exit 0; hold"));
        control.until(
                "it runs again",
                () -> control.state("w-1") == State.RUNNING
                        && control.statuses.get("w-1").attempt() == 2);
        assertThat(control.states.get("w-1")).contains(State.WAITING);
    }

    @Test
    void workersGoOnWhileTheControlPlaneIsAway() throws Exception {
        WorkerSpec job = Specs.job("w-1", "say 5; until_file go; say 300; finish");
        control.assign(job);
        control.until("the first are stored", () -> control.sequences("w-1").size() == 5);
        control.stop();
        Files.createFile(home.resolve("workers/w-1/go"));
        Path attempts = home.resolve("workers/w-1/events/00000000000000000301.jsonl");
        control.until("the worker has ended", () -> Files.exists(attempts));
        control.start();
        control.untilState("w-1", State.DONE);
        assertThat(control.sequences("w-1"))
                .isEqualTo(LongStream.rangeClosed(1, 306).boxed().toList());
        assertThat(home.resolve("workers/w-1/events/00000000000000000001.jsonl"))
                .as("segments that are stored are removed")
                .doesNotExist();
        assertThat(attempts).as("but never the newest").exists();
    }

    @Test
    void passesOverWhatItCannotReadAndKeepsTheLink() throws Exception {
        control.sayText("{\"type\":\"dance\"}");
        control.sayText("not json");
        control.sayText("{\"type\":\"assignment\",\"workers\":[{\"id\":\"../x\",\"kind\":\"train\"}]}");
        control.assign(Specs.job("w-1", "finish"));
        control.untilState("w-1", State.DONE);
        assertThat(control.hellos).hasSize(1);
        assertThat(folder.resolve("x")).doesNotExist();
    }

    @Test
    void refusesFilesThatWouldLieElsewhere() throws Exception {
        byte[] bytes = {1};
        String hash = control.addBlob(bytes);
        control.assign(
                Specs.job("w-1", "finish", new WorkerSpec.Input("../other/x", hash, 1)),
                Specs.job("w-2", "finish", new WorkerSpec.Input("state.json", hash, 1)),
                Specs.job("w-3", "finish", new WorkerSpec.Input("/tmp/x", hash, 1)));
        for (String worker : List.of("w-1", "w-2", "w-3")) {
            control.untilState(worker, State.FAILED);
            assertThat(control.statuses.get(worker).reason()).contains("does not name a file of the worker's");
        }
    }

    @Test
    void readsLogs() throws Exception {
        control.assign(Specs.job("w-1", "echo one >&2; echo zwei-€ >&2; printf half >&2; finish"));
        control.untilState("w-1", State.DONE);
        control.say(new ToNode.ReadLog("q1", "w-1", 0, 1000));
        control.say(new ToNode.ReadLog("q2", "w-1", -9, 1000));
        control.say(new ToNode.ReadLog("q3", "nobody", 0, 1000));
        control.until("answers came", () -> control.logs.size() == 3);
        assertThat(control.logs.get(0).text()).isEqualTo("one\nzwei-€\n");
        assertThat(control.logs.get(0).end()).isEqualTo(17);
        assertThat(control.logs.get(1)).isEqualTo(new FromNode.LogText("q2", 13, "", 17));
        assertThat(control.logs.get(2)).isEqualTo(new FromNode.LogText("q3", 0, "", 0));
    }

    @Test
    void aWorkerStandsBackBehindTheAgent() throws Exception {
        control.assign(Specs.server("w-1", "ready 1; hold"));
        control.untilState("w-1", State.RUNNING);
        assertThat(niceness(pid("w-1", 0)))
                .isEqualTo(Math.min(19, niceness(ProcessHandle.current().pid()) + 10));
    }

    /** Field 19 of {@code /proc/PID/stat}; the program's name, which is the second, may hold spaces. */
    private static int niceness(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[16]);
    }

    @Test
    void aRevokedNodeStopsItsWorkersAndJoinsAgainWithANewCode() throws Exception {
        control.assign(Specs.server("w-1", "ready 1; hold"));
        control.untilState("w-1", State.RUNNING);
        long pid = pid("w-1", 0);
        control.revoked.add("node-1");
        control.say(new ToNode.Goodbye("It was sent away.", true));
        control.until(
                "its worker has ended",
                () -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
        control.until("it has no identity", () -> Files.notExists(home.resolve("identity.pem")));
        assertThat(home.resolve("revoked")).hasContent("It was sent away.");
        control.assign();
        Files.writeString(home.resolve("code"), control.joinCode());
        control.until("it has joined again", () -> control.hellos.size() == 2);
        assertThat(control.enrolments).hasValue(2);
        control.until("the old worker is removed", () -> control.gone.contains("w-1"));
        assertThat(home.resolve("revoked")).doesNotExist();
    }

    @Test
    void aNodeThatWasRevokedWhileItWasAwayStopsItsWorkersWhenItComesBack() throws Exception {
        control.assign(Specs.server("w-1", "ready 1; hold"));
        control.untilState("w-1", State.RUNNING);
        long pid = pid("w-1", 0);
        control.revoked.add("node-1");
        control.cut();
        control.until(
                "its worker has ended",
                () -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
        assertThat(control.hellos).hasSize(1);
    }

    @Test
    void comesBackWithTheSameServingPortWhenTheControlPlaneFallsSilent() throws Exception {
        Runnable thaw = control.freeze();
        control.until("it is linked again", () -> control.hellos.size() == 2);
        thaw.run();
        assertThat(control.hellos.get(1).servingPort())
                .isEqualTo(control.hellos.get(0).servingPort());
    }

    @Test
    void anotherAgentGoesOnWithSuspendedWorkers() throws Exception {
        control.assign(Specs.job("w-1", "gentle; say 1; [ $attempt -gt 1 ] && finish; hold"));
        control.untilState("w-1", State.RUNNING);
        long pid = pid("w-1", 0);
        stopAgent();
        assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
        startAgent(null);
        control.untilState("w-1", State.DONE);
        assertThat(control.sequences("w-1")).containsExactly(1L, 2L, 3L, 4L);
    }

    private void startAgent(String code) throws Exception {
        agent = AgentProcess.agent(vertx, home, control.address(), code, command, Clock.systemUTC());
        life = Thread.ofVirtual().start(() -> {
            try {
                agent.run();
            } catch (Exception e) {
                control.faults.add("agent: " + e);
            }
        });
    }

    private void stopAgent() throws Exception {
        agent.stop();
        life.join();
    }

    private long pid(String worker, int attempt) throws Exception {
        return Long.parseLong(
                Files.readAllLines(home.resolve("workers").resolve(worker).resolve("pids"))
                        .get(attempt));
    }
}
