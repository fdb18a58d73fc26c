package io.hearth.device.ascend.kernels;

/**
 * Causal attention and its gradient in double precision.
 *
 * @param cuQ cumulative queries with a leading 0
 * @param kvLen tokens of each sequence, of which the queries are the last
 */
record DoubleAttention(int[] cuQ, int[] kvLen, int heads, int keyHeads, int size, int window) {
    /** Where a token of a sequence lies among the rows of k and v. */
    @FunctionalInterface
    interface Place {
        int row(int sequence, int token);
    }

    private double scale() {
        return (float) (1 / Math.sqrt(size));
    }

    /** Gets the probabilities of one query: those of the keys {@code lo} to {@code lo + p.length}. */
    private interface Row {
        void on(int query, int sequence, int lo, double[] p, int head);
    }

    private int key(int row, int head) {
        return (row * keyHeads + head / (heads / keyHeads)) * size;
    }

    private double dot(double[] a, int from, double[] b, int at) {
        double sum = 0;
        for (int d = 0; d < size; d++) {
            sum += a[from + d] * b[at + d];
        }
        return sum;
    }

    private void each(double[] q, double[] k, Place place, Row work) {
        for (int b = 0; b < kvLen.length; b++) {
            for (int t = cuQ[b]; t < cuQ[b + 1]; t++) {
                int position = kvLen[b] - (cuQ[b + 1] - t);
                int lo = window == 0 ? 0 : Math.max(0, position - window + 1);
                for (int h = 0; h < heads; h++) {
                    double[] p = new double[position + 1 - lo];
                    double most = Double.NEGATIVE_INFINITY;
                    for (int j = 0; j < p.length; j++) {
                        p[j] = scale() * dot(q, (t * heads + h) * size, k, key(place.row(b, lo + j), h));
                        most = Math.max(most, p[j]);
                    }
                    double sum = 0;
                    for (int j = 0; j < p.length; j++) {
                        p[j] = Math.exp(p[j] - most);
                        sum += p[j];
                    }
                    for (int j = 0; j < p.length; j++) {
                        p[j] /= sum;
                    }
                    work.on(t, b, lo, p, h);
                }
            }
        }
    }

    double[] forward(double[] q, double[] k, double[] v, Place place) {
        double[] out = new double[q.length];
        each(q, k, place, (t, b, lo, p, h) -> {
            for (int j = 0; j < p.length; j++) {
                for (int d = 0; d < size; d++) {
                    out[(t * heads + h) * size + d] += p[j] * v[key(place.row(b, lo + j), h) + d];
                }
            }
        });
        return out;
    }

    /** Gradients of q, k and v of packed sequences. */
    double[][] gradient(double[] dOut, double[] q, double[] k, double[] v) {
        double[][] result = {new double[q.length], new double[k.length], new double[v.length]};
        Place place = (b, j) -> cuQ[b] + j;
        each(q, k, place, (t, b, lo, p, h) -> {
            int query = (t * heads + h) * size;
            double[] dp = new double[p.length];
            double mean = 0;
            for (int j = 0; j < p.length; j++) {
                dp[j] = dot(dOut, query, v, key(place.row(b, lo + j), h));
                mean += p[j] * dp[j];
            }
            for (int j = 0; j < p.length; j++) {
                int at = key(place.row(b, lo + j), h);
                double ds = p[j] * (dp[j] - mean) * scale();
                for (int d = 0; d < size; d++) {
                    result[0][query + d] += ds * k[at + d];
                    result[1][at + d] += ds * q[query + d];
                    result[2][at + d] += p[j] * dOut[query + d];
                }
            }
        });
        return result;
    }
}
