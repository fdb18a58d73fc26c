package io.hearth.worker.bench;

import java.util.Locale;

/**
 * A figure and what it took.
 *
 * @param name what was measured
 * @param tokensPerSecond the figure
 * @param flops operations per second that the work needed at least
 * @param bytesPerSecond memory traffic that it needed at least; 0 where memory is not what limits it
 */
record Measurement(String name, double tokensPerSecond, double flops, double bytesPerSecond) {
    static String header() {
        return String.format("%-34s %10s %11s %9s", "", "tokens/s", "of GFLOP/s", "of GB/s");
    }

    /** The figure with its shares of what the machine can do. */
    String line(MachineLimits limits) {
        String ofBandwidth = bytesPerSecond == 0
                ? ""
                : String.format(Locale.ROOT, "%7.0f %%", 100 * bytesPerSecond / limits.bytesPerSecond());
        return String.format(
                        Locale.ROOT,
                        "%-34s %10.1f %9.0f %% %s",
                        name,
                        tokensPerSecond,
                        100 * flops / limits.flops(),
                        ofBandwidth)
                .stripTrailing();
    }
}
