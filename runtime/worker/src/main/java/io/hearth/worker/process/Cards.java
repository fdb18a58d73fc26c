package io.hearth.worker.process;

import io.hearth.device.Device;
import io.hearth.device.DeviceInfo;
import io.hearth.device.DeviceProvider;
import io.hearth.device.Devices;

/** Opens the card that a file asks for. */
public final class Cards {
    private static final System.Logger LOG = System.getLogger(Cards.class.getName());

    private Cards() {}

    /**
     * Opens a card. If it is left to this machine which, the log says why others are not taken.
     *
     * @param id such as {@code cpu:0}; null for the first card
     * @throws UsageException if this machine has no card at all
     */
    public static Device open(String id) {
        if (id != null) {
            return Devices.open(id);
        }
        DeviceProvider.Discovery found = Devices.discover();
        found.refusals().forEach(refusal -> LOG.log(System.Logger.Level.INFO, refusal));
        DeviceInfo first = found.cards().stream()
                .findFirst()
                .orElseThrow(() -> new UsageException(
                        "This machine has no device that Hearth can use. " + String.join(" ", found.refusals())));
        return Devices.open(first.id());
    }
}
