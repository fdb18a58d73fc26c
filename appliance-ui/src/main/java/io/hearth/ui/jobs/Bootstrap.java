package io.hearth.ui.jobs;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The paired bootstrap (Efron and Tibshirani 1993, section 13.3; for systems compared on the same rows, Koehn 2004): rows are
 * drawn with replacement again and again, and the middle 95 % of the mean differences are the interval. The same rows and the
 * same seed give the same interval.
 */
public final class Bootstrap {
    /** How often rows are drawn. */
    public static final int RESAMPLES = 10_000;

    private static final double TAIL = 0.025;

    /**
     * The interval of the mean difference.
     *
     * @param base a figure of each row
     * @param tuned the same figure of the same rows, in the same order
     * @throws IllegalArgumentException if there are no rows or not the same number
     */
    public static Interval interval(double[] base, double[] tuned, long seed) {
        int rows = base.length;
        if (rows == 0 || rows != tuned.length) {
            throw new IllegalArgumentException(rows + " and " + tuned.length + " rows");
        }
        double[] differences = new double[rows];
        for (int i = 0; i < rows; i++) {
            differences[i] = tuned[i] - base[i];
        }
        SplittableRandom random = new SplittableRandom(seed);
        double[] means = new double[RESAMPLES];
        for (int resample = 0; resample < RESAMPLES; resample++) {
            double sum = 0;
            for (int i = 0; i < rows; i++) {
                sum += differences[random.nextInt(rows)];
            }
            means[resample] = sum / rows;
        }
        Arrays.sort(means);
        return new Interval(
                mean(base), mean(tuned), mean(differences), quantile(means, TAIL), quantile(means, 1 - TAIL));
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElse(0);
    }

    /** Between the two nearest values, by their distance. */
    static double quantile(double[] sorted, double share) {
        double place = share * (sorted.length - 1);
        int below = (int) Math.floor(place);
        int above = Math.min(sorted.length - 1, below + 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }

    private Bootstrap() {}
}
