package io.hearth.ui.jobs;

/**
 * A mean difference and where it lies with 95 % confidence.
 *
 * @param base mean of the base
 * @param tuned mean of the tuned model
 * @param difference tuned less base
 * @param low lower end
 * @param high upper end
 */
public record Interval(double base, double tuned, double difference, double low, double high) {
    /** Whether the difference is above zero with confidence. */
    public boolean above() {
        return low > 0;
    }

    /** Whether it is below zero with confidence. */
    public boolean below() {
        return high < 0;
    }
}
