package io.hearth.device.conformance;

/** Matrix products by their definition. */
final class ReferenceDense {
    private ReferenceDense() {}

    /** {@code op(a) * op(b)} with op(a) [m, k] and op(b) [k, n]. */
    static double[] matmul(double[] a, boolean transposeA, double[] b, boolean transposeB, int m, int n, int k) {
        double[] out = new double[m * n];
        for (int row = 0; row < m; row++) {
            for (int col = 0; col < n; col++) {
                double sum = 0;
                for (int i = 0; i < k; i++) {
                    sum += (transposeA ? a[i * m + row] : a[row * k + i])
                            * (transposeB ? b[col * k + i] : b[i * n + col]);
                }
                out[row * n + col] = sum;
            }
        }
        return out;
    }

    /** {@code a + factor * b}. */
    static double[] sum(double[] a, double factor, double[] b) {
        double[] out = new double[a.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = a[i] + factor * b[i];
        }
        return out;
    }

    /** Sums over the rows of [rows, cols]. */
    static double[] columnSums(double[] x, int cols) {
        double[] sums = new double[cols];
        for (int i = 0; i < x.length; i++) {
            sums[i % cols] += x[i];
        }
        return sums;
    }
}
