package io.hearth.ui.nodes;

import java.util.LinkedHashMap;
import java.util.Map;

/** Gathers what is measured in a span of time. Not for several threads. */
final class Bucket {
    private final long start;
    private final Map<String, double[]> sums = new LinkedHashMap<>();
    private int samples;

    Bucket(long start) {
        this.start = start;
    }

    long start() {
        return start;
    }

    boolean isEmpty() {
        return samples == 0;
    }

    /** Adds a shorter span. */
    void add(Point point) {
        samples += point.samples();
        point.figures().forEach((name, figure) -> {
            double[] sum = sums.computeIfAbsent(name, key -> new double[] {0, 0, Double.NEGATIVE_INFINITY});
            sum[0] += figure.mean() * point.samples();
            sum[1] += point.samples();
            sum[2] = Math.max(sum[2], figure.max());
        });
    }

    /** Means and maxima of all that was added. */
    Point point() {
        Map<String, Point.Figure> figures = new LinkedHashMap<>();
        sums.forEach((name, sum) -> figures.put(name, new Point.Figure(sum[0] / sum[1], sum[2])));
        return new Point(start, samples, figures);
    }
}
