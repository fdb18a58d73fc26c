package io.hearth.engine.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.Tensor;
import io.hearth.engine.TestDevice;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class SamplerTest {
    private static final int VOCABULARY = 5;

    private static Device device;

    @BeforeAll
    static void open() {
        device = TestDevice.open();
    }

    @AfterAll
    static void close() {
        if (device != null) {
            device.close();
        }
    }

    @Test
    @Tag("card")
    void eachRowIsDrawnWithItsOwnOptions() {
        float[] row = {0, 3, 1, 2.9f, -1};
        List<SamplingOptions> options = List.of(
                SamplingOptions.GREEDY,
                new SamplingOptions(50, 1, 1, 0, 1),
                new SamplingOptions(50, 1e-6f, 0, 0, 2),
                new SamplingOptions(1, 1, 0, 0.99f, 3));
        float[][] rows = {row, row, row, row};

        assertThat(draw(rows, options)).as("all are cut down to the likeliest").containsOnly(1);
    }

    @Test
    void drawsFollowTheProbabilities() {
        float[] row = {0, (float) Math.log(2), (float) Math.log(5), Float.NEGATIVE_INFINITY, (float) Math.log(2)};
        int[] counts = new int[VOCABULARY];
        int draws = 4000;
        for (int from = 0; from < draws; from += 100) {
            int first = from;
            List<SamplingOptions> options = IntStream.range(0, 100)
                    .mapToObj(i -> new SamplingOptions(1, 1, 0, 0, first + i))
                    .toList();
            float[][] rows = new float[100][];
            Arrays.fill(rows, row);
            for (int token : draw(rows, options)) {
                counts[token]++;
            }
        }
        double[] expected = {0.1, 0.2, 0.5, 0, 0.2};
        for (int token = 0; token < VOCABULARY; token++) {
            // Five standard deviations of a count; seeds are fixed, so this either holds or does not.
            double bound = 5 * Math.sqrt(expected[token] * (1 - expected[token]) * draws);
            assertThat((double) counts[token])
                    .as("token %d", token)
                    .isBetween(expected[token] * draws - bound, expected[token] * draws + bound);
        }
    }

    @Test
    @Tag("card")
    void logitsThatAreNotNumbersGiveNoToken() {
        float[][] rows = {
            {0, 1, 2, 3, 4},
            {0, Float.NaN, 2, 3, 4},
            {Float.NaN, Float.NaN, Float.NaN, Float.NaN, Float.NaN},
            {4, 1, 2, 3, 0}
        };
        SamplingOptions sampled = new SamplingOptions(1, 0.9f, 0, 0, 1);

        assertThat(draw(rows, List.of(SamplingOptions.GREEDY, SamplingOptions.GREEDY, sampled, SamplingOptions.GREEDY)))
                .containsExactly(4, StepRunner.NOT_A_NUMBER, StepRunner.NOT_A_NUMBER, 0);
    }

    private static int[] draw(float[][] rows, List<SamplingOptions> options) {
        float[] flat = new float[rows.length * VOCABULARY];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, flat, i * VOCABULARY, VOCABULARY);
        }
        List<Sequence> sequences = options.stream()
                .map(option -> new Sequence(
                        0,
                        new GenerationRequest(
                                new int[] {1}, -1, 1, option, new int[0], List.of(), TokenText.NONE, null)))
                .toList();
        try (Sampler sampler = new Sampler(device, rows.length)) {
            Tensor logits = device.allocate(DType.F32, rows.length, VOCABULARY);
            device.upload(MemorySegment.ofArray(flat), logits);
            int[] drawn = sampler.draw(logits, sequences);
            logits.buffer().close();
            return drawn;
        }
    }
}
