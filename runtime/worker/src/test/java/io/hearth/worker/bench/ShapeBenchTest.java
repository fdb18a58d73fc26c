package io.hearth.worker.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.Devices;
import io.hearth.engine.checkpoint.CheckpointException;
import io.hearth.engine.model.ModelConfig;
import io.hearth.engine.model.ModelConfigReader;
import io.hearth.engine.model.RopeConfig;
import io.hearth.worker.WorkerRun;
import io.hearth.worker.process.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The bench for cards, on the processor and a tiny shape. */
class ShapeBenchTest {
    @TempDir
    Path folder;

    @Test
    void everyFigureIsMeasuredAndWrittenDownAndTheCheckpointIsGone() throws Exception {
        Path json = folder.resolve("bench.json");
        WorkerRun run = WorkerRun.of(
                "bench",
                "--device",
                "cpu:0",
                "--shape",
                "tiny",
                "--seconds",
                "0.01",
                "--json",
                json.toString(),
                "--folder",
                folder.toString());
        assertThat(run.exitCode()).as(run.err()).isZero();
        JsonNode written = Json.MAPPER.readTree(json.toFile());
        assertThat(written.get("complete").asBoolean()).isTrue();
        assertThat(written.get("device").get("kind").asText()).isEqualTo("cpu");
        assertThat(written.get("figures").findValuesAsText("kind"))
                .containsExactly("load", "load", "prefill", "decode", "decode", "lora");
        assertThat(written.get("figures")).allSatisfy(figure -> {
            assertThat(figure.get("outcome").asText()).isEqualTo("measured");
            assertThat(figure.get("seconds").asDouble()).isPositive();
        });
        assertThat(written.get("figures").findValuesAsText("ofBandwidth")).hasSize(2);
        assertThat(written.get("formulae").get("LoRA training FLOP").asText()).contains("4 (W + V H) + 6 R");
        assertThat(run.out()).contains("decode B=4 at context 32").contains("7 L Q t (t + 1)");
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).containsExactly(json);
        }
    }

    @Test
    void whatDoesNotFitIsSkippedWithTheReason() {
        Workload tiny = Workload.tiny();
        Workload large = new Workload(
                List.of(), List.of(new Workload.Decode(1, 32), new Workload.Decode(4_000_000, 32)), 32, List.of(1), 64);
        List<Figure> figures = new ArrayList<>();
        ModelConfig shape = ModelShapes.named(ModelShapes.TINY).orElseThrow();
        try (Device device = Devices.open("cpu:0")) {
            new ShapeBench(device, shape, DType.BF16, large, 0, figures::add).run(folder);
            assertThat(TrainingFit.find(device, shape, DType.BF16, tiny, 16)).contains(new TrainingFit(2, false));
        }
        assertThat(figures)
                .filteredOn(figure -> figure.kind().equals("decode"))
                .extracting(Figure::outcome)
                .containsExactly("measured", "skipped");
        assertThat(figures)
                .filteredOn(figure -> figure.outcome().equals("skipped"))
                .allSatisfy(figure -> assertThat(figure.line()).contains("does not fit"));
    }

    @Test
    void aRandomCheckpointIsOneOfItsShape() {
        ModelConfig llama = new ModelConfig(
                "llama",
                96,
                32,
                64,
                2,
                4,
                2,
                8,
                1e-5,
                RopeConfig.unscaled(500_000),
                false,
                false,
                false,
                List.of(0, 0),
                256,
                OptionalInt.empty(),
                OptionalInt.empty(),
                List.of(),
                "bfloat16");
        ModelConfig qwen = ModelShapes.named(ModelShapes.TINY).orElseThrow();
        for (ModelConfig shape : List.of(llama, qwen)) {
            Path directory = folder.resolve(shape.modelType());
            RandomCheckpoint.write(directory, shape, DType.BF16, 60);
            assertThat(ModelConfigReader.read(directory)).isEqualTo(shape);
            assertThat(directory.resolve("model.safetensors"))
                    .satisfies(file -> assertThat(Files.size(file))
                            .isBetween(2 * shape.parameterCount(), 2 * shape.parameterCount() + 10_000));
        }
    }

    @Test
    void aDiskThatIsTooSlowIsSaidAndLeavesNothing() throws Exception {
        ModelConfig shape = ModelShapes.named(ModelShapes.TINY).orElseThrow();
        assertThatThrownBy(() -> RandomCheckpoint.write(folder.resolve("slow"), shape, DType.F32, 0))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("were written in 0 seconds");
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "NVIDIA H100 80GB HBM3, H100 SXM, 989.4",
        "NVIDIA H100 PCIe, H100 PCIe, 756",
        "NVIDIA H100 NVL, H100 NVL, 835.5",
        "NVIDIA H200, H200 SXM, 989.4",
        "NVIDIA A100-SXM4-80GB, A100, 312",
        "NVIDIA L40S, L40S, 362",
        "NVIDIA L4, L4, 121"
    })
    void cardsAreKnownByTheirNames(String name, String card, double teraflops) {
        assertThat(DataSheet.of(name)).contains(new DataSheet(card, teraflops * 1e12));
    }

    @Test
    void aCardThatIsNotKnownHasNoDataSheet() {
        assertThat(List.of("NVIDIA H100 80GB HBM3 MIG 1g.10gb", "NVIDIA GeForce RTX 9090", "Emulated card", ""))
                .allSatisfy(name -> assertThat(DataSheet.of(name)).isEqualTo(Optional.empty()));
    }

    @Test
    void aShapeThatIsNotKnownIsASentence() throws Exception {
        WorkerRun run = WorkerRun.of("bench", "--shape", "llama-4");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("--shape is \"llama-4\"; it must be one of qwen2.5-0.5b, llama-3-8b, tiny.");
    }
}
