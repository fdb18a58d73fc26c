package io.hearth.device;

import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;

/** Finds the back ends on the class path and the cards behind them. */
public final class Devices {
    private Devices() {}

    /** All cards of all back ends, the accelerators before the CPU. */
    public static DeviceProvider.Discovery discover() {
        List<DeviceInfo> cards = new ArrayList<>();
        List<String> refusals = new ArrayList<>();
        List<DeviceProvider.Warning> warnings = new ArrayList<>();
        for (DeviceProvider provider : ServiceLoader.load(DeviceProvider.class)) {
            DeviceProvider.Discovery found = provider.discover();
            cards.addAll(found.cards());
            refusals.addAll(found.refusals());
            warnings.addAll(found.warnings());
        }
        cards.sort((a, b) -> Boolean.compare(a.kind().equals("cpu"), b.kind().equals("cpu")));
        return new DeviceProvider.Discovery(cards, refusals, warnings);
    }

    /** What the back ends say of the libraries that they find here, see {@link DeviceProvider#report}. */
    public static List<String> report() {
        List<String> lines = new ArrayList<>();
        for (DeviceProvider provider : ServiceLoader.load(DeviceProvider.class)) {
            lines.addAll(provider.report());
        }
        return lines;
    }

    /**
     * Opens a card by its id, such as {@code cpu:0} or {@code cuda:1}.
     *
     * @throws DeviceException with a sentence that lists the cards there are
     */
    public static Device open(String id) {
        String[] parts = id.split(":", 2);
        for (DeviceProvider provider : ServiceLoader.load(DeviceProvider.class)) {
            if (provider.kind().equals(parts[0])) {
                return provider.open(index(id, parts));
            }
        }
        throw new DeviceException("There is no device \"" + id + "\". This machine has: "
                + String.join(
                        ", ", discover().cards().stream().map(DeviceInfo::id).toList()) + ".");
    }

    private static int index(String id, String[] parts) {
        try {
            return parts.length == 1 ? 0 : Integer.parseInt(parts[1]);
        } catch (NumberFormatException e) {
            throw new DeviceException("\"" + id + "\" is not a device. Write the kind and the number, such as cpu:0.");
        }
    }
}
