package io.hearth.ui.metering;

/**
 * What one request has cost, as its worker counted it.
 *
 * @param worker id of the worker
 * @param sequence number of the event among the worker's
 * @param time when it ended, milliseconds since 1970
 * @param day its day, {@code 2026-03-09}
 * @param tag for whom it was
 * @param model public name that was asked for
 * @param promptTokens tokens of the prompt
 * @param cachedTokens of these, tokens that did not have to be computed
 * @param completionTokens tokens that were generated
 * @param cardMicros microseconds of the card
 * @param millis from its arrival at the worker to its end
 * @param outcome {@code stop}, {@code length}, {@code cancelled} or {@code error}
 */
public record Usage(
        String worker,
        long sequence,
        long time,
        String day,
        UsageTag tag,
        String model,
        long promptTokens,
        long cachedTokens,
        long completionTokens,
        long cardMicros,
        long millis,
        String outcome) {
    /** Tokens that count against limits. */
    public long tokens() {
        return promptTokens + completionTokens;
    }
}
