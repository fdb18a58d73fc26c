package io.hearth.protocol;

/**
 * What a card is.
 *
 * @param id as the worker names the device, such as {@code cpu:0} or {@code cuda:1}
 * @param vendor {@code cpu}, {@code nvidia} or {@code ascend}
 * @param model its name
 * @param memoryBytes its memory
 * @param shared whether several workers may use it at once, as memory allows; the processor may, accelerators may not
 * @param driver driver version or null
 * @param provenOnHardware whether, as far as the agent knows, Hearth has been run on a card of this family; pages go by what the
 *     control plane knows ({@link Hardware#runOn})
 * @param hardwareId what tells it from every other card of the machine, such as its PCI address; null if it has none
 * @param refusal why it takes no workers; null: it takes them
 */
public record CardInfo(
        String id,
        String vendor,
        String model,
        long memoryBytes,
        boolean shared,
        String driver,
        boolean provenOnHardware,
        String hardwareId,
        CardFinding refusal) {
    /** A card that takes workers and has no address. */
    public CardInfo(
            String id,
            String vendor,
            String model,
            long memoryBytes,
            boolean shared,
            String driver,
            boolean provenOnHardware) {
        this(id, vendor, model, memoryBytes, shared, driver, provenOnHardware, null, null);
    }

    /** The same card under another id. */
    public CardInfo named(String other) {
        return new CardInfo(other, vendor, model, memoryBytes, shared, driver, provenOnHardware, hardwareId, refusal);
    }

    /** The same card, which takes no workers for this reason; null: it takes them. */
    public CardInfo refused(CardFinding reason) {
        return new CardInfo(id, vendor, model, memoryBytes, shared, driver, provenOnHardware, hardwareId, reason);
    }
}
