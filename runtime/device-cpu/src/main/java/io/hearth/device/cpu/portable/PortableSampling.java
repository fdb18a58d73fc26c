package io.hearth.device.cpu.portable;

import io.hearth.device.Tensor;
import java.util.Arrays;

/** Choosing tokens. Probabilities are added up in f64, from the likeliest on. */
final class PortableSampling {
    private PortableSampling() {}

    static void argmax(Tensor logits, Tensor out) {
        Elements source = Elements.of(logits);
        Elements target = Elements.of(out);
        for (int row = 0; row < source.rows; row++) {
            target.setInt(0, row, largest(source.row(row)));
        }
    }

    private static int largest(float[] values) {
        int best = 0;
        for (int i = 1; i < values.length; i++) {
            if (values[i] > values[best]) {
                best = i;
            }
        }
        return best;
    }

    static void topK(Tensor logits, Tensor values, Tensor indices) {
        Elements source = Elements.of(logits);
        Elements best = Elements.of(values);
        Elements at = Elements.of(indices);
        for (int row = 0; row < source.rows; row++) {
            float[] line = source.row(row);
            int[] order = descending(line);
            for (int i = 0; i < best.cols; i++) {
                best.set(row, i, line[order[i]]);
                at.setInt(row, i, order[i]);
            }
        }
    }

    /** Indices by falling value, the lower first among equals. */
    private static int[] descending(float[] values) {
        long[] keys = new long[values.length];
        for (int i = 0; i < keys.length; i++) {
            // Adding zero makes -0 and 0 equal. Flipping the lower bits of negative numbers makes bits ascend with
            // values.
            int bits = Float.floatToIntBits(values[i] + 0f);
            int ascending = bits ^ (bits >> 31 & 0x7fffffff);
            keys[i] = (long) ~ascending << 32 | i;
        }
        Arrays.sort(keys);
        int[] order = new int[keys.length];
        for (int i = 0; i < order.length; i++) {
            order[i] = (int) keys[i];
        }
        return order;
    }

    static void sample(
            Tensor logits,
            Tensor temperature,
            Tensor topK,
            Tensor topP,
            Tensor minP,
            Tensor uniform,
            Tensor token,
            Tensor logprob) {
        Elements source = Elements.of(logits);
        for (int row = 0; row < source.rows; row++) {
            float[] line = source.row(row);
            float heat = Elements.of(temperature).get(0, row);
            int chosen = heat == 0
                    ? largest(line)
                    : draw(
                            line,
                            heat,
                            Elements.of(topK).getInt(0, row),
                            Elements.of(topP).get(0, row),
                            Elements.of(minP).get(0, row),
                            Elements.of(uniform).get(0, row));
            Elements.of(token).setInt(0, row, chosen);
            Elements.of(logprob).set(0, row, logProbability(line, chosen));
        }
    }

    private static float logProbability(float[] logits, int chosen) {
        float maximum = logits[largest(logits)];
        double sum = 0;
        for (float value : logits) {
            sum += Math.exp(value - maximum);
        }
        return (float) (logits[chosen] - maximum - Math.log(sum));
    }

    private static int draw(float[] logits, float temperature, int topK, float topP, float minP, float uniform) {
        int[] order = descending(logits);
        int count = topK == 0 ? order.length : Math.min(topK, order.length);
        double[] weights = new double[count];
        double sum = 0;
        for (int i = 0; i < count; i++) {
            weights[i] = Math.exp(((double) logits[order[i]] - logits[order[0]]) / temperature);
            sum += weights[i];
        }
        int kept = 0;
        double mass = 0;
        // The likeliest has weight 1, so that minP is compared with the weight itself.
        while (kept < count && (kept == 0 || mass < topP * sum && weights[kept] >= minP)) {
            mass += weights[kept++];
        }
        double wanted = uniform * mass;
        double passed = 0;
        for (int i = 0; i < kept; i++) {
            passed += weights[i];
            if (passed > wanted) {
                return order[i];
            }
        }
        return order[kept - 1];
    }
}
