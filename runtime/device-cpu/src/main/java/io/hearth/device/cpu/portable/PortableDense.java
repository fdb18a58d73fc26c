package io.hearth.device.cpu.portable;

import io.hearth.device.LoraSegments;
import io.hearth.device.Tensor;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Matrix products. Every element is one chain of fused multiply-adds in ascending order of the inner dimension, so that a
 * result depends neither on the vector width of the machine nor on the other rows of the call.
 */
final class PortableDense {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    /** Columns of a panel: two vectors, so that four rows keep eight accumulators busy. */
    private static final int PANEL = 2 * LANES;

    private static final int ROWS = 4;

    /** Floats of the left matrix that are held converted at one time. */
    private static final int HELD = 1 << 22;

    private PortableDense() {}

    static void matmul(
            Tensor a, boolean transposeA, Tensor b, boolean transposeB, float alpha, float beta, Tensor out) {
        multiply(Elements.of(a), transposeA, Elements.of(b), transposeB, alpha, beta, null, Elements.of(out));
    }

    static void linear(Tensor x, Tensor weight, Tensor bias, Tensor y) {
        float[] biases = bias == null ? null : Elements.of(bias).row(0);
        multiply(Elements.of(x), false, Elements.of(weight), true, 1, 0, biases, Elements.of(y));
    }

    static void weightGrad(Tensor dy, Tensor x, Tensor dWeight) {
        multiply(Elements.of(dy), true, Elements.of(x), false, 1, 1, null, Elements.of(dWeight));
    }

    static void biasGrad(Tensor dy, Tensor dBias) {
        Elements gradient = Elements.of(dy);
        Elements target = Elements.of(dBias);
        float[] sums = new float[gradient.cols];
        float[] values = new float[gradient.cols];
        for (int row = 0; row < gradient.rows; row++) {
            gradient.read(row, values, 0);
            for (int i = 0; i < sums.length; i++) {
                sums[i] += values[i];
            }
        }
        target.read(0, values, 0);
        for (int i = 0; i < sums.length; i++) {
            sums[i] += values[i];
        }
        target.write(0, sums, 0);
    }

    static void groupedMatmul(Tensor x, Tensor weight, int[] offsets, Tensor y) {
        for (int e = 0; e + 1 < offsets.length; e++) {
            if (offsets[e + 1] > offsets[e]) {
                linear(x.rows(offsets[e], offsets[e + 1]), matrix(weight, e), null, y.rows(offsets[e], offsets[e + 1]));
            }
        }
    }

    static void lora(Tensor x, Tensor a, Tensor b, LoraSegments segments, Tensor scratch, Tensor y) {
        int[] cuRows = segments.cuRows();
        for (int s = 0; s < segments.adapter().length; s++) {
            if (cuRows[s + 1] > cuRows[s]) {
                Tensor low = scratch.rows(cuRows[s], cuRows[s + 1]);
                int adapter = segments.adapter()[s];
                linear(x.rows(cuRows[s], cuRows[s + 1]), matrix(a, adapter), null, low);
                matmul(low, false, matrix(b, adapter), true, 1, 1, y.rows(cuRows[s], cuRows[s + 1]));
            }
        }
    }

    private static Tensor matrix(Tensor stack, int index) {
        return stack.rows(index, index + 1).reshape(stack.dim(1), stack.dim(2));
    }

    private static void multiply(
            Elements a,
            boolean transposeA,
            Elements b,
            boolean transposeB,
            float alpha,
            float beta,
            float[] bias,
            Elements out) {
        int m = out.rows;
        int n = out.cols;
        int k = transposeA ? a.rows : a.cols;
        int chunk = Math.max(ROWS, Math.min(m, HELD / Math.max(1, k)));
        float[] panel = new float[k * PANEL];
        float[] sums = new float[ROWS * PANEL];
        float[] line = new float[Math.max(PANEL, k)];
        for (int from = 0; from < m; from += chunk) {
            int count = Math.min(chunk, m - from);
            float[] left = packLeft(a, transposeA, from, count, k);
            for (int col = 0; col < n; col += PANEL) {
                int width = Math.min(PANEL, n - col);
                packPanel(b, transposeB, col, width, k, panel, line);
                for (int row = 0; row < count; row += ROWS) {
                    block(left, row * k, k, panel, sums);
                    for (int r = 0; r < Math.min(ROWS, count - row); r++) {
                        finish(sums, r * PANEL, width, alpha, beta, bias, out, from + row + r, col, line);
                    }
                }
            }
        }
    }

    /** Rows of op(a) in groups of four, in each group the four numbers of one inner index side by side. */
    private static float[] packLeft(Elements a, boolean transposed, int from, int count, int k) {
        float[] packed = new float[(count + ROWS - 1) / ROWS * ROWS * k];
        float[] line = new float[transposed ? count : k];
        if (transposed) {
            for (int i = 0; i < k; i++) {
                a.read(i, from, count, line, 0);
                for (int row = 0; row < count; row++) {
                    packed[row / ROWS * ROWS * k + i * ROWS + row % ROWS] = line[row];
                }
            }
        } else {
            for (int row = 0; row < count; row++) {
                a.read(from + row, line, 0);
                int base = row / ROWS * ROWS * k + row % ROWS;
                for (int i = 0; i < k; i++) {
                    packed[base + i * ROWS] = line[i];
                }
            }
        }
        return packed;
    }

    /** Columns {@code col} to {@code col + width} of op(b) as [k, PANEL], the rest of a panel zero. */
    private static void packPanel(
            Elements b, boolean transposed, int col, int width, int k, float[] panel, float[] line) {
        if (width < PANEL) {
            Arrays.fill(panel, 0);
        }
        if (transposed) {
            for (int j = 0; j < width; j++) {
                b.read(col + j, 0, k, line, 0);
                for (int i = 0; i < k; i++) {
                    panel[i * PANEL + j] = line[i];
                }
            }
        } else {
            for (int i = 0; i < k; i++) {
                b.read(i, col, width, panel, i * PANEL);
            }
        }
    }

    /** Four rows times one panel. */
    private static void block(float[] left, int at, int k, float[] panel, float[] sums) {
        FloatVector s00 = FloatVector.zero(SPECIES);
        FloatVector s01 = s00;
        FloatVector s10 = s00;
        FloatVector s11 = s00;
        FloatVector s20 = s00;
        FloatVector s21 = s00;
        FloatVector s30 = s00;
        FloatVector s31 = s00;
        for (int i = 0; i < k; i++) {
            FloatVector b0 = FloatVector.fromArray(SPECIES, panel, i * PANEL);
            FloatVector b1 = FloatVector.fromArray(SPECIES, panel, i * PANEL + LANES);
            FloatVector x0 = FloatVector.broadcast(SPECIES, left[at + i * ROWS]);
            FloatVector x1 = FloatVector.broadcast(SPECIES, left[at + i * ROWS + 1]);
            FloatVector x2 = FloatVector.broadcast(SPECIES, left[at + i * ROWS + 2]);
            FloatVector x3 = FloatVector.broadcast(SPECIES, left[at + i * ROWS + 3]);
            s00 = x0.fma(b0, s00);
            s01 = x0.fma(b1, s01);
            s10 = x1.fma(b0, s10);
            s11 = x1.fma(b1, s11);
            s20 = x2.fma(b0, s20);
            s21 = x2.fma(b1, s21);
            s30 = x3.fma(b0, s30);
            s31 = x3.fma(b1, s31);
        }
        s00.intoArray(sums, 0);
        s01.intoArray(sums, LANES);
        s10.intoArray(sums, PANEL);
        s11.intoArray(sums, PANEL + LANES);
        s20.intoArray(sums, 2 * PANEL);
        s21.intoArray(sums, 2 * PANEL + LANES);
        s30.intoArray(sums, 3 * PANEL);
        s31.intoArray(sums, 3 * PANEL + LANES);
    }

    private static void finish(
            float[] sums,
            int at,
            int width,
            float alpha,
            float beta,
            float[] bias,
            Elements out,
            int row,
            int col,
            float[] line) {
        if (beta != 0) {
            out.read(row, col, width, line, 0);
        }
        for (int j = 0; j < width; j++) {
            float value = alpha * sums[at + j];
            value += bias == null ? 0 : bias[col + j];
            line[j] = beta == 0 ? value : value + line[j];
        }
        out.write(row, col, width, line, 0);
    }
}
