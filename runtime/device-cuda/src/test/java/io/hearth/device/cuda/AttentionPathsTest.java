package io.hearth.device.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.Devices;
import io.hearth.device.Kernels;
import io.hearth.device.RecordedWork;
import io.hearth.device.SeqLens;
import io.hearth.device.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the conformance kit does not ask of attention: every head size of the tensor cores, contexts that are split, bits that
 * depend on a sequence alone, and recorded decoding. The kernels for f32, which the kit holds against their definition, are
 * the reference here.
 */
class AttentionPathsTest {
    private final Random random = new Random(21);
    private Device device;
    private Kernels kernels;

    @BeforeEach
    void open() {
        Stand.require();
        device = Devices.open("cuda:0");
        kernels = device.kernels();
    }

    @AfterEach
    void close() {
        if (device != null) {
            device.close();
        }
    }

    // ---- Tensors ---------------------------------------------------------------------------------------------------

    private Tensor normal(DType type, long... shape) {
        Tensor numbers = device.allocate(DType.F32, shape);
        float[] values = new float[(int) numbers.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        device.upload(MemorySegment.ofArray(values), numbers);
        return as(type, numbers);
    }

    /** The same numbers in another type. */
    private Tensor as(DType type, Tensor source) {
        Tensor copy = device.allocate(type, source.shape());
        kernels.copy(flat(source), flat(copy));
        return copy;
    }

    private static Tensor flat(Tensor tensor) {
        return tensor.reshape(1, tensor.elements());
    }

    private Tensor indices(int... values) {
        Tensor tensor = device.allocate(DType.I32, values.length);
        device.upload(MemorySegment.ofArray(values), tensor);
        return tensor;
    }

    private float[] read(Tensor tensor) {
        float[] values = new float[(int) tensor.elements()];
        device.download(tensor.type() == DType.F32 ? tensor : as(DType.F32, tensor), MemorySegment.ofArray(values));
        return values;
    }

    private SeqLens lengths(int[] cuQ, int[] kvLen) {
        return SeqLens.upload(device, cuQ, kvLen, indices(cuQ), indices(kvLen));
    }

    private static double rootMeanSquare(float[] values) {
        double squares = 0;
        for (float value : values) {
            squares += value * value;
        }
        return Math.sqrt(squares / values.length);
    }

    /**
     * @param roundings of the type, half a unit in the last place each
     * @param scale what errors are relative to where the wanted value is smaller
     */
    private static void assertClose(Tensor tensor, float[] actual, float[] wanted, double roundings, double scale) {
        double unit = tensor.type() == DType.BF16 ? 0x1p-8 : 0x1p-11;
        assertThat(actual).hasSameSizeAs(wanted);
        for (int i = 0; i < wanted.length; i++) {
            double error = Math.abs(actual[i] - wanted[i]) / Math.max(scale, Math.abs(wanted[i]));
            assertThat(error).as("element %d of %s", i, tensor).isLessThanOrEqualTo(roundings * unit);
        }
    }

    // ---- Packed sequences ------------------------------------------------------------------------------------------

    /** Seven heads in a group: its long sequence has enough rows for the key pass to divide them among blocks. */
    @ParameterizedTest
    @CsvSource({"8,0", "64,0", "72,0", "80,40", "96,0", "112,0", "128,0", "128,40"})
    void everyHeadSizeOfTensorCores(int size, int window) {
        int tokens = 203;
        SeqLens lens = lengths(new int[] {0, 150, 150, 203}, new int[] {150, 0, 53});
        for (DType type : new DType[] {DType.BF16, DType.F16}) {
            Tensor[] inputs = {
                normal(type, tokens, 7, size),
                normal(type, tokens, 1, size),
                normal(type, tokens, 1, size),
                normal(type, tokens, 7, size)
            };
            Tensor[] results = attend(inputs, lens, window);
            Tensor[] exact = new Tensor[inputs.length];
            Arrays.setAll(exact, i -> as(DType.F32, inputs[i]));
            Tensor[] wanted = attend(exact, lens, window);
            float[] out = read(wanted[0]);
            assertClose(results[0], read(results[0]), out, 4, rootMeanSquare(out));
            // dq and dk are differences of numbers as large as dv.
            double scale = rootMeanSquare(read(wanted[3]));
            for (int i = 1; i < results.length; i++) {
                assertClose(results[i], read(results[i]), read(wanted[i]), 10, scale);
            }
        }
    }

    /** out, dq, dk and dv for q, k, v and dOut. */
    private Tensor[] attend(Tensor[] inputs, SeqLens lens, int window) {
        Tensor q = inputs[0];
        Tensor k = inputs[1];
        Tensor v = inputs[2];
        float scale = (float) (1 / Math.sqrt(q.dim(2)));
        Tensor out = device.allocate(q.type(), q.shape());
        Tensor stats = device.allocate(DType.F32, device.attentionStatsElements((int) q.dim(0), (int) q.dim(1)));
        kernels.attention(q, k, v, lens, scale, window, out, stats);
        Tensor dq = device.allocate(q.type(), q.shape());
        Tensor dk = device.allocate(k.type(), k.shape());
        Tensor dv = device.allocate(v.type(), v.shape());
        kernels.attentionGrad(inputs[3], q, k, v, out, stats, lens, scale, window, dq, dk, dv);
        return new Tensor[] {out, dq, dk, dv};
    }

    // ---- The paged cache -------------------------------------------------------------------------------------------

    private static final int BLOCK = 16;
    private static final int BLOCKS = 160;

    /** Decoding with one and several stretches of 256 keys, short and long chunks of prompts, a sequence without queries. */
    private static final int[] KV_LEN = {700, 1, 257, 300, 0, 410};

    private static final int[] CU_Q = {0, 1, 2, 3, 8, 8, 48};

    /** Keys and values of sequences in blocks of 16 tokens. */
    private final class Cache {
        final Tensor keys;
        final Tensor values;
        final int[][] blocks;

        Cache(DType type, int heads, int size, int... kvLen) {
            keys = normal(type, BLOCKS, BLOCK, heads, size);
            values = normal(type, BLOCKS, BLOCK, heads, size);
            blocks = new int[kvLen.length][];
            int next = BLOCKS;
            for (int b = 0; b < kvLen.length; b++) {
                blocks[b] = new int[Math.ceilDiv(kvLen[b], BLOCK)];
                for (int i = 0; i < blocks[b].length; i++) {
                    blocks[b][i] = --next;
                }
            }
        }

        /** A table with so many columns; what no sequence uses must not be looked at. */
        Tensor table(int columns, int... sequences) {
            int[] table = new int[sequences.length * columns];
            Arrays.fill(table, 1 << 30);
            for (int i = 0; i < sequences.length; i++) {
                int[] row = blocks[sequences[i]];
                System.arraycopy(row, 0, table, i * columns, row.length);
            }
            return indices(table).reshape(sequences.length, columns);
        }
    }

    private Tensor attend(Tensor q, Tensor keys, Tensor values, Tensor table, SeqLens lens, int window) {
        Tensor out = device.allocate(q.type(), q.shape());
        kernels.pagedAttention(q, keys, values, table, lens, (float) (1 / Math.sqrt(q.dim(2))), window, out);
        return out;
    }

    @ParameterizedTest
    @CsvSource({"64,0", "80,0", "96,0", "128,0", "128,90"})
    void decodesAndPrefillsInOneStep(int size, int window) {
        Cache cache = new Cache(DType.BF16, 2, size, KV_LEN);
        Tensor q = normal(DType.BF16, 48, 8, size);
        Tensor table = cache.table(44, 0, 1, 2, 3, 4, 5);
        SeqLens lens = lengths(CU_Q, KV_LEN);
        Tensor out = attend(q, cache.keys, cache.values, table, lens, window);
        float[] wanted = read(
                attend(as(DType.F32, q), as(DType.F32, cache.keys), as(DType.F32, cache.values), table, lens, window));
        assertClose(out, read(out), wanted, 6, rootMeanSquare(wanted));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 90})
    void aSequenceHasTheSameBitsAloneAndInABatch(int window) {
        Cache cache = new Cache(DType.BF16, 2, 64, KV_LEN);
        Tensor q = normal(DType.BF16, 48, 8, 64);
        Tensor table = cache.table(44, 0, 1, 2, 3, 4, 5);
        float[] all = read(attend(q, cache.keys, cache.values, table, lengths(CU_Q, KV_LEN), window));
        for (int b : new int[] {0, 1, 2, 3, 5}) {
            int queries = CU_Q[b + 1] - CU_Q[b];
            SeqLens alone = lengths(new int[] {0, queries}, new int[] {KV_LEN[b]});
            Tensor own = q.rows(CU_Q[b], CU_Q[b + 1]);
            float[] out = read(attend(own, cache.keys, cache.values, cache.table(44, b), alone, window));
            int row = 8 * 64;
            assertThat(out).isEqualTo(Arrays.copyOfRange(all, CU_Q[b] * row, CU_Q[b + 1] * row));
        }
    }

    /** Bounds of two million tokens: partial results fit into the workspace for one sequence and a head at a time. */
    @Test
    void boundsOfTheHostDoNotChangeBits() {
        int[] kvLen = {700, 33, 512};
        int[] cuQ = {0, 1, 2, 3};
        int columns = 1 << 17;
        Cache cache = new Cache(DType.F16, 3, 64, kvLen);
        Tensor q = normal(DType.F16, 3, 6, 64);
        float[] wanted = read(attend(q, cache.keys, cache.values, cache.table(44, 0, 1, 2), lengths(cuQ, kvLen), 0));
        int[] bounds = {columns * BLOCK, columns * BLOCK, columns * BLOCK};
        SeqLens bounded = SeqLens.of(cuQ, bounds, indices(cuQ), indices(kvLen));
        float[] out = read(attend(q, cache.keys, cache.values, cache.table(columns, 0, 1, 2), bounded, 0));
        assertThat(out).isEqualTo(wanted);
    }

    @Test
    void recordedDecodingFollowsTheLengths() {
        int[] longest = {800, 800, 800};
        int[] cuQ = {0, 1, 2, 3};
        Cache cache = new Cache(DType.BF16, 2, 128, longest);
        Tensor q = normal(DType.BF16, 3, 8, 128);
        Tensor out = device.allocate(DType.BF16, q.shape());
        Tensor table = cache.table(50, 0, 1, 2);
        SeqLens bounds = lengths(cuQ, longest);
        Runnable step = () -> kernels.pagedAttention(q, cache.keys, cache.values, table, bounds, 0.088f, 0, out);
        try (RecordedWork recorded = device.record(step).orElseThrow()) {
            for (int[] kvLen : new int[][] {{1, 256, 800}, {513, 2, 257}, {800, 800, 800}}) {
                device.upload(MemorySegment.ofArray(kvLen), bounds.kvLenDevice());
                recorded.replay();
                Tensor direct = device.allocate(DType.BF16, q.shape());
                SeqLens lens = lengths(cuQ, kvLen);
                kernels.pagedAttention(q, cache.keys, cache.values, table, lens, 0.088f, 0, direct);
                assertThat(read(out)).isEqualTo(read(direct));
            }
        }
    }
}
