package io.hearth.device.cpu.portable;

import io.hearth.device.Tensor;

/** Rotary position embedding by halves (Su et al. 2021, in the layout of Hugging Face models), with norms per head. */
final class PortableRope {
    private PortableRope() {}

    static void ropeTable(Tensor positions, Tensor table, Tensor cos, Tensor sin) {
        Elements at = Elements.of(positions);
        Elements source = Elements.of(table);
        Elements cosines = Elements.of(cos);
        Elements sines = Elements.of(sin);
        int half = source.cols / 2;
        float[] line = new float[source.cols];
        for (int t = 0; t < cosines.rows; t++) {
            source.read(at.getInt(0, t), line, 0);
            for (int part = 0; part < 2; part++) {
                cosines.write(t, part * half, half, line, 0);
                sines.write(t, part * half, half, line, half);
            }
        }
    }

    static void forward(
            Tensor qkv,
            Tensor cos,
            Tensor sin,
            Tensor qGamma,
            Tensor kGamma,
            float eps,
            Tensor q,
            Tensor k,
            Tensor v,
            Tensor qRstd,
            Tensor kRstd) {
        Elements source = Elements.of(qkv);
        Elements values = Elements.of(v);
        int heads = Math.toIntExact(q.dim(1));
        int keyHeads = Math.toIntExact(k.dim(1));
        int size = q.cols();
        rotateHeads(source, 0, heads, cos, sin, qGamma, eps, q, qRstd);
        rotateHeads(source, heads * size, keyHeads, cos, sin, kGamma, eps, k, kRstd);
        float[] line = new float[size];
        for (int row = 0; row < values.rows; row++) {
            int column = (heads + keyHeads + row % keyHeads) * size;
            source.read(row / keyHeads, column, size, line, 0);
            values.write(row, line, 0);
        }
    }

    private static void rotateHeads(
            Elements qkv,
            int column,
            int heads,
            Tensor cos,
            Tensor sin,
            Tensor gamma,
            float eps,
            Tensor out,
            Tensor rstd) {
        Elements cosines = Elements.of(cos);
        Elements sines = Elements.of(sin);
        Elements target = Elements.of(out);
        Elements statistics = Elements.orNull(rstd);
        float[] scales = gamma == null ? null : Elements.of(gamma).row(0);
        int size = target.cols;
        float[] head = new float[size];
        float[] rotated = new float[size];
        for (int row = 0; row < target.rows; row++) {
            int token = row / heads;
            qkv.read(token, column + row % heads * size, size, head, 0);
            if (scales != null) {
                statistics.set(token, row % heads, PortableNorms.normalise(head, scales, eps, target));
                for (int i = 0; i < size; i++) {
                    head[i] = target.rounded(head[i]);
                }
            }
            rotate(head, cosines.row(token), sines.row(token), rotated);
            target.write(row, rotated, 0);
        }
    }

    private static void rotate(float[] x, float[] cos, float[] sin, float[] out) {
        int half = x.length / 2;
        for (int i = 0; i < half; i++) {
            out[i] = x[i] * cos[i] - x[half + i] * sin[i];
            out[half + i] = x[half + i] * cos[half + i] + x[i] * sin[half + i];
        }
    }

    /** The transposed rotation, which is also its inverse. */
    private static void rotateBack(float[] y, float[] cos, float[] sin, float[] out) {
        int half = y.length / 2;
        for (int i = 0; i < half; i++) {
            out[i] = y[i] * cos[i] + y[half + i] * sin[half + i];
            out[half + i] = y[half + i] * cos[half + i] - y[i] * sin[i];
        }
    }

    static void backward(
            Tensor dq,
            Tensor dk,
            Tensor dv,
            Tensor qkv,
            Tensor cos,
            Tensor sin,
            Tensor qGamma,
            Tensor kGamma,
            Tensor qRstd,
            Tensor kRstd,
            Tensor dqkv,
            Tensor dqGamma,
            Tensor dkGamma) {
        Elements values = Elements.of(dv);
        Elements target = Elements.of(dqkv);
        Elements input = Elements.orNull(qkv);
        int heads = Math.toIntExact(dq.dim(1));
        int keyHeads = Math.toIntExact(dk.dim(1));
        int size = dq.cols();
        rotateHeadsBack(dq, input, 0, cos, sin, qGamma, qRstd, target, dqGamma);
        rotateHeadsBack(dk, input, heads * size, cos, sin, kGamma, kRstd, target, dkGamma);
        float[] line = new float[size];
        for (int row = 0; row < values.rows; row++) {
            values.read(row, line, 0);
            target.write(row / keyHeads, (heads + keyHeads + row % keyHeads) * size, size, line, 0);
        }
    }

    private static void rotateHeadsBack(
            Tensor dOut,
            Elements qkv,
            int column,
            Tensor cos,
            Tensor sin,
            Tensor gamma,
            Tensor rstd,
            Elements dqkv,
            Tensor dGamma) {
        Elements gradient = Elements.of(dOut);
        Elements cosines = Elements.of(cos);
        Elements sines = Elements.of(sin);
        Elements statistics = Elements.orNull(rstd);
        float[] scales = gamma == null ? null : Elements.of(gamma).row(0);
        int heads = Math.toIntExact(dOut.dim(1));
        int size = gradient.cols;
        float[] sums = dGamma == null ? null : new float[size];
        float[] x = new float[size];
        float[] line = new float[size];
        float[] back = new float[size];
        for (int row = 0; row < gradient.rows; row++) {
            int token = row / heads;
            int at = column + row % heads * size;
            gradient.read(row, line, 0);
            rotateBack(line, cosines.row(token), sines.row(token), back);
            if (scales != null) {
                qkv.read(token, at, size, x, 0);
                PortableNorms.normaliseGrad(back, x, statistics.get(token, row % heads), scales, sums);
            }
            dqkv.write(token, at, size, back, 0);
        }
        PortableNorms.accumulate(sums, dGamma);
    }
}
