package io.hearth.device.conformance;

import java.util.Comparator;
import java.util.stream.IntStream;

/** Choosing a token, step by step as {@link io.hearth.device.Kernels#sample} words it. */
final class ReferenceSampling {
    private ReferenceSampling() {}

    /**
     * A token and how clear the choice was.
     *
     * @param margin smallest distance of topP, minP and the uniform number from a place where the choice would change
     */
    record Choice(int token, double margin) {}

    /** Indices by falling logit, the lower first among equals; 0 and -0 are equal, which subtraction from 0 sees to. */
    static int[] order(double[] logits) {
        return IntStream.range(0, logits.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> 0 - logits[i]).thenComparingInt(i -> i))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    static Choice choose(double[] logits, double temperature, int topK, double topP, double minP, double uniform) {
        int[] order = order(logits);
        if (temperature == 0) {
            return new Choice(order[0], 1);
        }
        int count = topK == 0 ? order.length : Math.min(topK, order.length);
        double[] p = new double[count];
        for (int i = 0; i < count; i++) {
            p[i] = Math.exp((logits[order[i]] - logits[order[0]]) / temperature);
        }
        double total = sum(p, count);
        double margin = 1;
        int nucleus = 0;
        double reached = 0;
        while (nucleus < count && (nucleus == 0 || topP == 1 || reached < topP)) {
            reached += p[nucleus++] / total;
            margin = topP == 1 ? margin : Math.min(margin, Math.abs(reached - topP));
        }
        int kept = 0;
        while (kept < nucleus && p[kept] >= minP) {
            kept++;
        }
        for (int i = 1; i < nucleus; i++) {
            margin = minP == 0 ? margin : Math.min(margin, Math.abs(p[i] - minP));
        }
        double mass = sum(p, kept);
        double passed = 0;
        int chosen = -1;
        for (int i = 0; i < kept; i++) {
            passed += p[i] / mass;
            if (chosen < 0 && (uniform < passed || i == kept - 1)) {
                chosen = order[i];
            }
            margin = i == kept - 1 ? margin : Math.min(margin, Math.abs(passed - uniform));
        }
        return new Choice(chosen, margin);
    }

    private static double sum(double[] values, int count) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += values[i];
        }
        return sum;
    }
}
