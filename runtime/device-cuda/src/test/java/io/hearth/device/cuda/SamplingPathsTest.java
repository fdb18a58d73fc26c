package io.hearth.device.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.Devices;
import io.hearth.device.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rows that take other ways through the kernels than those of the conformance kit: many equals, flat rows, no numbers. */
class SamplingPathsTest {
    private static final float[] UNIFORMS = {0.1237f, 0.5003f, 0.9871f, 0f};

    private final Random random = new Random(11);
    private Device device;

    @BeforeEach
    void open() {
        Stand.require();
        device = Devices.open("cuda:0");
    }

    @AfterEach
    void close() {
        if (device != null) {
            device.close();
        }
    }

    private record Wish(float temperature, int topK, float topP, float minP, float uniform) {}

    private record Drawn(int[] tokens, float[] logprobs) {}

    private Tensor floats(float... values) {
        Tensor tensor = device.allocate(DType.F32, values.length);
        device.upload(MemorySegment.ofArray(values), tensor);
        return tensor;
    }

    private Tensor ints(int... values) {
        Tensor tensor = device.allocate(DType.I32, values.length);
        device.upload(MemorySegment.ofArray(values), tensor);
        return tensor;
    }

    /** Draws with each wish from the same row. */
    private Drawn draw(float[] row, Wish... wishes) {
        int rows = wishes.length;
        float[] logits = new float[rows * row.length];
        float[][] columns = new float[4][rows];
        int[] topKs = new int[rows];
        for (int r = 0; r < rows; r++) {
            System.arraycopy(row, 0, logits, r * row.length, row.length);
            columns[0][r] = wishes[r].temperature;
            topKs[r] = wishes[r].topK;
            columns[1][r] = wishes[r].topP;
            columns[2][r] = wishes[r].minP;
            columns[3][r] = wishes[r].uniform;
        }
        Tensor token = device.allocate(DType.I32, rows);
        Tensor logprob = device.allocate(DType.F32, rows);
        device.kernels()
                .sample(
                        floats(logits).reshape(rows, row.length),
                        floats(columns[0]),
                        ints(topKs),
                        floats(columns[1]),
                        floats(columns[2]),
                        floats(columns[3]),
                        token,
                        logprob);
        Drawn drawn = new Drawn(new int[rows], new float[rows]);
        device.download(token, MemorySegment.ofArray(drawn.tokens));
        device.download(logprob, MemorySegment.ofArray(drawn.logprobs));
        return drawn;
    }

    /** Of n equal logits, the uniform number u draws the one of index u n. */
    @Test
    void drawsAmongEqualsByIndex() {
        int width = 9001;
        float[] row = new float[width];
        for (int i = 0; i < width; i++) {
            row[i] = i % 2 == 0 ? 0f : -0f;
        }
        for (float uniform : UNIFORMS) {
            Drawn drawn = draw(
                    row,
                    new Wish(1, 0, 1, 0, uniform),
                    new Wish(0.2f, 3000, 1, 0, uniform),
                    new Wish(3, 0, 0.5f, 0.3f, uniform),
                    new Wish(1, 5000, 0.25f, 0, uniform),
                    new Wish(0, 0, 1, 0, uniform));
            assertThat(drawn.tokens)
                    .containsExactly(
                            (int) (uniform * width),
                            (int) (uniform * 3000),
                            (int) (uniform * 4501),
                            (int) (uniform * 1250),
                            0);
            assertThat(drawn.logprobs[0]).isCloseTo((float) -Math.log(width), within(1e-5f));
        }
    }

    /** A temperature at which far more tokens are likely than are put in order at once. */
    @Test
    void drawsFromFlatRows() {
        int width = 20_011;
        float[] row = new float[width];
        for (int i = 0; i < width; i++) {
            row[i] = (float) random.nextGaussian() * 3;
        }
        int[] order = IntStream.range(0, width)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -(double) row[i])
                        .thenComparingInt(i -> i))
                .mapToInt(Integer::intValue)
                .toArray();
        for (float temperature : new float[] {0.9f, 6, 60, 6e5f}) {
            for (float uniform : UNIFORMS) {
                Drawn drawn =
                        draw(row, new Wish(temperature, 0, 1, 0, uniform), new Wish(temperature, 0, 0.9f, 0, uniform));
                assertThat(drawn.tokens[0]).isIn(candidates(row, order, temperature, 1, uniform));
                assertThat(drawn.tokens[1]).isIn(candidates(row, order, temperature, 0.9f, uniform));
            }
        }
    }

    /** The token at a place of the order, and those that are within a rounding of it. */
    private static Object[] candidates(float[] row, int[] order, float temperature, float topP, float uniform) {
        double[] upTo = new double[order.length];
        double sum = 0;
        for (int i = 0; i < order.length; i++) {
            sum += Math.exp(((double) row[order[i]] - row[order[0]]) / temperature);
            upTo[i] = sum;
        }
        double total = sum;
        double kept = Arrays.stream(upTo)
                .filter(mass -> mass >= topP * total)
                .findFirst()
                .orElse(total);
        return IntStream.range(0, order.length)
                .filter(i -> upTo[i] > (uniform - 3e-6) * kept && (i == 0 ? 0 : upTo[i - 1]) <= (uniform + 3e-6) * kept)
                .mapToObj(i -> order[i])
                .toArray();
    }

    @Test
    void rowsWithoutNumbersGiveThemselvesAway() {
        for (int width : new int[] {1, 7, 9001}) {
            for (float bad : new float[] {Float.NaN, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY}) {
                float[] row = new float[width];
                Arrays.fill(row, bad);
                Drawn drawn = draw(row, new Wish(0, 0, 1, 0, 0.5f), new Wish(1, 5, 0.5f, 0.1f, 0.5f));
                assertThat(Arrays.stream(drawn.tokens)).allMatch(token -> token >= 0 && token < width);
                assertThat(drawn.logprobs[0]).isNotFinite();
                assertThat(drawn.logprobs[1]).isNotFinite();
            }
            float[] one = new float[width];
            one[width / 2] = Float.NaN;
            Drawn drawn = draw(one, new Wish(0, 0, 1, 0, 0.5f), new Wish(1, 0, 1, 0, 0.5f));
            assertThat(Arrays.stream(drawn.tokens)).allMatch(token -> token >= 0 && token < width);
            assertThat(drawn.logprobs).containsOnly(Float.NaN);
        }
    }

    /** More of the best than are sorted in shared memory, up to all of them. */
    @Test
    void sortsWholeRows() {
        int width = 5003;
        float[] row = new float[width];
        for (int i = 0; i < width; i++) {
            row[i] = random.nextInt(300);
        }
        int[] order = IntStream.range(0, width)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -(double) row[i])
                        .thenComparingInt(i -> i))
                .mapToInt(Integer::intValue)
                .toArray();
        for (int k : new int[] {1, 2500, width}) {
            Tensor values = device.allocate(DType.F32, 1, k);
            Tensor indices = device.allocate(DType.I32, 1, k);
            device.kernels().topK(floats(row).reshape(1, width), values, indices);
            int[] found = new int[k];
            device.download(indices, MemorySegment.ofArray(found));
            assertThat(found).isEqualTo(Arrays.copyOf(order, k));
        }
    }
}
