package io.hearth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.contract.Event;
import io.hearth.contract.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code train} as the agent starts it: a child process that is read, stopped, and started again. */
class TrainCommandTest {
    private static final Path MODEL = Path.of("../engine/src/test/resources/goldens/qwen2")
            .toAbsolutePath()
            .normalize();
    private static final int STEPS = 300;
    private static final long PATIENCE_SECONDS = 120;

    @TempDir
    Path folder;

    @BeforeEach
    void writeRows() throws IOException {
        Random random = new Random(7);
        Files.write(
                folder.resolve("rows.jsonl"),
                Stream.generate(() -> random.ints(12, 3, 60)
                                .mapToObj(Integer::toString)
                                .collect(Collectors.joining(",", "[", "]")))
                        .limit(60)
                        .map(ids -> "{\"input_ids\": " + ids + ", \"labels\": " + ids + "}")
                        .toList());
    }

    @Test
    void tellsEventsToTheEnd() throws Exception {
        WorkerRun run = WorkerRun.of("train", job("out", 12).toString());

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        List<Event> events = run.events();
        assertThat(events.stream().filter(Event.Step.class::isInstance)).hasSize(12);
        assertThat(run.first(Event.Phase.class)).isPresent();
        assertThat(run.first(Event.Checkpoint.class)).isPresent();
        Event.Done done = (Event.Done) events.getLast();
        assertThat(done.output()).isEqualTo(folder.resolve("out/adapter").toString());
        assertThat(Path.of(done.output())).isDirectoryContaining("glob:**/lineage.json");
    }

    @Test
    void stopsGentlyOnSigtermAndGoesOnToTheSameBits() throws Exception {
        Process process =
                WorkerRun.start(folder, List.of("train", job("stopped", STEPS).toString()));
        awaitStep(process, 20);
        process.destroy();
        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        WorkerRun stopped = WorkerRun.collect(process, folder);

        assertThat(stopped.exitCode()).as(stopped.err()).isEqualTo(ExitCode.RESUMABLE);
        Event.Stopped last = (Event.Stopped) stopped.events().getLast();
        assertThat(last.step()).isBetween(20, STEPS - 1);
        assertThat(folder.resolve("stopped/adapter")).doesNotExist();
        assertThat(Path.of(stopped.events().stream()
                        .filter(Event.Checkpoint.class::isInstance)
                        .map(event -> ((Event.Checkpoint) event).directory())
                        .reduce((first, second) -> second)
                        .orElseThrow()))
                .isDirectory();

        WorkerRun resumed = WorkerRun.of("train", job("stopped", STEPS).toString());
        assertThat(resumed.exitCode()).as(resumed.err()).isEqualTo(ExitCode.DONE);
        assertThat(resumed.first(Event.Step.class).orElseThrow().step()).isEqualTo(last.step() + 1);
        WorkerRun whole = WorkerRun.of("train", job("whole", STEPS).toString());
        assertThat(resumed.first(Event.Done.class).orElseThrow().sha256())
                .isEqualTo(whole.first(Event.Done.class).orElseThrow().sha256());
    }

    @Test
    void aSecondWorkerKeepsOutOfTheFolder() throws Exception {
        Path job = job("shared", 100_000);
        Process first = WorkerRun.start(folder, List.of("train", job.toString()));
        try {
            awaitStep(first, 1);
            WorkerRun second = WorkerRun.of("train", job.toString());
            assertThat(second.exitCode()).isEqualTo(ExitCode.USAGE);
            assertThat(second.first(Event.Failed.class).orElseThrow().reason())
                    .contains("Another worker is writing into");
        } finally {
            first.destroyForcibly();
        }
    }

    @Test
    void aBadJobIsOneSentenceAndNothingIsWritten() throws Exception {
        Path job = job("out", 12);
        Files.writeString(job, Files.readString(job).replace("learningRate", "learning_rate"));
        WorkerRun run = WorkerRun.of("train", job.toString());

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.events()).hasSize(1);
        assertThat(run.first(Event.Failed.class).orElseThrow().reason()).contains("Did you mean \"learningRate\"?");
        assertThat(run.err()).doesNotContain("Exception", "\tat ");
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @Test
    void badRowsAreNamedByTheirLines() throws Exception {
        Files.writeString(
                folder.resolve("rows.jsonl"), "{\"input_ids\": [1, 2, 3]}\n{\"input_ids\": [1, 99999]}\nnot json\n");
        WorkerRun run = WorkerRun.of("train", job("out", 12).toString());

        assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(ExitCode.USAGE);
        assertThat(run.first(Event.Failed.class).orElseThrow().reason()).contains("2 rows cannot be used");
        assertThat(Files.readString(folder.resolve("out/bad-rows.txt"))).contains("2", "3");
        assertThat(run.err()).doesNotContain("\tat ");
    }

    @Test
    void forAPersonThereAreLinesInsteadOfJson() throws Exception {
        WorkerRun run = WorkerRun.of("train", "--human", job("out", 12).toString());
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        assertThat(run.out())
                .contains("step 12/12", "tokens/s", "Done. The result is in")
                .doesNotContain("{", "\r");
    }

    @Test
    void planNeedsNoTraining() throws Exception {
        WorkerRun run = WorkerRun.of("plan", job("out", 12).toString());
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        assertThat(run.out()).contains("\"fits\":true", "\"steps\":12", "\"activations\":");
        assertThat(folder.resolve("out")).doesNotExist();
    }

    private Path job(String output, int steps) throws IOException {
        return Files.writeString(folder.resolve(output + ".json"), """
                {
                  "base": "%s",
                  "data": {"train": "rows.jsonl"},
                  "recipe": {"maxSteps": %d, "batchTokens": 48, "learningRate": 1e-3, "loraDropout": 0.1, "dtype": "f32"},
                  "output": "%s"
                }""".formatted(MODEL, steps, output));
    }

    private void awaitStep(Process process, int step) throws Exception {
        long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!Files.readString(folder.resolve("stdout")).contains("\"step\":" + step + ",\"steps\"")) {
            assertThat(process.isAlive())
                    .as("worker alive; it said: " + Files.readString(folder.resolve("stderr")))
                    .isTrue();
            assertThat(System.nanoTime()).isLessThan(patience);
            Thread.sleep(20);
        }
    }
}
