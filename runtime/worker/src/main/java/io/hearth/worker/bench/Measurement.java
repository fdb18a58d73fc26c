package io.hearth.worker.bench;

import java.util.Locale;

/**
 * A figure and what it took.
 *
 * @param name what was measured
 * @param tokensPerSecond the figure
 * @param flops operations per second that the work needed at least
 * @param bytesPerSecond memory traffic that it needed at least; 0 where memory is not what limits it
 * @param limits what the device could do just before or just after
 */
record Measurement(String name, double tokensPerSecond, double flops, double bytesPerSecond, MachineLimits limits) {
    /** A prompt of so many tokens. */
    static Measurement prefill(ModelCost cost, int tokens, LimitProbe.Timed round) {
        return new Measurement(
                prefill(tokens),
                tokens / round.seconds(),
                cost.prefillFlops(tokens) / round.seconds(),
                0,
                round.limits());
    }

    static String prefill(int tokens) {
        return "prefill " + tokens;
    }

    /** A step of one token for each of some sequences. */
    static Measurement decode(ModelCost cost, int sequences, int context, LimitProbe.Timed step) {
        return new Measurement(
                decode(sequences, context),
                sequences / step.seconds(),
                cost.decodeFlops(sequences, context) / step.seconds(),
                cost.decodeBytes(sequences, context) / step.seconds(),
                step.limits());
    }

    static String decode(int sequences, int context) {
        return "decode B=" + sequences + " at context " + context;
    }

    /** An optimiser step of LoRA. */
    static Measurement lora(ModelCost cost, int rows, int tokens, int rank, LimitProbe.Timed step) {
        return new Measurement(
                "LoRA training, " + rows + " x " + tokens + " tokens",
                rows * tokens / step.seconds(),
                cost.loraFlops(rows, tokens, rank) / step.seconds(),
                0,
                step.limits());
    }

    static String header() {
        return String.format("%-34s %10s %22s %22s", "", "tokens/s", "of the GEMM peak then", "of the bandwidth then");
    }

    /** The figure with its shares of what the machine could do then. */
    String line() {
        String ofBandwidth = bytesPerSecond == 0
                ? ""
                : String.format(
                        Locale.ROOT,
                        "%5.0f %% of %5.1f GB/s",
                        100 * bytesPerSecond / limits.bytesPerSecond(),
                        limits.bytesPerSecond() / 1e9);
        return String.format(
                        Locale.ROOT,
                        "%-34s %10.1f %5.0f %% of %4.0f GFLOP/s %22s",
                        name,
                        tokensPerSecond,
                        100 * flops / limits.flops(),
                        limits.flops() / 1e9,
                        ofBandwidth)
                .stripTrailing();
    }
}
