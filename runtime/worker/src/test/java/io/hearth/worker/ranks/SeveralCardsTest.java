package io.hearth.worker.ranks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.hearth.contract.Event;
import io.hearth.contract.ExitCode;
import io.hearth.worker.WorkerRun;
import io.hearth.worker.process.WorkerProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Jobs on several cards, as real processes: a worker that starts the others, is killed with them, and goes on. */
class SeveralCardsTest {
    private static final Path MODEL = Path.of("../engine/src/test/resources/goldens/qwen2")
            .toAbsolutePath()
            .normalize();
    private static final long PATIENCE_SECONDS = 180;

    /**
     * Sums over the rows of a step are made in another order: one part for each rank, and then these. Each step's loss and
     * gradient so differ by some units in the last place of f32 (6e-8 of their size), and AdamW, which divides by the root of
     * the second moment, carries such differences on at their relative size. Over the 24 steps here they stay well below 1e-5.
     */
    private static final double TOLERANCE = 1e-5;

    /** Bound within which the others end: a step of this job takes milliseconds, an exchange fails within three seconds. */
    private static final long BOUND_SECONDS = 30;

    @TempDir
    Path folder;

    private final List<Process> processes = new ArrayList<>();

    @BeforeEach
    void writeRows() throws IOException {
        Random random = new Random(7);
        Files.write(
                folder.resolve("rows.jsonl"),
                Stream.generate(() -> random.ints(4 + random.nextInt(12), 3, 60)
                                .mapToObj(Integer::toString)
                                .collect(Collectors.joining(",", "[", "]")))
                        .limit(60)
                        .map(ids -> "{\"input_ids\": " + ids + ", \"labels\": " + ids + "}")
                        .toList());
    }

    @AfterEach
    void endAll() {
        for (Process process : processes) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    @ParameterizedTest
    @CsvSource({"CPU, lora", "CPU, full", "CUDA, lora", "ASCEND, lora", "ASCEND, full"})
    void aJobLearnsTheSameOnAnyNumberOfCards(Cluster cluster, String method) throws Exception {
        cluster.require();
        int[] counts = cluster == Cluster.CUDA ? new int[] {1, 2} : new int[] {1, 2, 4};
        List<Event.Step> alone = null;
        List<Event.Evaluation> evaluated = null;
        for (int count : counts) {
            WorkerRun run = run(cluster, job("out-" + count, cluster, count, method, cluster == Cluster.CUDA ? 8 : 24));
            assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(ExitCode.DONE);
            assertThat(folder.resolve("out-" + count)).isDirectoryNotContaining("glob:**/.ranks-*");
            List<Event.Step> steps = events(run, Event.Step.class);
            List<Event.Evaluation> evaluations = events(run, Event.Evaluation.class);
            if (alone == null) {
                alone = steps;
                evaluated = evaluations;
                continue;
            }
            double largest = 0;
            for (int i = 0; i < alone.size(); i++) {
                largest = Math.max(
                        largest, Math.abs(steps.get(i).loss() - alone.get(i).loss()));
                assertThat(steps.get(i).loss())
                        .as("loss of step %d by %d cards", i + 1, count)
                        .isCloseTo(alone.get(i).loss(), within(TOLERANCE));
                assertThat(steps.get(i).gradNorm())
                        .isCloseTo(
                                alone.get(i).gradNorm(),
                                within(1e-4 * alone.get(i).gradNorm()));
                assertThat(steps.get(i).tokens()).isEqualTo(alone.get(i).tokens());
                assertThat(steps.get(i).learningRate()).isEqualTo(alone.get(i).learningRate());
            }
            assertThat(steps).hasSameSizeAs(alone);
            for (int i = 0; i < evaluated.size(); i++) {
                assertThat(evaluations.get(i).loss()).isCloseTo(evaluated.get(i).loss(), within(TOLERANCE));
            }
            System.out.printf(
                    "SeveralCardsTest: %s, %s, %d cards: largest difference of the loss %.2g, from %.3f to %.3f%n",
                    cluster,
                    method,
                    count,
                    largest,
                    alone.getFirst().loss(),
                    alone.getLast().loss());
        }
    }

    @ParameterizedTest
    @EnumSource(Cluster.class)
    void aKilledRankEndsTheOthersByNameAndTheJobGoesOn(Cluster cluster) throws Exception {
        cluster.require();
        int cards = cluster == Cluster.CPU ? 3 : 2;
        Path job = job("killed", cluster, cards, "lora", 100_000);
        Process worker = start(cluster, job);
        awaitCheckpoint(worker);
        List<ProcessHandle> children = worker.children().toList();
        assertThat(children).hasSize(cards - 1);
        ProcessHandle victim = rank(children, 1);
        victim.destroyForcibly();

        assertThat(worker.waitFor(BOUND_SECONDS, TimeUnit.SECONDS)).isTrue();
        WorkerRun ended = WorkerRun.collect(worker, folder);
        assertThat(ended.exitCode()).as(ended.err()).isEqualTo(ExitCode.FAULT);
        assertThat(ended.first(Event.Failed.class).orElseThrow().reason())
                .contains("rank 1 on " + cluster.cards(cards).get(1) + " was killed (signal 9)", "goes on from");
        for (ProcessHandle child : children) {
            child.onExit().get(BOUND_SECONDS, TimeUnit.SECONDS);
        }
        List<Event> events = ended.events();
        int checkpoint = ((Event.Checkpoint) events.stream()
                        .filter(Event.Checkpoint.class::isInstance)
                        .reduce((a, b) -> b)
                        .orElseThrow())
                .step();
        assertNothingHalfWritten("killed");

        // On one card fewer: the number of cards is not part of what a job is.
        WorkerRun resumed = run(cluster, job("killed", cluster, cards - 1, "lora", checkpoint + 4));
        assertThat(resumed.exitCode()).as(resumed.out()).isEqualTo(ExitCode.USAGE);
        assertThat(resumed.first(Event.Failed.class).orElseThrow().reason()).contains("checkpoints of another job");
        resumed = stopAfter(cluster, job, checkpoint + 3);
        assertThat(events(resumed, Event.Step.class).getFirst().step()).isEqualTo(checkpoint + 1);
        assertThat(resumed.exitCode()).as(resumed.err()).isEqualTo(ExitCode.RESUMABLE);
    }

    @Test
    void aKilledWorkerTakesTheOtherRanksWithItAndTheJobGoesOnWithFewerCards() throws Exception {
        Path job = job("killed", Cluster.CPU, 3, "lora", 400);
        Process worker = start(Cluster.CPU, job);
        awaitCheckpoint(worker);
        List<ProcessHandle> children = worker.children().toList();
        worker.destroyForcibly().waitFor();
        for (ProcessHandle child : children) {
            child.onExit().get(BOUND_SECONDS, TimeUnit.SECONDS);
        }
        assertNothingHalfWritten("killed");

        WorkerRun fewer = run(Cluster.CPU, job("killed", Cluster.CPU, 2, "lora", 400));
        assertThat(fewer.exitCode()).as(fewer.out() + fewer.err()).isEqualTo(ExitCode.DONE);
        assertThat(events(fewer, Event.Step.class).getFirst().step()).isGreaterThan(1);
        assertThat(folder.resolve("killed")).isDirectoryNotContaining("glob:**/.ranks-*");
    }

    @Test
    void aJobThatIsStoppedGoesOnToTheSameBits() throws Exception {
        Path whole = job("whole", Cluster.CPU, 2, "lora", 60);
        String expected =
                run(Cluster.CPU, whole).first(Event.Done.class).orElseThrow().sha256();

        Path job = job("stopped", Cluster.CPU, 2, "lora", 60);
        WorkerRun stopped = stopAfter(Cluster.CPU, job, 10);
        assertThat(stopped.exitCode()).as(stopped.out() + stopped.err()).isEqualTo(ExitCode.RESUMABLE);
        WorkerRun resumed = run(Cluster.CPU, job);
        assertThat(resumed.exitCode()).as(resumed.out() + resumed.err()).isEqualTo(ExitCode.DONE);
        assertThat(resumed.first(Event.Done.class).orElseThrow().sha256()).isEqualTo(expected);
    }

    @Test
    void aRankThatCannotUseItsCardSaysWhy() throws Exception {
        Path job = job("out", Cluster.CPU, 2, "lora", 10);
        Files.writeString(job, Files.readString(job).replace("\"cpu:0\", \"cpu:0\"", "\"cpu:0\", \"cpu:7\""));
        WorkerRun run = run(Cluster.CPU, job);
        assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(ExitCode.USAGE);
        assertThat(run.first(Event.Failed.class).orElseThrow().reason()).contains("rank 1 on cpu:7", "cpu:0");
    }

    @Test
    void partsThatAreStartedByHandMeetInAFolder() throws Exception {
        Path job = job("out", Cluster.CPU, 2, "lora", 6);
        Path meet = Files.createDirectory(folder.resolve("meet"));
        Path logs = Files.createDirectory(folder.resolve("rank-1"));
        Process second = start(Cluster.CPU, logs, "train", job.toString(), "--rank", "1", "--meet", meet.toString());
        WorkerRun first = finish(
                start(Cluster.CPU, folder, "train", job.toString(), "--rank", "0", "--meet", meet.toString()), folder);
        assertThat(first.exitCode()).as(first.out() + first.err()).isEqualTo(ExitCode.DONE);
        WorkerRun other = finish(second, logs);
        assertThat(other.exitCode()).as(other.err()).isEqualTo(ExitCode.DONE);
        assertThat(other.out()).isEmpty();
    }

    @Test
    void aPartThatTheJobDoesNotHaveIsRefused() throws Exception {
        Path job = job("out", Cluster.CPU, 2, "lora", 6);
        assertThat(WorkerRun.of("train", job.toString(), "--rank", "2", "--meet", folder.toString())
                        .first(Event.Failed.class)
                        .orElseThrow()
                        .reason())
                .contains("There is no part 2 of this job");
        assertThat(WorkerRun.of("train", job.toString(), "--rank", "1")
                        .first(Event.Failed.class)
                        .orElseThrow()
                        .reason())
                .contains("--meet DIR");
        assertThat(folder.resolve("out")).doesNotExist();
    }

    // ---- Parts -----------------------------------------------------------------------------------------------------

    private Path job(String output, Cluster cluster, int cards, String method, int steps) throws IOException {
        String devices =
                cluster.cards(cards).stream().map(card -> '"' + card + '"').collect(Collectors.joining(", "));
        String dropout = method.equals("lora") ? "\"loraDropout\": 0.1, " : "";
        return Files.writeString(folder.resolve(output + "-" + cards + ".json"), """
                {
                  "base": "%s",
                  "data": {"train": "rows.jsonl", "evaluationFraction": 0.2},
                  "recipe": {"method": "%s", "maxSteps": %d, "batchTokens": 48, "gradientAccumulation": 2, %s
                    "learningRate": 1e-3, "dtype": "f32", "schedule": "constant", "checkpointEvery": 10, "evaluateEvery": 10},
                  "output": "%s",
                  "devices": [%s]
                }""".formatted(
                        MODEL, method, steps, dropout, output, devices));
    }

    private Process start(Cluster cluster, Path job) throws IOException {
        return start(cluster, folder, "train", job.toString());
    }

    private Process start(Cluster cluster, Path logs, String... arguments) throws IOException {
        ProcessBuilder builder = WorkerProcess.of(List.of(arguments));
        builder.environment().putAll(cluster.environment());
        builder.redirectOutput(logs.resolve("stdout").toFile());
        builder.redirectError(logs.resolve("stderr").toFile());
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    private WorkerRun run(Cluster cluster, Path job) throws Exception {
        return finish(start(cluster, job), folder);
    }

    private WorkerRun finish(Process process, Path logs) throws Exception {
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("the worker did not end: " + Files.readString(logs.resolve("stderr")));
        }
        return WorkerRun.collect(process, logs);
    }

    private WorkerRun stopAfter(Cluster cluster, Path job, int step) throws Exception {
        Process worker = start(cluster, job);
        await(worker, "\"step\":" + step + ",\"steps\"");
        worker.destroy();
        return finish(worker, folder);
    }

    private void awaitCheckpoint(Process worker) throws Exception {
        await(worker, "\"event\":\"checkpoint\"");
    }

    private void await(Process worker, String text) throws Exception {
        long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!Files.readString(folder.resolve("stdout")).contains(text)) {
            assertThat(worker.isAlive())
                    .as("worker alive; it said: " + Files.readString(folder.resolve("stdout"), StandardCharsets.UTF_8)
                            + Files.readString(folder.resolve("stderr"), StandardCharsets.UTF_8))
                    .isTrue();
            assertThat(System.nanoTime()).isLessThan(patience);
            Thread.sleep(20);
        }
    }

    private static ProcessHandle rank(List<ProcessHandle> children, int rank) throws IOException {
        for (ProcessHandle child : children) {
            // ProcessHandle tells no arguments of a command as long as this.
            String command = Files.readString(Path.of("/proc", Long.toString(child.pid()), "cmdline"));
            if (command.contains("\0--rank\0" + rank + "\0")) {
                return child;
            }
        }
        throw new AssertionError("there is no process of rank " + rank);
    }

    private void assertNothingHalfWritten(String output) throws IOException {
        try (Stream<Path> entries = Files.list(folder.resolve(output).resolve("checkpoints"))) {
            assertThat(entries.filter(path -> !path.getFileName().toString().contains(".tmp-")))
                    .isNotEmpty()
                    .allMatch(path -> Files.isRegularFile(path.resolve("state.json")));
        }
        assertThat(folder.resolve(output).resolve("adapter")).doesNotExist();
    }

    private static <T extends Event> List<T> events(WorkerRun run, Class<T> type) {
        return run.events().stream().filter(type::isInstance).map(type::cast).toList();
    }
}
