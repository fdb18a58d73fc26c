package io.hearth.worker.bench;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Locale;
import java.util.Optional;

/**
 * A figure as it is written down; members that a kind of work does not have are absent.
 *
 * @param kind {@code load}, {@code prefill}, {@code decode} or {@code lora}
 * @param name for a person
 * @param sequences prompts, sequences or rows
 * @param tokens tokens of each, or its context
 * @param outcome {@code measured} or {@code skipped}
 * @param why why it was skipped
 * @param detail how it was measured, where there is something to say
 * @param seconds of one round
 * @param bytes that were loaded
 * @param tokensPerSecond tokens of a round over its seconds
 * @param flops operations per second that the work needs at least
 * @param bytesPerSecond memory traffic that it needs at least; of a load, bytes of weights over seconds
 * @param gemmPeak what the card did at best in matrix products just before or after, operations per second
 * @param bandwidth its memory bandwidth just before or after, bytes per second
 * @param ofGemmPeak flops over gemmPeak
 * @param ofBandwidth bytesPerSecond over bandwidth, for decoding
 * @param ofDataSheet flops over what the card's data sheet says: the model's FLOP utilisation (MFU)
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Figure(
        String kind,
        String name,
        int sequences,
        int tokens,
        String outcome,
        String why,
        String detail,
        Double seconds,
        Long bytes,
        Double tokensPerSecond,
        Double flops,
        Double bytesPerSecond,
        Double gemmPeak,
        Double bandwidth,
        Double ofGemmPeak,
        Double ofBandwidth,
        Double ofDataSheet) {
    static Figure skipped(String kind, String name, int sequences, int tokens, String why) {
        return new Figure(
                kind, name, sequences, tokens, "skipped", why, null, null, null, null, null, null, null, null, null,
                null, null);
    }

    static Figure loaded(String name, double seconds, long bytes, String detail) {
        return new Figure(
                "load",
                name,
                1,
                0,
                "measured",
                null,
                detail,
                seconds,
                bytes,
                null,
                null,
                bytes / seconds,
                null,
                null,
                null,
                null,
                null);
    }

    /** For a person. */
    String line() {
        if (why != null) {
            return String.format("%-34s skipped: %s", name, why);
        }
        if (kind.equals("load")) {
            return String.format(
                    Locale.ROOT, "%-34s %10.2f s, %.2f GB/s, %s", name, seconds, bytesPerSecond / 1e9, detail);
        }
        MachineLimits limits = new MachineLimits(gemmPeak, bandwidth);
        String line = new Measurement(name, tokensPerSecond, flops, bytesPerSecond == null ? 0 : bytesPerSecond, limits)
                .line();
        return ofDataSheet == null ? line : String.format(Locale.ROOT, "%s, MFU %.1f %%", line, 100 * ofDataSheet);
    }

    /**
     * @param sequences see above
     * @param tokens see above
     * @param seconds of one round
     * @param detail how it was measured, or null
     */
    static Figure of(
            String kind,
            int sequences,
            int tokens,
            double seconds,
            Measurement measured,
            Optional<DataSheet> dataSheet,
            String detail) {
        MachineLimits limits = measured.limits();
        boolean moves = measured.bytesPerSecond() > 0;
        return new Figure(
                kind,
                measured.name(),
                sequences,
                tokens,
                "measured",
                null,
                detail,
                seconds,
                null,
                measured.tokensPerSecond(),
                measured.flops(),
                moves ? measured.bytesPerSecond() : null,
                limits.flops(),
                limits.bytesPerSecond(),
                measured.flops() / limits.flops(),
                moves ? measured.bytesPerSecond() / limits.bytesPerSecond() : null,
                dataSheet.map(sheet -> measured.flops() / sheet.flops()).orElse(null));
    }
}
