package io.hearth.device.ascend.kernels;

import io.hearth.device.DType;
import io.hearth.device.SeqLens;
import io.hearth.device.Tensor;
import java.util.Arrays;

/**
 * Runs kernels in a process of its own, so that each way through them can have its libraries and its chip, and compares with
 * double precision. Prints how often the functions that it was asked about were called.
 */
public final class PathScene {
    private final KernelStand stand;
    private final DType type;

    private PathScene(KernelStand stand, DType type) {
        this.stand = stand;
        this.type = type;
    }

    /** Arguments: what is done, type, KiB of scratch memory, three numbers, then functions to count. */
    public static void main(String[] arguments) {
        KernelStand stand = new KernelStand(Long.parseLong(arguments[2]) << 10);
        PathScene scene = new PathScene(stand, DType.valueOf(arguments[1]));
        int[] numbers =
                Arrays.stream(arguments, 3, 6).mapToInt(Integer::parseInt).toArray();
        switch (arguments[0]) {
            case "packed" -> scene.packed(numbers[0], numbers[1], numbers[2]);
            case "paged" -> scene.paged(numbers[0], numbers[1], numbers[2]);
            case "alone" -> scene.alone(numbers[0], numbers[1], numbers[2]);
            case "cache" -> scene.cache(numbers[0]);
            case "loss" -> scene.loss(numbers[0], numbers[1]);
            case "adam" -> scene.adam(numbers[0], numbers[1]);
            default -> throw new IllegalArgumentException(arguments[0]);
        }
        System.out.println("as wanted");
        for (String function : Arrays.copyOfRange(arguments, 6, arguments.length)) {
            System.out.println(function + " " + KernelStand.calls(function));
        }
        Runtime.getRuntime().halt(0);
    }

    private float scale(int size) {
        return (float) (1 / Math.sqrt(size));
    }

    // ---- Packed sequences ------------------------------------------------------------------------------------------

    /** Attention with statistics and without, and the gradient; twice, since the second call may know more. */
    private void packed(int size, int window, int longest) {
        int[] kvLen = {longest, 0, 1, 33};
        int[] cuQ = {0, longest, longest, longest + 1, longest + 34};
        int tokens = longest + 34;
        SeqLens lens = stand.lengths(cuQ, kvLen);
        Tensor q = stand.normal(type, tokens, 6, size);
        Tensor k = stand.normal(type, tokens, 2, size);
        Tensor v = stand.normal(type, tokens, 2, size);
        Tensor dOut = stand.normal(type, tokens, 6, size);
        DoubleAttention reference = new DoubleAttention(cuQ, kvLen, 6, 2, size, window);
        double[] wanted = reference.forward(stand.read(q), stand.read(k), stand.read(v), (b, j) -> cuQ[b] + j);
        double[][] gradients = reference.gradient(stand.read(dOut), stand.read(q), stand.read(k), stand.read(v));
        for (int round = 0; round < 2; round++) {
            Tensor out = stand.empty(type, tokens, 6, size);
            Tensor stats = stand.empty(DType.F32, 16L * tokens * 6);
            stand.kernels.attention(q, k, v, lens, scale(size), window, out, stats);
            stand.close("out", out, wanted, 1e-5, 3, KernelStand.rootMeanSquare(wanted));
            Tensor dq = stand.empty(type, tokens, 6, size);
            Tensor dk = stand.empty(type, tokens, 2, size);
            Tensor dv = stand.empty(type, tokens, 2, size);
            stand.kernels.attentionGrad(dOut, q, k, v, out, stats, lens, scale(size), window, dq, dk, dv);
            double scale = KernelStand.rootMeanSquare(gradients[2]);
            stand.close("dq", dq, gradients[0], 3e-5, 10, scale);
            stand.close("dk", dk, gradients[1], 3e-5, 10, scale);
            stand.close("dv", dv, gradients[2], 3e-5, 10, scale);
            Tensor again = stand.empty(type, tokens, 6, size);
            stand.kernels.attention(q, k, v, lens, scale(size), window, again, null);
            stand.close("out without statistics", again, wanted, 1e-5, 3, KernelStand.rootMeanSquare(wanted));
        }
    }

    // ---- The paged cache -------------------------------------------------------------------------------------------

    /** Decoding, a sequence without queries, two chunks of prompts, a first token. */
    private static final int[] CU_Q = {0, 1, 1, 8, 28, 29};

    private static final int[] KV_LEN = {300, 40, 7, 411, 1};

    private static final int HEADS = 8;
    private static final int KEY_HEADS = 2;

    /** Blocks in descending order; what no sequence uses holds no numbers, and the table no blocks. */
    private final class Cache {
        final int blockSize;
        final int size;
        final int[][] blocks = new int[KV_LEN.length][];
        final Tensor keys;
        final Tensor values;
        final Tensor table;

        Cache(int blockSize, int size) {
            this.blockSize = blockSize;
            this.size = size;
            int count = 1;
            for (int length : KV_LEN) {
                count += Math.ceilDiv(length, blockSize);
            }
            int next = count;
            int columns = Math.ceilDiv(500, blockSize);
            double[] entries = new double[KV_LEN.length * columns];
            Arrays.fill(entries, 1 << 30);
            for (int b = 0; b < KV_LEN.length; b++) {
                blocks[b] = new int[Math.ceilDiv(KV_LEN[b], blockSize)];
                for (int i = 0; i < blocks[b].length; i++) {
                    blocks[b][i] = --next;
                    entries[b * columns + i] = next;
                }
            }
            keys = content(count);
            values = content(count);
            table = stand.of(DType.I32, entries, KV_LEN.length, columns);
        }

        private Tensor content(int count) {
            int width = KEY_HEADS * size;
            double[] content = new double[count * blockSize * width];
            Arrays.fill(content, Double.NaN);
            for (int b = 0; b < KV_LEN.length; b++) {
                for (int j = 0; j < KV_LEN[b]; j++) {
                    for (int d = 0; d < width; d++) {
                        content[row(b, j) * width + d] = stand.random.nextGaussian();
                    }
                }
            }
            return stand.of(type, content, count, blockSize, KEY_HEADS, size);
        }

        int row(int b, int j) {
            return blocks[b][j / blockSize] * blockSize + j % blockSize;
        }

        Tensor attend(Tensor q, int from, int to, SeqLens lens, int window) {
            Tensor out = stand.empty(type, q.shape());
            stand.kernels.pagedAttention(q, keys, values, table.rows(from, to), lens, scale(size), window, out);
            return out;
        }
    }

    private void paged(int size, int window, int blockSize) {
        Cache cache = new Cache(blockSize, size);
        Tensor q = stand.normal(type, CU_Q[CU_Q.length - 1], HEADS, size);
        DoubleAttention reference = new DoubleAttention(CU_Q, KV_LEN, HEADS, KEY_HEADS, size, window);
        double[] wanted =
                reference.forward(stand.read(q), stand.read(cache.keys), stand.read(cache.values), cache::row);
        for (int round = 0; round < 2; round++) {
            Tensor out = cache.attend(q, 0, KV_LEN.length, stand.lengths(CU_Q, KV_LEN), window);
            stand.close("out", out, wanted, 1e-5, 3, KernelStand.rootMeanSquare(wanted));
        }
    }

    private void alone(int size, int window, int blockSize) {
        Cache cache = new Cache(blockSize, size);
        Tensor q = stand.normal(type, CU_Q[CU_Q.length - 1], HEADS, size);
        double[] all = stand.read(cache.attend(q, 0, KV_LEN.length, stand.lengths(CU_Q, KV_LEN), window));
        for (int b = 0; b < KV_LEN.length; b++) {
            int queries = CU_Q[b + 1] - CU_Q[b];
            if (queries > 0) {
                SeqLens lens = stand.lengths(new int[] {0, queries}, new int[] {KV_LEN[b]});
                double[] own = stand.read(cache.attend(q.rows(CU_Q[b], CU_Q[b + 1]), b, b + 1, lens, window));
                int row = HEADS * size;
                if (!Arrays.equals(own, Arrays.copyOfRange(all, CU_Q[b] * row, CU_Q[b + 1] * row))) {
                    throw new AssertionError("sequence " + b + " has other bits alone");
                }
            }
        }
    }

    /** Writes rows and copies blocks. */
    private void cache(int blockSize) {
        Tensor keys = stand.normal(type, 9, blockSize, 2, 24);
        Tensor values = stand.normal(type, 9, blockSize, 2, 24);
        double[][] wanted = {stand.read(keys), stand.read(values)};
        Tensor k = stand.normal(type, 5, 2, 24);
        Tensor v = stand.normal(type, 5, 2, 24);
        int[] slots = {3, blockSize + 1, 0, 9 * blockSize - 1, 2};
        stand.kernels.kvWrite(k, v, stand.indices(slots), keys, values);
        int[] source = {8, 0, 3, 1};
        int[] target = {2, 4, 7, 5};
        stand.kernels.copyBlocks(keys, stand.indices(source), stand.indices(target));
        for (int t = 0; t < slots.length; t++) {
            System.arraycopy(stand.read(k), t * 48, wanted[0], slots[t] * 48, 48);
            System.arraycopy(stand.read(v), t * 48, wanted[1], slots[t] * 48, 48);
        }
        int width = blockSize * 48;
        for (int i = 0; i < source.length; i++) {
            System.arraycopy(wanted[0], source[i] * width, wanted[0], target[i] * width, width);
        }
        stand.close("keys", keys, wanted[0], 0, 0, 1);
        stand.close("values", values, wanted[1], 0, 0, 1);
    }

    // ---- Loss and optimiser ----------------------------------------------------------------------------------------

    private void loss(int rows, int cols) {
        Tensor logits = stand.normal(type, rows, cols);
        int[] targets = new int[rows];
        Arrays.setAll(targets, t -> t % 4 == 3 ? -100 : stand.random.nextInt(cols));
        double[] weights = new double[rows];
        Arrays.setAll(weights, t -> 0.5 + stand.random.nextInt(8) / 8.0);
        Tensor goals = stand.indices(targets);
        Tensor weighting = stand.of(DType.F32, weights, rows);
        Tensor stats = stand.empty(DType.F32, 3, rows);
        Tensor nll = stand.empty(DType.F32, rows);
        Tensor sum = stand.of(DType.F32, new double[] {2}, 1);
        Tensor gradient = stand.empty(type, rows, cols);
        int half = cols / 3;
        stand.kernels.crossEntropyStats(logits.columns(0, half), goals, 0, false, stats);
        stand.kernels.crossEntropyStats(logits.columns(half, cols), goals, half, true, stats);
        stand.kernels.crossEntropyLoss(stats, goals, weighting, nll, sum);
        stand.kernels.crossEntropyGrad(logits, stats, goals, weighting, 0, gradient);
        double[] x = stand.read(logits);
        double[] wantedNll = new double[rows];
        double[] wantedGradient = new double[rows * cols];
        double wantedSum = 2;
        for (int t = 0; t < rows; t++) {
            double exponentials = 0;
            for (int i = 0; i < cols; i++) {
                exponentials += Math.exp(x[t * cols + i]);
            }
            for (int i = 0; i < cols && targets[t] >= 0; i++) {
                double p = Math.exp(x[t * cols + i]) / exponentials;
                wantedGradient[t * cols + i] = weights[t] * (p - (i == targets[t] ? 1 : 0));
            }
            wantedNll[t] = targets[t] < 0 ? 0 : Math.log(exponentials) - x[t * cols + targets[t]];
            wantedSum += weights[t] * wantedNll[t];
        }
        stand.close("nll", nll, wantedNll, 1e-6, 0, 10);
        stand.close("lossSum", sum, new double[] {wantedSum}, 1e-6, 0, 1);
        stand.close("dLogits", gradient, wantedGradient, 1e-5, 1, KernelStand.rootMeanSquare(wantedGradient));
    }

    private void adam(int count, int step) {
        Tensor p = stand.normal(DType.F32, count);
        Tensor m = stand.normal(DType.F32, count);
        double[] squares = new double[count];
        Arrays.setAll(squares, i -> stand.random.nextDouble());
        Tensor v = stand.of(DType.F32, squares, count);
        Tensor g = stand.normal(DType.F32, count);
        Tensor copy = stand.empty(type, count);
        double[][] state = {stand.read(p), stand.read(m), stand.read(v), stand.read(g)};
        Tensor factor = stand.of(DType.F32, new double[] {0.5}, 1);
        float beta1 = 0.9f;
        float beta2 = 0.999f;
        stand.kernels.adamW(p, m, v, g, factor, step, 1e-2f, beta1, beta2, 1e-8f, 0.1f, copy);
        for (int i = 0; i < count; i++) {
            double gradient = state[3][i] * 0.5;
            state[1][i] = beta1 * state[1][i] + (1 - (double) beta1) * gradient;
            state[2][i] = beta2 * state[2][i] + (1 - (double) beta2) * gradient * gradient;
            double mean = state[1][i] / (1 - Math.pow(beta1, step));
            double root = Math.sqrt(state[2][i] / (1 - Math.pow(beta2, step)));
            state[0][i] = state[0][i] * (1 - (double) 1e-2f * 0.1f) - 1e-2f * mean / (root + 1e-8f);
        }
        stand.close("parameter", p, state[0], 2e-6, 0, 1);
        stand.close("m", m, state[1], 2e-6, 0, 1);
        stand.close("v", v, state[2], 2e-6, 0, 1);
        stand.close("activations", copy, state[0], 2e-6, 1, 1);
    }
}
