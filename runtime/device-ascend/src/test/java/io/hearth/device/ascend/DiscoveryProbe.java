package io.hearth.device.ascend;

import io.hearth.device.DeviceException;
import io.hearth.device.DeviceInfo;
import io.hearth.device.DeviceProvider;
import io.hearth.device.Devices;

/** Prints what is found on this machine; with an argument, also tries to open that device. */
final class DiscoveryProbe {
    private DiscoveryProbe() {}

    public static void main(String[] arguments) {
        DeviceProvider.Discovery found = Devices.discover();
        for (DeviceInfo card : found.cards()) {
            System.out.println("card " + card);
        }
        found.refusals().forEach(refusal -> System.out.println("refusal " + refusal));
        found.warnings().forEach(warning -> System.out.println("warning " + warning.kind() + " " + warning.sentence()));
        if (arguments.length > 0) {
            try {
                Devices.open(arguments[0]).close();
                System.out.println("opened " + arguments[0]);
            } catch (DeviceException e) {
                System.out.println("not opened " + e.getMessage());
            }
        }
        System.out.println("unharmed");
    }
}
