package io.hearth.device.cpu.portable;

import io.hearth.device.SortedIds;
import io.hearth.device.Tensor;

/** Root-mean-square norm, gated activation and embedding, with their gradients. */
final class PortableNorms {
    private PortableNorms() {}

    static void rmsNorm(Tensor x, Tensor gamma, float eps, Tensor y, Tensor rstd) {
        Elements source = Elements.of(x);
        Elements target = Elements.of(y);
        Elements statistics = Elements.of(rstd);
        float[] scales = Elements.of(gamma).row(0);
        float[] values = new float[source.cols];
        for (int row = 0; row < source.rows; row++) {
            source.read(row, values, 0);
            statistics.set(0, row, normalise(values, scales, eps, target));
            target.write(row, values, 0);
        }
    }

    static void addRmsNorm(Tensor residual, Tensor x, Tensor gamma, float eps, Tensor sum, Tensor y, Tensor rstd) {
        PortableElementwise.add(residual, x, sum);
        rmsNorm(sum, gamma, eps, y, rstd);
    }

    /** Normalises a row in place and returns rstd; {@code rounding} gives the type that x * rstd is rounded to. */
    static float normalise(float[] values, float[] gamma, float eps, Elements rounding) {
        double squares = 0;
        for (float value : values) {
            squares += (double) value * value;
        }
        float rstd = (float) (1 / Math.sqrt(squares / values.length + eps));
        for (int i = 0; i < values.length; i++) {
            values[i] = rounding.rounded(values[i] * rstd) * gamma[i];
        }
        return rstd;
    }

    static void rmsNormGrad(
            Tensor dy, Tensor x, Tensor rstd, Tensor gamma, Tensor dResidual, Tensor dx, Tensor dGamma) {
        Elements gradient = Elements.of(dy);
        Elements input = Elements.of(x);
        Elements statistics = Elements.of(rstd);
        Elements around = Elements.orNull(dResidual);
        Elements target = Elements.of(dx);
        float[] scales = Elements.of(gamma).row(0);
        float[] gammaSums = dGamma == null ? null : new float[scales.length];
        float[] gradients = new float[scales.length];
        float[] values = new float[scales.length];
        float[] rest = new float[scales.length];
        for (int row = 0; row < gradient.rows; row++) {
            gradient.read(row, gradients, 0);
            input.read(row, values, 0);
            normaliseGrad(gradients, values, statistics.get(0, row), scales, gammaSums);
            if (around != null) {
                around.read(row, rest, 0);
                for (int i = 0; i < rest.length; i++) {
                    gradients[i] += rest[i];
                }
            }
            target.write(row, gradients, 0);
        }
        accumulate(gammaSums, dGamma);
    }

    /** Turns a row's dy into dx in place and adds dy * x * rstd to {@code gammaSums} unless that is null. */
    static void normaliseGrad(float[] gradients, float[] x, float rstd, float[] gamma, float[] gammaSums) {
        double product = 0;
        for (int i = 0; i < x.length; i++) {
            if (gammaSums != null) {
                gammaSums[i] += gradients[i] * x[i] * rstd;
            }
            gradients[i] *= gamma[i];
            product += (double) gradients[i] * x[i];
        }
        float mean = (float) (product / x.length) * rstd * rstd;
        for (int i = 0; i < x.length; i++) {
            gradients[i] = rstd * (gradients[i] - x[i] * mean);
        }
    }

    /** {@code target += sums}; nothing if the sums were not wanted. */
    static void accumulate(float[] sums, Tensor target) {
        if (sums == null) {
            return;
        }
        Elements elements = Elements.of(target);
        float[] total = elements.row(0);
        for (int i = 0; i < sums.length; i++) {
            total[i] += sums[i];
        }
        elements.write(0, total, 0);
    }

    static void swiGlu(Tensor gateUp, Tensor h) {
        Elements source = Elements.of(gateUp);
        Elements target = Elements.of(h);
        int width = target.cols;
        float[] values = new float[2 * width];
        for (int row = 0; row < source.rows; row++) {
            source.read(row, values, 0);
            for (int i = 0; i < width; i++) {
                values[i] = values[i] * sigmoid(values[i]) * values[width + i];
            }
            target.write(row, values, 0);
        }
    }

    static void swiGluGrad(Tensor dh, Tensor gateUp, Tensor dGateUp) {
        Elements gradient = Elements.of(dh);
        Elements source = Elements.of(gateUp);
        Elements target = Elements.of(dGateUp);
        int width = gradient.cols;
        float[] gradients = new float[width];
        float[] values = new float[2 * width];
        for (int row = 0; row < source.rows; row++) {
            gradient.read(row, gradients, 0);
            source.read(row, values, 0);
            for (int i = 0; i < width; i++) {
                float gate = values[i];
                float up = values[width + i];
                float sigmoid = sigmoid(gate);
                values[i] = gradients[i] * up * sigmoid * (1 + gate * (1 - sigmoid));
                values[width + i] = gradients[i] * gate * sigmoid;
            }
            target.write(row, values, 0);
        }
    }

    private static float sigmoid(float x) {
        return (float) (1 / (1 + Math.exp(-x)));
    }

    static void embeddingGrad(Tensor dx, SortedIds ids, Tensor dTable) {
        Elements gradient = Elements.of(dx);
        Elements order = Elements.of(ids.order());
        Elements starts = Elements.of(ids.starts());
        Elements distinct = Elements.of(ids.ids());
        Elements table = Elements.of(dTable);
        float[] sums = new float[gradient.cols];
        float[] values = new float[gradient.cols];
        for (int u = 0; u < ids.distinct(); u++) {
            int id = distinct.getInt(0, u);
            table.read(id, sums, 0);
            for (int i = starts.getInt(0, u); i < starts.getInt(0, u + 1); i++) {
                gradient.read(order.getInt(0, i), values, 0);
                for (int c = 0; c < sums.length; c++) {
                    sums[c] += values[c];
                }
            }
            table.write(id, sums, 0);
        }
    }
}
