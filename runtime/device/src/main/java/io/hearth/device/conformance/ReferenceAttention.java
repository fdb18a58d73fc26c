package io.hearth.device.conformance;

import java.util.stream.IntStream;

/**
 * Attention by its definition. Which keys a query sees is written down as a list for each query, so that training, chunked
 * prompts and paged caches are one formula.
 *
 * @param visible for each query token, the rows of k and v that it sees
 * @param heads query heads
 * @param keyHeads key-value heads
 * @param size of a head
 * @param scale of the scores
 */
record ReferenceAttention(int[][] visible, int heads, int keyHeads, int size, double scale) {
    /** Where token {@code j} of sequence {@code b} lies among the rows of k and v. */
    @FunctionalInterface
    interface Place {
        int row(int b, int j);
    }

    /** Causal visibility; the queries of a sequence are the last of its context. */
    static int[][] causal(int[] cuQ, int[] kvLen, int window, Place place) {
        int[][] visible = new int[cuQ[cuQ.length - 1]][];
        for (int b = 0; b < kvLen.length; b++) {
            int sequence = b;
            for (int t = cuQ[b]; t < cuQ[b + 1]; t++) {
                int position = kvLen[b] - (cuQ[b + 1] - t);
                visible[t] = IntStream.rangeClosed(0, position)
                        .filter(j -> window == 0 || position - j < window)
                        .map(j -> place.row(sequence, j))
                        .toArray();
            }
        }
        return visible;
    }

    private double[] probabilities(double[] q, double[] k, int token, int head) {
        int[] rows = visible[token];
        double[] p = new double[rows.length];
        double maximum = Double.NEGATIVE_INFINITY;
        for (int j = 0; j < rows.length; j++) {
            p[j] = scale * dot(q, query(token, head), k, key(rows[j], head));
            maximum = Math.max(maximum, p[j]);
        }
        double sum = 0;
        for (int j = 0; j < p.length; j++) {
            p[j] = Math.exp(p[j] - maximum);
            sum += p[j];
        }
        for (int j = 0; j < p.length; j++) {
            p[j] /= sum;
        }
        return p;
    }

    private int query(int token, int head) {
        return (token * heads + head) * size;
    }

    private int key(int row, int head) {
        return (row * keyHeads + head / (heads / keyHeads)) * size;
    }

    private double dot(double[] a, int aAt, double[] b, int bAt) {
        double sum = 0;
        for (int d = 0; d < size; d++) {
            sum += a[aAt + d] * b[bAt + d];
        }
        return sum;
    }

    double[] forward(double[] q, double[] k, double[] v) {
        double[] out = new double[q.length];
        for (int t = 0; t < visible.length; t++) {
            for (int h = 0; h < heads; h++) {
                double[] p = probabilities(q, k, t, h);
                for (int j = 0; j < p.length; j++) {
                    for (int d = 0; d < size; d++) {
                        out[query(t, h) + d] += p[j] * v[key(visible[t][j], h) + d];
                    }
                }
            }
        }
        return out;
    }

    /** Gradients with respect to q, k and v. */
    record Gradients(double[] q, double[] k, double[] v) {}

    Gradients gradients(double[] dOut, double[] q, double[] k, double[] v) {
        Gradients result = new Gradients(new double[q.length], new double[k.length], new double[v.length]);
        for (int t = 0; t < visible.length; t++) {
            for (int h = 0; h < heads; h++) {
                double[] p = probabilities(q, k, t, h);
                double[] dp = new double[p.length];
                double mean = 0;
                for (int j = 0; j < p.length; j++) {
                    dp[j] = dot(dOut, query(t, h), v, key(visible[t][j], h));
                    mean += p[j] * dp[j];
                }
                for (int j = 0; j < p.length; j++) {
                    double ds = p[j] * (dp[j] - mean) * scale;
                    for (int d = 0; d < size; d++) {
                        int at = key(visible[t][j], h) + d;
                        result.q[query(t, h) + d] += ds * k[at];
                        result.k[at] += ds * q[query(t, h) + d];
                        result.v[at] += p[j] * dOut[query(t, h) + d];
                    }
                }
            }
        }
        return result;
    }
}
