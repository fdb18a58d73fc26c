package io.hearth.device.conformance;

/** Rotation by halves of heads [T, heads, D] with cosines and sines [T, D]. */
final class ReferenceRope {
    private ReferenceRope() {}

    /** {@code x * cos + concat(-x2, x1) * sin}. */
    static double[] rotate(double[] x, double[] cos, double[] sin, int heads, int size) {
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            int d = i % size;
            int angle = i / (heads * size) * size + d;
            double partner = d < size / 2 ? -x[i + size / 2] : x[i - size / 2];
            y[i] = x[i] * cos[angle] + partner * sin[angle];
        }
        return y;
    }

    /** Gradient of {@link #rotate}: every dy goes to x by its cosine, and to the partner by its sine. */
    static double[] rotateGrad(double[] dy, double[] cos, double[] sin, int heads, int size) {
        double[] dx = new double[dy.length];
        for (int i = 0; i < dy.length; i++) {
            int d = i % size;
            int angle = i / (heads * size) * size + d;
            dx[i] += dy[i] * cos[angle];
            if (d < size / 2) {
                dx[i + size / 2] -= dy[i] * sin[angle];
            } else {
                dx[i - size / 2] += dy[i] * sin[angle];
            }
        }
        return dx;
    }

    /** Columns {@code from} to {@code from + count} of [rows, cols]. */
    static double[] columns(double[] x, int cols, int from, int count) {
        double[] out = new double[x.length / cols * count];
        for (int i = 0; i < out.length; i++) {
            out[i] = x[i / count * cols + from + i % count];
        }
        return out;
    }

    /** Rows of the three, one after the other in each row. */
    static double[] join(double[] a, double[] b, double[] c, int rows) {
        int left = a.length / rows;
        int middle = b.length / rows;
        int right = c.length / rows;
        double[] out = new double[a.length + b.length + c.length];
        for (int row = 0; row < rows; row++) {
            int at = row * (left + middle + right);
            System.arraycopy(a, row * left, out, at, left);
            System.arraycopy(b, row * middle, out, at + left, middle);
            System.arraycopy(c, row * right, out, at + left + middle, right);
        }
        return out;
    }
}
