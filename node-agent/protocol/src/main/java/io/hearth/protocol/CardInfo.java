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
 * @param provenOnHardware false where Hearth has not been run on this kind of card; the UI says so
 */
public record CardInfo(
        String id,
        String vendor,
        String model,
        long memoryBytes,
        boolean shared,
        String driver,
        boolean provenOnHardware) {}
