package io.hearth.engine;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hearth.device.Device;
import io.hearth.device.Devices;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The device that tests run on: {@code cpu:0}, or what the property {@code hearth.test.device} says. Tests with the tag {@code
 * card} run again on cards that stand-ins of the makers' libraries compute for.
 */
public final class TestDevice {
    private TestDevice() {}

    public static String id() {
        return System.getProperty("hearth.test.device", "cpu:0");
    }

    /** Whether it is an accelerator, real or emulated; what is repeated many times is repeated less often then. */
    public static boolean isCard() {
        return !id().startsWith("cpu");
    }

    /** Skips the test if it is for a card that stand-ins make up and that could not be built, for want of a C or C++ compiler. */
    public static void require() {
        require("cuda:", "HEARTH_CUDA_LIBRARIES", "emulated-card", "libcuda.so.1");
        require("ascend:", "HEARTH_ASCEND_HOME", "ascend-standin", "lib64/libnnopbase.so");
    }

    private static void require(String kind, String variable, String builtIn, String library) {
        String folder = System.getenv(variable);
        boolean madeUp = id().startsWith(kind) && folder != null && folder.contains(builtIn);
        assumeTrue(!madeUp || Files.exists(Path.of(folder, library)), "the stand-ins for " + id() + " were not built");
    }

    /** Opens the device. */
    public static Device open() {
        require();
        return Devices.open(id());
    }
}
