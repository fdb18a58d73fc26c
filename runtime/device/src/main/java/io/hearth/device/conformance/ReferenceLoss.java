package io.hearth.device.conformance;

/** Cross entropy and AdamW. */
final class ReferenceLoss {
    private ReferenceLoss() {}

    /** Logarithm of the sum of exponentials of each row. */
    static double[] logSum(double[] logits, int cols) {
        double[] out = new double[logits.length / cols];
        for (int row = 0; row < out.length; row++) {
            double maximum = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < cols; i++) {
                maximum = Math.max(maximum, logits[row * cols + i]);
            }
            double sum = 0;
            for (int i = 0; i < cols; i++) {
                sum += Math.exp(logits[row * cols + i] - maximum);
            }
            out[row] = maximum + Math.log(sum);
        }
        return out;
    }

    /** Negative log-likelihood of each row's target; 0 where it is ignored. */
    static double[] nll(double[] logits, int cols, int[] targets) {
        double[] out = logSum(logits, cols);
        for (int row = 0; row < out.length; row++) {
            out[row] = targets[row] < 0 ? 0 : out[row] - logits[row * cols + targets[row]];
        }
        return out;
    }

    /** {@code weight * (softmax - onehot)}. */
    static double[] gradient(double[] logits, int cols, int[] targets, double[] weights) {
        double[] logSum = logSum(logits, cols);
        double[] out = new double[logits.length];
        for (int i = 0; i < out.length; i++) {
            int row = i / cols;
            if (targets[row] >= 0) {
                out[i] = weights[row] * (Math.exp(logits[i] - logSum[row]) - (i % cols == targets[row] ? 1 : 0));
            }
        }
        return out;
    }

    /** State of one parameter under AdamW. */
    record Adam(double parameter, double m, double v) {
        Adam step(double gradient, int step, double rate, double beta1, double beta2, double eps, double weightDecay) {
            double mean = beta1 * m + (1 - beta1) * gradient;
            double square = beta2 * v + (1 - beta2) * gradient * gradient;
            double unbiasedMean = mean / (1 - Math.pow(beta1, step));
            double unbiasedSquare = square / (1 - Math.pow(beta2, step));
            double decayed = parameter * (1 - rate * weightDecay);
            return new Adam(decayed - rate * unbiasedMean / (Math.sqrt(unbiasedSquare) + eps), mean, square);
        }
    }
}
