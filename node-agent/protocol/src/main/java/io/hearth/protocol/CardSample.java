package io.hearth.protocol;

import java.util.List;

/**
 * A card in one second. Null where it does not tell.
 *
 * @param card id of the card
 * @param utilisation 0 to 1
 * @param memoryUsedBytes used memory
 * @param memoryTotalBytes all memory
 * @param temperatureCelsius hottest sensor
 * @param powerWatts drawn now
 * @param clockMegahertz of the compute units
 * @param errors what is wrong with it, a sentence each; empty if it is well
 * @param processes who uses it
 * @param detail what only accelerators tell; null for others
 * @param findings what was found wrong or worth knowing, the worst first; null if nobody looks
 */
public record CardSample(
        String card,
        Double utilisation,
        Long memoryUsedBytes,
        Long memoryTotalBytes,
        Double temperatureCelsius,
        Double powerWatts,
        Double clockMegahertz,
        List<String> errors,
        List<Process> processes,
        CardDetail detail,
        List<CardFinding> findings) {
    /** A card at which nobody looks closely. */
    public CardSample(
            String card,
            Double utilisation,
            Long memoryUsedBytes,
            Long memoryTotalBytes,
            Double temperatureCelsius,
            Double powerWatts,
            Double clockMegahertz,
            List<String> errors,
            List<Process> processes) {
        this(
                card,
                utilisation,
                memoryUsedBytes,
                memoryTotalBytes,
                temperatureCelsius,
                powerWatts,
                clockMegahertz,
                errors,
                processes,
                null,
                null);
    }

    /** A card of which nothing is known now but this. */
    public static CardSample silent(String card, CardFinding finding) {
        return new CardSample(card, null, null, null, null, null, null, List.of(), List.of(), null, List.of(finding));
    }

    /** The same under another id. */
    public CardSample named(String other) {
        return new CardSample(
                other,
                utilisation,
                memoryUsedBytes,
                memoryTotalBytes,
                temperatureCelsius,
                powerWatts,
                clockMegahertz,
                errors,
                processes,
                detail,
                findings);
    }

    /** The same with other processes. */
    public CardSample used(List<Process> by) {
        return new CardSample(
                card,
                utilisation,
                memoryUsedBytes,
                memoryTotalBytes,
                temperatureCelsius,
                powerWatts,
                clockMegahertz,
                errors,
                by,
                detail,
                findings);
    }

    /** The same with what was found; faults are its errors. */
    public CardSample examined(List<CardFinding> found) {
        List<String> faults = found.stream()
                .filter(finding -> finding.level() == CardFinding.Level.FAULT)
                .map(CardFinding::words)
                .toList();
        return new CardSample(
                card,
                utilisation,
                memoryUsedBytes,
                memoryTotalBytes,
                temperatureCelsius,
                powerWatts,
                clockMegahertz,
                faults,
                processes,
                detail,
                found);
    }

    /**
     * A process on the card.
     *
     * @param pid process id
     * @param name name of its program
     * @param worker id of the worker that it is, or null if it is not one of ours
     * @param memoryBytes memory on the card
     */
    public record Process(long pid, String name, String worker, Long memoryBytes) {}
}
