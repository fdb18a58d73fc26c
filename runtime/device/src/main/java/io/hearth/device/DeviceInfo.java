package io.hearth.device;

/**
 * What is known of a card.
 *
 * @param kind back end that drives it: {@code cpu}, {@code cuda}, {@code ascend}
 * @param index position among the cards of that kind
 * @param name what the maker calls it
 * @param detail instruction set, compute capability, library and driver versions; one line for a person
 * @param totalBytes memory of the card
 * @param freeBytes memory that was free when this was asked
 * @param threads compute threads for a CPU, multiprocessors or AI cores otherwise
 * @param hardwareId the card's place in the machine, such as its PCI address {@code 0000:3b:00.0}, by which others who look at the
 *     machine's cards know it; null if it has none
 */
public record DeviceInfo(
        String kind,
        int index,
        String name,
        String detail,
        long totalBytes,
        long freeBytes,
        int threads,
        String hardwareId) {
    /** A card without a place of its own. */
    public DeviceInfo(
            String kind, int index, String name, String detail, long totalBytes, long freeBytes, int threads) {
        this(kind, index, name, detail, totalBytes, freeBytes, threads, null);
    }

    /** Name by which job and deployment files ask for the card, such as {@code cpu:0}. */
    public String id() {
        return kind + ":" + index;
    }
}
