package io.hearth.worker.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.Devices;
import io.hearth.engine.model.ModelConfig;
import io.hearth.engine.model.RopeConfig;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BenchTest {
    @Test
    void costsOfTheHalfBillionShapeAreThoseWorkedOutByHand() {
        ModelCost cost = new ModelCost(ModelShapes.halfBillion(), DType.BF16);
        assertThat(cost.linearWeights()).isEqualTo(24L * (896 * 1152 + 896 * 896 + 3 * 896 * 4864));
        assertThat(cost.headWeights()).isEqualTo(136_134_656L);
        double attention = 24.0 * 2 * 14 * 64 * 512 * 513;
        assertThat(cost.prefillFlops(512))
                .isCloseTo(1024.0 * cost.linearWeights() + 2 * 136_134_656.0 + attention, within(1.0));
        assertThat(cost.decodeBytes(8, 512))
                .isCloseTo(2.0 * (cost.linearWeights() + 136_134_656L + 8.0 * 512 * 24 * 256), within(1.0));
        assertThat(cost.loraFlops(2, 512, 16))
                .isBetween(
                        1024 * 4.0 * (cost.linearWeights() + cost.headWeights()),
                        1024 * 4.6 * (cost.linearWeights() + cost.headWeights()));
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "BF16"})
    void everyMeasurementRunsAndPrintsAShare(DType act) {
        ModelConfig tiny = new ModelConfig(
                "qwen2",
                500,
                64,
                96,
                2,
                4,
                2,
                16,
                1e-6,
                RopeConfig.unscaled(10_000),
                true,
                true,
                false,
                List.of(0, 0),
                1024,
                OptionalInt.empty(),
                OptionalInt.empty(),
                List.of(),
                "bfloat16");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (Device device = Devices.open("cpu:0")) {
            BenchCommand.run(
                    device,
                    tiny,
                    act,
                    new Stopwatch(device, 0),
                    0,
                    new PrintStream(bytes, true, StandardCharsets.UTF_8));
        }
        List<String> lines = bytes.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(lines.subList(1, lines.size()))
                .hasSize(5)
                .allSatisfy(line -> assertThat(line)
                        .matches("(prefill|decode|LoRA).* [1-9]\\d*\\.\\d +\\d+ % of +[1-9]\\d* GFLOP/s.*"))
                .filteredOn(line -> line.startsWith("decode"))
                .allSatisfy(line -> assertThat(line).matches(".* \\d+ % of +\\d+\\.\\d GB/s"));
    }
}
