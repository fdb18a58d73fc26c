package io.hearth.device.cpu.portable;

import io.hearth.device.Tensor;

/** Cross entropy over chunks of the vocabulary, gradient norm and AdamW. */
final class PortableLoss {
    private static final int MAXIMUM = 0;
    private static final int SUM = 1;
    private static final int TARGET = 2;

    private PortableLoss() {}

    static void stats(Tensor logits, Tensor targets, int vocabStart, boolean merge, Tensor stats) {
        Elements source = Elements.of(logits);
        Elements wanted = Elements.of(targets);
        Elements statistics = Elements.of(stats);
        float[] row = new float[source.cols];
        for (int t = 0; t < source.rows; t++) {
            source.read(t, row, 0);
            float before = merge ? statistics.get(MAXIMUM, t) : Float.NEGATIVE_INFINITY;
            float maximum = before;
            for (float value : row) {
                maximum = Math.max(maximum, value);
            }
            double sum = merge ? statistics.get(SUM, t) * Math.exp(before - maximum) : 0;
            for (float value : row) {
                sum += Math.exp(value - maximum);
            }
            int column = wanted.getInt(0, t) - vocabStart;
            boolean here = wanted.getInt(0, t) >= 0 && column >= 0 && column < row.length;
            statistics.set(MAXIMUM, t, maximum);
            statistics.set(SUM, t, (float) sum);
            if (here || !merge) {
                statistics.set(TARGET, t, here ? row[column] : 0);
            }
        }
    }

    static void loss(Tensor stats, Tensor targets, Tensor weights, Tensor nll, Tensor lossSum) {
        Elements statistics = Elements.of(stats);
        Elements wanted = Elements.of(targets);
        Elements factors = Elements.of(weights);
        Elements losses = Elements.of(nll);
        Elements total = Elements.of(lossSum);
        double sum = 0;
        for (int t = 0; t < wanted.cols; t++) {
            float loss = 0;
            if (wanted.getInt(0, t) >= 0) {
                double logSum = Math.log(statistics.get(SUM, t)) + statistics.get(MAXIMUM, t);
                loss = (float) (logSum - statistics.get(TARGET, t));
                sum += (double) factors.get(0, t) * loss;
            }
            losses.set(0, t, loss);
        }
        total.set(0, 0, (float) (total.get(0, 0) + sum));
    }

    static void gradient(Tensor logits, Tensor stats, Tensor targets, Tensor weights, int vocabStart, Tensor dLogits) {
        Elements source = Elements.of(logits);
        Elements statistics = Elements.of(stats);
        Elements wanted = Elements.of(targets);
        Elements factors = Elements.of(weights);
        Elements target = Elements.of(dLogits);
        float[] row = new float[source.cols];
        for (int t = 0; t < source.rows; t++) {
            source.read(t, row, 0);
            int id = wanted.getInt(0, t);
            float weight = id < 0 ? 0 : factors.get(0, t);
            float maximum = statistics.get(MAXIMUM, t);
            double inverse = 1.0 / statistics.get(SUM, t);
            for (int i = 0; i < row.length; i++) {
                double softmax = id < 0 ? 0 : Math.exp(row[i] - maximum) * inverse;
                row[i] = (float) (weight * (softmax - (id == vocabStart + i ? 1 : 0)));
            }
            target.write(t, row, 0);
        }
    }

    static void squaredNorm(Tensor x, Tensor out) {
        Elements values = Elements.of(x);
        Elements total = Elements.of(out);
        double sum = 0;
        for (int row = 0; row < values.rows; row++) {
            for (int i = 0; i < values.cols; i++) {
                double value = values.get(row, i);
                sum += value * value;
            }
        }
        total.set(0, 0, (float) (total.get(0, 0) + sum));
    }

    static void clip(Tensor squaredNorm, float maxNorm, Tensor coefficient) {
        float norm = (float) Math.sqrt(Elements.of(squaredNorm).get(0, 0));
        Elements.of(coefficient).set(0, 0, Math.min(1, maxNorm / (norm + 1e-6f)));
    }

    static void adamW(
            Tensor parameter,
            Tensor m,
            Tensor v,
            Tensor gradient,
            Tensor gradientScale,
            int step,
            float learningRate,
            float beta1,
            float beta2,
            float eps,
            float weightDecay,
            Tensor activations) {
        Elements weights = Elements.of(parameter);
        Elements first = Elements.of(m);
        Elements second = Elements.of(v);
        Elements gradients = Elements.of(gradient);
        Elements copies = Elements.orNull(activations);
        float scale = Elements.of(gradientScale).get(0, 0);
        float decay = (float) (1 - (double) learningRate * weightDecay);
        float stepSize = (float) (learningRate / (1 - Math.pow(beta1, step)));
        float correction = (float) Math.sqrt(1 - Math.pow(beta2, step));
        for (int i = 0; i < weights.cols; i++) {
            float g = gradients.get(0, i) * scale;
            float mean = beta1 * first.get(0, i) + (1 - beta1) * g;
            float square = beta2 * second.get(0, i) + (1 - beta2) * g * g;
            float denominator = (float) Math.sqrt(square) / correction + eps;
            float updated = weights.get(0, i) * decay - stepSize * mean / denominator;
            first.set(0, i, mean);
            second.set(0, i, square);
            weights.set(0, i, updated);
            if (copies != null) {
                copies.set(0, i, updated);
            }
        }
    }
}
