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
        List<Process> processes) {
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
