package io.hearth.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * What an accelerator tells beyond {@link CardSample}. Null where a card or its driver does not tell; never 0 in its place.
 *
 * @param memoryUtilisation share of time in which memory was read or written, 0 to 1
 * @param memoryTemperatureCelsius of the memory
 * @param powerLimitWatts most that it may draw
 * @param energyMillijoules drawn since the driver was loaded
 * @param clocks its clocks
 * @param throttle why its clocks are not at their maximum, as codes ({@code power-limit}, {@code heat-hardware} …); empty: nothing
 *     holds them back
 * @param ecc memory errors
 * @param rows memory that was taken out of use
 * @param links its links to other cards
 * @param pcie its link to the host
 * @param mig how it is cut into instances
 * @param persistence whether the driver stays loaded while nobody uses the card
 * @param units how busy its kinds of compute units are; null for cards that have but one kind
 * @param chip what tells the chip from all others in the world, and stays with it in another slot
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record CardDetail(
        Double memoryUtilisation,
        Double memoryTemperatureCelsius,
        Double powerLimitWatts,
        Long energyMillijoules,
        Clocks clocks,
        List<String> throttle,
        Ecc ecc,
        Rows rows,
        List<Link> links,
        Pcie pcie,
        Mig mig,
        Boolean persistence,
        Units units,
        String chip) {
    /**
     * Shares of time in which compute units worked, 0 to 1.
     *
     * @param matrix those for products of matrices
     * @param vector those for everything else
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Units(Double matrix, Double vector) {}

    /** Clocks in megahertz: of the multiprocessors and of the memory, now and at most. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Clocks(Integer sm, Integer smMost, Integer memory, Integer memoryMost) {}

    /**
     * Errors that the memory's check bits found.
     *
     * @param corrected mended, since the driver was loaded
     * @param uncorrected not mended, since the driver was loaded
     * @param correctedEver mended, over the card's life
     * @param uncorrectedEver not mended, over the card's life
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Ecc(Long corrected, Long uncorrected, Long correctedEver, Long uncorrectedEver) {}

    /**
     * Rows of memory that were replaced by spare ones; on NVIDIA cards before Ampere and on Ascend cards, pages that are not used
     * any more.
     *
     * @param correctable because of errors that could be mended
     * @param uncorrectable because of errors that could not
     * @param pending whether some wait for a reset of the card
     * @param failed whether one could not be replaced
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Rows(Long correctable, Long uncorrectable, Boolean pending, Boolean failed) {}

    /**
     * A link to another card or to a switch.
     *
     * @param index its number on the card
     * @param active whether it is up
     * @param replays packets sent again
     * @param recoveries times that it had to be trained again
     * @param checksumErrors packets received with a wrong checksum
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Link(int index, Boolean active, Long replays, Long recoveries, Long checksumErrors) {}

    /**
     * The link to the host.
     *
     * @param generation PCIe generation now; cards lower it while they rest
     * @param generationMost that card and slot can do
     * @param width lanes now
     * @param widthMost lanes that card and slot can do
     * @param receivedBytesPerSecond towards the card
     * @param sentBytesPerSecond from the card
     * @param replays packets sent again since the driver was loaded
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Pcie(
            Integer generation,
            Integer generationMost,
            Integer width,
            Integer widthMost,
            Double receivedBytesPerSecond,
            Double sentBytesPerSecond,
            Long replays) {}

    /**
     * Whether the card is cut into instances that work apart from each other.
     *
     * @param enabled now
     * @param pending after the next reset
     * @param instances those there are
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Mig(Boolean enabled, Boolean pending, List<Instance> instances) {}

    /** An instance of a card: its name, the id by which programs choose it, its memory. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Instance(String name, String uuid, Long memoryUsedBytes, Long memoryTotalBytes) {}
}
