package io.hearth.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.agent.testing.Specs;
import io.hearth.agent.testing.TestAuthority;
import io.hearth.agent.testing.TestControlPlane;
import io.hearth.protocol.FromNode;
import io.hearth.protocol.WorkerSpec;
import io.hearth.protocol.WorkerStatus.State;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The agent as a process of its own, ended by SIGKILL. */
class AgentKilledTest {
    private final Vertx vertx = Vertx.vertx();

    @TempDir
    private Path folder;

    private Path home;
    private Path command;
    private TestControlPlane control;
    private String code;
    private Process agent;

    @BeforeEach
    void start() throws Exception {
        home = Files.createDirectory(folder.resolve("home"));
        command = Specs.commandFile(folder);
        control = new TestControlPlane(vertx, new TestAuthority()).start();
        code = control.joinCode();
    }

    @AfterEach
    void stop() throws Exception {
        if (agent != null) {
            agent.destroyForcibly().waitFor();
        }
        workerProcesses().forEach(ProcessHandle::destroyForcibly);
        control.close();
        vertx.close();
    }

    @Test
    void workersGoOnAndAreFoundAgain() throws Exception {
        startAgent();
        control.assign(
                Specs.job("w-1", "say 20; until_file go; say 5; finish"),
                Specs.server("w-2", "ready 9; hold"),
                Specs.job("w-3", "say 1; until_file go; finish"),
                Specs.job("w-4", "say 1; [ $attempt -gt 1 ] && finish; hold"));
        for (String worker : List.of("w-1", "w-2", "w-3", "w-4")) {
            control.untilState(worker, State.RUNNING);
        }
        List<String> pids = List.of(pids("w-1").getFirst(), pids("w-2").getFirst());
        agent.destroyForcibly().waitFor();
        // While nobody looks: one ends well, one is killed, and one is started that no state knows.
        Files.createFile(home.resolve("workers/w-3/go"));
        ProcessHandle.of(Long.parseLong(pids("w-4").getFirst())).orElseThrow().destroyForcibly();
        Process stray = new ProcessBuilder(
                        "/bin/bash",
                        "-c",
                        "while true; do sleep 0.1; done",
                        "train",
                        home.toRealPath().resolve("workers/w-9/task.json").toString(),
                        "--events",
                        "events")
                .start();
        assertThat(pids)
                .allSatisfy(
                        pid -> assertThat(ProcessHandle.of(Long.parseLong(pid))).isPresent());

        startAgent();
        control.untilState("w-3", State.DONE);
        control.untilState("w-4", State.DONE);
        assertThat(stray.waitFor()).isEqualTo(137);
        Files.createFile(home.resolve("workers/w-1/go"));
        control.untilState("w-1", State.DONE);
        assertThat(pids("w-1")).hasSize(1);
        assertThat(pids("w-2")).hasSize(1);
        assertThat(control.state("w-2")).isEqualTo(State.RUNNING);
        assertThat(control.sequences("w-1"))
                .isEqualTo(LongStream.rangeClosed(1, 26).boxed().toList());
        assertThat(control.statuses.get("w-4").attempt()).isEqualTo(2);
        control.assign();
        control.until("all are gone", () -> control.gone.size() == 4);
        assertThat(workerProcesses()).isEmpty();
    }

    @Test
    void noEventIsLostOrDoubledByKillsOfAgentAndWorkers() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        System.err.println("seed " + seed);
        WorkerSpec job = Specs.job("w-1", "say 40 0.02; [ $attempt -lt 5 ] && torn && crash; say 400; finish");
        control.assign(new WorkerSpec(
                job.id(),
                job.kind(),
                job.card(),
                job.task(),
                job.inputs(),
                job.outputs(),
                null,
                new WorkerSpec.Restart(-1, 20, 100),
                job.desired()));
        for (int kill = 0; kill < 4; kill++) {
            startAgent();
            int hellos = control.hellos.size();
            control.until("it is linked", () -> control.hellos.size() > hellos - 1 && control.linked());
            Thread.sleep(random.nextInt(1_200));
            agent.destroyForcibly().waitFor();
        }
        startAgent();
        control.untilState("w-1", State.DONE);
        List<Long> sequences = control.sequences("w-1");
        assertThat(sequences)
                .as("seed %d", seed)
                .isEqualTo(LongStream.rangeClosed(1, sequences.size()).boxed().toList());
        List<Integer> steps = control.events.get("w-1").stream()
                .map(FromNode.EventLine::event)
                .filter(event -> event.path("event").asText().equals("step"))
                .map(event -> event.path("step").asInt())
                .toList();
        assertThat(steps)
                .as("each event is the one that the worker wrote under its number, seed %d", seed)
                .isEqualTo(IntStream.rangeClosed(1, steps.size()).boxed().toList());
        assertThat(control.events.get("w-1").getLast().event().path("event").asText())
                .isEqualTo("done");
    }

    @Test
    void twoAgentsWithHomesOfTheirOwnWorkSideBySide() throws Exception {
        Path other = Files.createDirectory(folder.resolve("other"));
        startAgent();
        Process second = AgentProcess.fork(other, control.address(), control.joinCode(), command);
        try {
            control.until("both are linked", () -> control.hellos.size() == 2);
            assertThat(control.enrolments).hasValue(2);
            assertThat(control.hellos.get(0).servingPort())
                    .isNotEqualTo(control.hellos.get(1).servingPort());
        } finally {
            second.destroyForcibly().waitFor();
        }
    }

    private void startAgent() throws Exception {
        int hellos = control.hellos.size();
        agent = AgentProcess.fork(home, control.address(), code, command);
        control.until("the agent is linked", () -> control.hellos.size() > hellos && control.linked());
    }

    private List<String> pids(String worker) throws IOException {
        return Files.readAllLines(home.resolve("workers").resolve(worker).resolve("pids"));
    }

    private List<ProcessHandle> workerProcesses() {
        return ProcessHandle.allProcesses()
                .filter(process -> process.info()
                        .commandLine()
                        .orElse("")
                        .contains(home.resolve("workers").toString()))
                .toList();
    }
}
