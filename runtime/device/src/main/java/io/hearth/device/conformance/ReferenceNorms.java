package io.hearth.device.conformance;

import java.util.function.DoubleUnaryOperator;

/** Root-mean-square norm and gated activation with their gradients. */
final class ReferenceNorms {
    private ReferenceNorms() {}

    /** {@code 1 / sqrt(mean(x^2) + eps)} of each row. */
    static double[] rstd(double[] x, int cols, double eps) {
        double[] out = new double[x.length / cols];
        for (int row = 0; row < out.length; row++) {
            double squares = 0;
            for (int i = 0; i < cols; i++) {
                squares += x[row * cols + i] * x[row * cols + i];
            }
            out[row] = 1 / Math.sqrt(squares / cols + eps);
        }
        return out;
    }

    /** {@code rounded(x * rstd) * gamma}. */
    static double[] rmsNorm(double[] x, double[] rstd, double[] gamma, DoubleUnaryOperator rounded) {
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] = rounded.applyAsDouble(x[i] * rstd[i / gamma.length]) * gamma[i % gamma.length];
        }
        return y;
    }

    /** Gradient with respect to x. */
    static double[] rmsNormGrad(double[] dy, double[] x, double[] rstd, double[] gamma) {
        int cols = gamma.length;
        double[] dx = new double[x.length];
        for (int row = 0; row < rstd.length; row++) {
            double mean = 0;
            for (int i = 0; i < cols; i++) {
                mean += dy[row * cols + i] * gamma[i] * x[row * cols + i] / cols;
            }
            for (int i = 0; i < cols; i++) {
                int at = row * cols + i;
                dx[at] = rstd[row] * (dy[at] * gamma[i] - x[at] * rstd[row] * rstd[row] * mean);
            }
        }
        return dx;
    }

    /** Gradient with respect to gamma. */
    static double[] gammaGrad(double[] dy, double[] x, double[] rstd, int cols) {
        double[] dGamma = new double[cols];
        for (int i = 0; i < x.length; i++) {
            dGamma[i % cols] += dy[i] * x[i] * rstd[i / cols];
        }
        return dGamma;
    }

    /** {@code silu(gate) * up}; gateUp [rows, 2 width]. */
    static double[] swiGlu(double[] gateUp, int width) {
        double[] h = new double[gateUp.length / 2];
        for (int i = 0; i < h.length; i++) {
            double gate = gateUp[i / width * 2 * width + i % width];
            double up = gateUp[i / width * 2 * width + width + i % width];
            h[i] = gate / (1 + Math.exp(-gate)) * up;
        }
        return h;
    }

    /** Gradient with respect to gateUp. */
    static double[] swiGluGrad(double[] dh, double[] gateUp, int width) {
        double[] out = new double[gateUp.length];
        for (int i = 0; i < dh.length; i++) {
            int at = i / width * 2 * width + i % width;
            double gate = gateUp[at];
            double sigmoid = 1 / (1 + Math.exp(-gate));
            out[at] = dh[i] * gateUp[at + width] * (sigmoid + gate * sigmoid * (1 - sigmoid));
            out[at + width] = dh[i] * gate * sigmoid;
        }
        return out;
    }
}
