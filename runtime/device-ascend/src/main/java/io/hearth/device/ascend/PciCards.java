package io.hearth.device.ascend;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether the machine has Ascend cards, whatever its driver knows. */
final class PciCards {
    private static final Path DEVICES = Path.of("/sys/bus/pci/devices");
    private static final String HUAWEI = "0x19e5";

    /** Class of processing accelerators; the maker's network cards and storage have others. */
    private static final String ACCELERATOR = "0x1200";

    private PciCards() {}

    static boolean haveAscend() {
        try (DirectoryStream<Path> devices = Files.newDirectoryStream(DEVICES)) {
            for (Path device : devices) {
                if (read(device, "vendor").equals(HUAWEI)
                        && read(device, "class").startsWith(ACCELERATOR)) {
                    return true;
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // No PCI bus that could be looked at.
        }
        return false;
    }

    private static String read(Path device, String name) {
        try {
            return Files.readString(device.resolve(name)).strip();
        } catch (IOException e) {
            return "";
        }
    }
}
