package io.hearth.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hearth.contract.Event;
import io.hearth.contract.Plan;
import io.hearth.contract.Recipe;
import io.hearth.contract.TrainJob;
import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.engine.TestDevice;
import io.hearth.engine.checkpoint.LoraAdapter;
import io.hearth.engine.checkpoint.PeftAdapter;
import io.hearth.engine.model.AdapterPool;
import io.hearth.engine.model.LoadedModel;
import io.hearth.engine.model.PackedForward;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainingRunTest {
    private static Device device;

    @TempDir
    Path folder;

    @BeforeAll
    static void open() {
        device = TestDevice.open();
    }

    @AfterAll
    static void close() {
        device.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"lora", "full"})
    @Tag("card")
    void stoppedAfterEveryFewStepsGivesTheSameBitsAsUninterrupted(String method) throws IOException {
        Path rows = TinyJobs.rows(folder, 40, 7);
        List<Event> events = new ArrayList<>();
        TrainJob whole = TinyJobs.job(folder.resolve("whole"), rows, method);
        assertThat(new TrainingRun(whole, device, events::add).run(() -> false)).isEqualTo(TrainingRun.Outcome.DONE);
        Event.Done expected = (Event.Done) events.getLast();

        TrainJob pieces = TinyJobs.job(folder.resolve("pieces"), rows, method);
        List<Event> later = new ArrayList<>();
        int[] calls = new int[1];
        int starts = 1;
        while (new TrainingRun(pieces, device, later::add).run(() -> ++calls[0] % 3 == 0)
                == TrainingRun.Outcome.STOPPED) {
            starts++;
        }
        assertThat(starts).as("it really was interrupted").isGreaterThan(3);
        Event.Done done = (Event.Done) later.getLast();
        assertThat(done.sha256()).isEqualTo(expected.sha256());
        assertThat(done.metrics()).isEqualTo(expected.metrics());
    }

    @Test
    void aDamagedNewestCheckpointIsPassedOverAndTheBitsStayTheSame() throws IOException {
        Path rows = TinyJobs.rows(folder, 40, 7);
        List<Event> events = new ArrayList<>();
        TrainJob job = TinyJobs.job(folder.resolve("out"), rows, "lora");
        new TrainingRun(job, device, events::add).run(() -> false);
        String expected = ((Event.Done) events.getLast()).sha256();

        Path newest = folder.resolve("out/checkpoints/step-00000020");
        Path weights = newest.resolve("trainable.safetensors");
        byte[] bytes = Files.readAllBytes(weights);
        Files.write(weights, java.util.Arrays.copyOf(bytes, bytes.length / 2));
        events.clear();
        new TrainingRun(job, device, events::add).run(() -> false);
        assertThat(events)
                .anyMatch(e -> e instanceof Event.Warning w && w.message().contains("damaged"));
        assertThat(((Event.Done) events.getLast()).sha256()).isEqualTo(expected);
    }

    @Test
    void checkpointsOfAnotherJobAreRefused() throws IOException {
        Path rows = TinyJobs.rows(folder, 40, 7);
        TrainJob job = TinyJobs.job(folder.resolve("out"), rows, "lora");
        new TrainingRun(job, device, event -> {}).run(() -> false);
        TrainJob other = TinyJobs.job(folder.resolve("out"), TinyJobs.rows(folder, 41, 8), "lora");
        assertThatThrownBy(() -> new TrainingRun(other, device, event -> {}).run(() -> false))
                .isInstanceOf(JobException.class)
                .hasMessageContaining("another job");
    }

    @Test
    void aLearningRateThatDivergesStopsWithAReasonAndKeepsTheLastGoodCheckpoint() throws IOException {
        Path rows = TinyJobs.rows(folder, 40, 7);
        Recipe wild = TinyJobs.recipe("full", 500.0, 1, 0);
        TrainJob job = TinyJobs.job(folder.resolve("out"), rows, wild);
        assertThatThrownBy(() -> new TrainingRun(job, device, event -> {}).run(() -> false))
                .isInstanceOf(JobException.class)
                .hasMessageContaining("learning rate")
                .hasMessageContaining("last good checkpoint");
        try (var checkpoints = Files.list(folder.resolve("out/checkpoints"))) {
            assertThat(checkpoints).isNotEmpty().allMatch(path -> Files.isRegularFile(path.resolve("state.json")));
        }
        assertThat(folder.resolve("out/model")).doesNotExist();
    }

    @Test
    void earlyStoppingEndsWithTheBestWeights() throws IOException {
        Path rows = TinyJobs.rows(folder, 12, 7);
        Path heldOut = TinyJobs.rows(folder, 13, 9);
        Recipe recipe = TinyJobs.recipe("lora", 0.05, 0, 2);
        TrainJob base = TinyJobs.job(folder.resolve("out"), rows, recipe);
        TrainJob job = new TrainJob(
                base.job(),
                base.base(),
                null,
                new TrainJob.Data(rows.toString(), heldOut.toString(), null, null, null, null),
                recipe,
                base.output(),
                null,
                null);
        List<Event> events = new ArrayList<>();
        new TrainingRun(job, device, events::add).run(() -> false);
        List<Event.Evaluation> evaluations = events.stream()
                .filter(Event.Evaluation.class::isInstance)
                .map(Event.Evaluation.class::cast)
                .toList();
        long steps = events.stream().filter(Event.Step.class::isInstance).count();
        assertThat(steps).as("stopped before the end").isLessThan(20);
        double lowest =
                evaluations.stream().mapToDouble(Event.Evaluation::loss).min().orElseThrow();
        assertThat(((Event.Done) events.getLast()).metrics()).containsEntry("evaluationLoss", lowest);
        assertThat(folder.resolve("out/checkpoints/best/state.json")).exists();
    }

    @Test
    void badRowsStopTheJobOrAreListedAndSkippedByChoice() throws IOException {
        Path rows = TinyJobs.rows(folder, 40, 7);
        Files.writeString(rows, Files.readString(rows) + "{\"input_ids\": [1, 2, 999999]}\n{\"input_ids\": [1, 2\n");
        TrainJob strict = TinyJobs.job(folder.resolve("strict"), rows, "lora");
        assertThatThrownBy(() -> new TrainingRun(strict, device, event -> {}).run(() -> false))
                .isInstanceOf(JobException.class)
                .hasMessageContaining("2 rows cannot be used")
                .hasMessageContaining("line 41")
                .hasMessageContaining("skip");
        assertThat(folder.resolve("strict/bad-rows.txt"))
                .content()
                .contains("line 41")
                .contains("line 42");

        TrainJob lenient = new TrainJob(
                "tiny",
                strict.base(),
                null,
                new TrainJob.Data(rows.toString(), null, null, null, "skip", null),
                strict.recipe(),
                folder.resolve("lenient").toString(),
                null,
                null);
        List<Event> events = new ArrayList<>();
        new TrainingRun(lenient, device, events::add).run(() -> false);
        assertThat(events)
                .anyMatch(e -> e instanceof Event.Warning w && w.message().contains("2 rows"));
        assertThat(folder.resolve("lenient/adapter/lineage.json")).content().contains("\"skippedRows\" : 2");
    }

    @Test
    void goesOnFromAnExistingAdapterAndTheMergedModelGivesTheSameTokens() throws IOException {
        Path rows = TinyJobs.rows(folder, 40, 7);
        TrainJob first = TinyJobs.job(folder.resolve("first"), rows, "lora");
        new TrainingRun(first, device, event -> {}).run(() -> false);
        TrainJob second = new TrainJob(
                "tiny",
                first.base(),
                folder.resolve("first/adapter").toString(),
                first.data(),
                first.recipe(),
                folder.resolve("second").toString(),
                null,
                null);
        List<Event> events = new ArrayList<>();
        new TrainingRun(second, device, events::add).run(() -> false);
        double before = lastLoss(folder, first);
        assertThat(((Event.Done) events.getLast()).metrics().get("trainLoss")).isLessThan(before);

        LoraAdapter adapter = PeftAdapter.read(folder.resolve("second/adapter"));
        int[] prompt = {9, 59, 134, 37};
        try (LoadedModel merged = LoadedModel.load(device, folder.resolve("second/merged"), DType.F32);
                PackedForward mergedForward = new PackedForward(merged, 64);
                LoadedModel base = LoadedModel.load(device, Path.of(first.base()), DType.F32)) {
            try (AdapterPool pool = new AdapterPool(base, List.of(adapter))) {
                assertThat(pool.slots()).isEqualTo(1);
            }
            assertThat(Continuation.of(mergedForward, prompt, 12))
                    .isEqualTo(Continuation.withAdapter(device, Path.of(first.base()), adapter, prompt, 12));
        }
    }

    private static double lastLoss(Path folder, TrainJob job) throws IOException {
        return io.hearth.engine.checkpoint.JsonFiles.readObject(
                        Path.of(job.output()).resolve("adapter/lineage.json"), 1 << 20)
                .get("metrics")
                .get("trainLoss")
                .asDouble();
    }

    @Test
    void goesOnFromAnAdapterThatNamesItsModulesByPartsOfTheirPaths() throws IOException {
        Path rows = TinyJobs.rows(folder, 40, 7);
        Path start = Files.createDirectory(folder.resolve("start"));
        Path golden = io.hearth.engine.model.Golden.root().resolve("lora_qwen2/adapter_init");
        Files.copy(golden.resolve("adapter_model.safetensors"), start.resolve("adapter_model.safetensors"));
        Files.writeString(
                start.resolve("adapter_config.json"),
                Files.readString(golden.resolve("adapter_config.json"))
                        .replace("\"q_proj\"", "\"self_attn.q_proj\"")
                        .replace("\"v_proj\"", "\"self_attn.v_proj\""));
        TrainJob plain = TinyJobs.job(folder.resolve("out"), rows, "lora");
        TrainJob job = new TrainJob(
                "tiny", plain.base(), start.toString(), plain.data(), plain.recipe(), plain.output(), null, null);
        new TrainingRun(job, device, event -> {}).run(() -> false);
        assertThat(PeftAdapter.read(folder.resolve("out/adapter")).modules().keySet())
                .isEqualTo(PeftAdapter.read(start).modules().keySet());
    }

    @Test
    void planCountsWhatARunAllocates() throws IOException {
        Path rows = TinyJobs.rows(folder, 40, 7);
        Plan plan = Planner.plan(TinyJobs.job(folder.resolve("out"), rows, "full"), device);
        assertThat(plan.fits()).isTrue();
        assertThat(plan.steps()).isEqualTo(20);
        assertThat(plan.tokensPerSecond()).isPositive();
        long parameters = plan.memory().gradients() / 4;
        assertThat(plan.memory().weights()).isEqualTo(4 * parameters);
        assertThat(plan.memory().optimizer()).isEqualTo(8 * parameters);
        assertThat(plan.memory().activations()).isPositive();
        assertThat(plan.memory().workspace()).isPositive();
    }
}
