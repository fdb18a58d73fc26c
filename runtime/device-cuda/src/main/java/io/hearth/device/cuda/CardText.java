package io.hearth.device.cuda;

import io.hearth.device.DeviceInfo;
import io.hearth.device.cuda.driver.Driver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Cards and versions in words. */
final class CardText {
    private static final Path KERNEL_MODULE = Path.of("/proc/driver/nvidia/version");
    private static final Pattern VERSION = Pattern.compile("\\b(\\d{3,}\\.\\d+(\\.\\d+)?)\\b");

    private CardText() {}

    static DeviceInfo info(Driver.Card card, String detail, long freeBytes) {
        return new DeviceInfo(
                "cuda",
                card.index(),
                card.name(),
                detail,
                card.totalBytes(),
                freeBytes,
                card.multiprocessors(),
                card.pciAddress());
    }

    /** Such as {@code cuda:0 (NVIDIA H100 80GB HBM3 at 0000:3b:00.0)}. */
    static String named(Driver.Card card) {
        return "cuda:" + card.index() + " (" + card.name() + " at " + card.pciAddress() + ")";
    }

    /** Such as 9.0 for 90. */
    static String capability(int computeCapability) {
        return computeCapability / 10 + "." + computeCapability % 10;
    }

    /** Such as 13.0 for 13000. */
    static String cudaVersion(int version) {
        return version / 1000 + "." + version % 1000 / 10;
    }

    /** The driver's own version if the system tells it, and the CUDA version that it serves. */
    static String driverVersion(int cudaVersion) {
        String cuda = "CUDA " + cudaVersion(cudaVersion);
        try {
            Matcher matcher = VERSION.matcher(Files.readString(KERNEL_MODULE));
            return matcher.find() ? matcher.group(1) + " (" + cuda + ")" : "for " + cuda;
        } catch (IOException e) {
            return "for " + cuda;
        }
    }
}
