package io.hearth.device.cpu.portable;

import io.hearth.device.SeqLens;
import io.hearth.device.Tensor;
import java.util.Arrays;

/**
 * Causal attention with grouped heads. One pair of sequence and key-value head at a time: its keys and values are gathered
 * into float arrays, keys transposed, so that all inner loops run over neighbouring numbers and every sum has one order.
 */
final class PortableAttention {
    private PortableAttention() {}

    /** Where the keys or values of a sequence lie: row of token {@code j} in a tensor of [rows, D] heads. */
    @FunctionalInterface
    private interface RowOf {
        int row(int token);
    }

    static void attention(
            Tensor q, Tensor k, Tensor v, SeqLens lens, float scale, int window, Tensor out, Tensor stats) {
        Elements statistics = Elements.orNull(stats);
        Elements keys = Elements.of(k);
        Elements values = Elements.of(v);
        int keyHeads = Math.toIntExact(k.dim(1));
        for (int b = 0; b < lens.sequences(); b++) {
            int first = lens.cuQ()[b];
            for (int g = 0; g < keyHeads; g++) {
                int head = g;
                RowOf rows = j -> (first + j) * keyHeads + head;
                Context context = Context.gather(keys, values, rows, lens.kvLen()[b]);
                forward(q, context, lens, b, g, keyHeads, scale, window, out, statistics);
            }
        }
    }

    static void paged(
            Tensor q,
            Tensor kCache,
            Tensor vCache,
            Tensor blockTable,
            SeqLens lens,
            float scale,
            int window,
            Tensor out) {
        Elements keys = Elements.of(kCache);
        Elements values = Elements.of(vCache);
        Elements blocks = Elements.of(blockTable);
        int blockSize = Math.toIntExact(kCache.dim(1));
        int keyHeads = Math.toIntExact(kCache.dim(2));
        for (int b = 0; b < lens.sequences(); b++) {
            int sequence = b;
            if (lens.cuQ()[b + 1] == lens.cuQ()[b]) {
                continue;
            }
            for (int g = 0; g < keyHeads; g++) {
                int head = g;
                RowOf rows =
                        j -> (blocks.getInt(sequence, j / blockSize) * blockSize + j % blockSize) * keyHeads + head;
                Context context = Context.gather(keys, values, rows, lens.kvLen()[b]);
                forward(q, context, lens, b, g, keyHeads, scale, window, out, null);
            }
        }
    }

    /** Keys [D, length] and values [length, D] of one sequence and head. */
    private record Context(float[] keys, float[] values, int length, int size) {
        static Context gather(Elements k, Elements v, RowOf rows, int length) {
            int size = k.cols;
            float[] keys = new float[length * size];
            float[] values = new float[length * size];
            float[] line = new float[size];
            for (int j = 0; j < length; j++) {
                int row = rows.row(j);
                k.read(row, line, 0);
                for (int d = 0; d < size; d++) {
                    keys[d * length + j] = line[d];
                }
                v.read(row, values, j * size);
            }
            return new Context(keys, values, length, size);
        }

        /** {@code scores[j] = q . k[j]} for tokens {@code low} to {@code high}, inclusive. */
        void scores(float[] query, int low, int high, float[] scores) {
            Arrays.fill(scores, low, high + 1, 0);
            for (int d = 0; d < size; d++) {
                float factor = query[d];
                int base = d * length;
                for (int j = low; j <= high; j++) {
                    scores[j] = Math.fma(factor, keys[base + j], scores[j]);
                }
            }
        }
    }

    private static int lowest(int position, int window) {
        return window == 0 ? 0 : Math.max(0, position - window + 1);
    }

    private static void forward(
            Tensor q,
            Context context,
            SeqLens lens,
            int b,
            int keyHead,
            int keyHeads,
            float scale,
            int window,
            Tensor out,
            Elements statistics) {
        Elements queries = Elements.of(q);
        Elements target = Elements.of(out);
        int heads = Math.toIntExact(q.dim(1));
        int group = heads / keyHeads;
        int count = lens.cuQ()[b + 1] - lens.cuQ()[b];
        float[] query = new float[context.size];
        float[] sum = new float[context.size];
        float[] scores = new float[context.length];
        for (int i = 0; i < count; i++) {
            int token = lens.cuQ()[b] + i;
            int position = context.length - count + i;
            int low = lowest(position, window);
            for (int h = keyHead * group; h < (keyHead + 1) * group; h++) {
                queries.read(token * heads + h, query, 0);
                context.scores(query, low, position, scores);
                float lse = softmax(scores, low, position, scale);
                Arrays.fill(sum, 0);
                for (int j = low; j <= position; j++) {
                    addScaled(scores[j], context.values, j * context.size, sum, 0, sum.length);
                }
                target.write(token * heads + h, sum, 0);
                if (statistics != null) {
                    statistics.set(0, token * heads + h, lse);
                }
            }
        }
    }

    /** Turns scores into probabilities and returns the logarithm of the sum of exponentials. */
    private static float softmax(float[] scores, int low, int high, float scale) {
        float maximum = Float.NEGATIVE_INFINITY;
        for (int j = low; j <= high; j++) {
            scores[j] *= scale;
            maximum = Math.max(maximum, scores[j]);
        }
        double sum = 0;
        for (int j = low; j <= high; j++) {
            scores[j] = (float) Math.exp(scores[j] - maximum);
            sum += scores[j];
        }
        float inverse = (float) (1 / sum);
        for (int j = low; j <= high; j++) {
            scores[j] *= inverse;
        }
        return (float) (maximum + Math.log(sum));
    }

    private static void addScaled(float factor, float[] x, int xAt, float[] y, int yAt, int count) {
        for (int i = 0; i < count; i++) {
            y[yAt + i] = Math.fma(factor, x[xAt + i], y[yAt + i]);
        }
    }

    /** Dao et al. 2022, equations of the backward pass, one query row at a time. */
    static void backward(
            Tensor dOut,
            Tensor q,
            Tensor k,
            Tensor v,
            Tensor out,
            Tensor stats,
            SeqLens lens,
            float scale,
            int window,
            Tensor dq,
            Tensor dk,
            Tensor dv) {
        Elements keys = Elements.of(k);
        Elements values = Elements.of(v);
        int keyHeads = Math.toIntExact(k.dim(1));
        Rows rows = new Rows(dOut, q, out, stats, dq);
        for (int b = 0; b < lens.sequences(); b++) {
            int first = lens.cuQ()[b];
            int length = lens.cuQ()[b + 1] - first;
            for (int g = 0; g < keyHeads; g++) {
                float[] keyGrad = new float[length * q.cols()];
                float[] valueGrad = new float[length * q.cols()];
                int head = g;
                RowOf rowOf = j -> (first + j) * keyHeads + head;
                Context forward = Context.gather(keys, values, rowOf, length);
                Context swapped = Context.gather(values, keys, rowOf, length);
                for (int i = 0; i < length; i++) {
                    rows.backward(first, i, head, keyHeads, forward, swapped, scale, window, keyGrad, valueGrad);
                }
                for (int j = 0; j < length; j++) {
                    Elements.of(dk).write(rowOf.row(j), keyGrad, j * q.cols());
                    Elements.of(dv).write(rowOf.row(j), valueGrad, j * q.cols());
                }
            }
        }
    }

    /** The tensors that have a row per query, for the gradient. */
    private static final class Rows {
        private final Elements dOut;
        private final Elements q;
        private final Elements out;
        private final Elements stats;
        private final Elements dq;
        private final int heads;

        Rows(Tensor dOut, Tensor q, Tensor out, Tensor stats, Tensor dq) {
            this.dOut = Elements.of(dOut);
            this.q = Elements.of(q);
            this.out = Elements.of(out);
            this.stats = Elements.of(stats);
            this.dq = Elements.of(dq);
            this.heads = Math.toIntExact(q.dim(1));
        }

        /** {@code swapped} has values as its keys and keys as its values. */
        void backward(
                int first,
                int i,
                int keyHead,
                int keyHeads,
                Context forward,
                Context swapped,
                float scale,
                int window,
                float[] keyGrad,
                float[] valueGrad) {
            int size = forward.size;
            int group = heads / keyHeads;
            int low = lowest(i, window);
            float[] probabilities = new float[forward.length];
            float[] products = new float[forward.length];
            for (int h = keyHead * group; h < (keyHead + 1) * group; h++) {
                int row = (first + i) * heads + h;
                float[] query = q.row(row);
                float[] gradient = dOut.row(row);
                float delta = dot(gradient, out.row(row));
                float lse = stats.get(0, row);
                forward.scores(query, low, i, probabilities);
                swapped.scores(gradient, low, i, products);
                float[] queryGrad = new float[size];
                for (int j = low; j <= i; j++) {
                    float p = (float) Math.exp(probabilities[j] * scale - lse);
                    float ds = p * (products[j] - delta) * scale;
                    addScaled(p, gradient, 0, valueGrad, j * size, size);
                    addScaled(ds, query, 0, keyGrad, j * size, size);
                    addScaled(ds, swapped.values, j * size, queryGrad, 0, size);
                }
                dq.write(row, queryGrad, 0);
            }
        }

        private static float dot(float[] a, float[] b) {
            double sum = 0;
            for (int i = 0; i < a.length; i++) {
                sum += (double) a[i] * b[i];
            }
            return (float) sum;
        }
    }
}
