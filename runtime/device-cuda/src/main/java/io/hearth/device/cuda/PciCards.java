package io.hearth.device.cuda;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** What sits in the machine's slots, whether it has a driver or not. */
final class PciCards {
    private static final Path DEVICES = Path.of("/sys/bus/pci/devices");
    private static final String NVIDIA = "0x10de";
    private static final String DISPLAY_CONTROLLER = "0x03";

    private PciCards() {}

    /** Whether there is a card of NVIDIA; false where the system does not tell. */
    static boolean haveNvidia() {
        try (DirectoryStream<Path> devices = Files.newDirectoryStream(DEVICES)) {
            for (Path device : devices) {
                if (Files.readString(device.resolve("vendor")).trim().equals(NVIDIA)
                        && Files.readString(device.resolve("class")).startsWith(DISPLAY_CONTROLLER)) {
                    return true;
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // Not Linux, or a container that does not show it.
        }
        return false;
    }
}
