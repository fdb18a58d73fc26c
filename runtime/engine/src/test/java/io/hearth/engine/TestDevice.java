package io.hearth.engine;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hearth.device.Device;
import io.hearth.device.Devices;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The device that tests run on: {@code cpu:0}, or what the property {@code hearth.test.device} says. Tests with the tag {@code
 * card} run a second time, on an emulated card.
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

    /** Skips the test if it is for an emulated card that could not be built, for want of a C++ compiler. */
    public static void require() {
        String libraries = System.getenv("HEARTH_CUDA_LIBRARIES");
        boolean emulated = isCard() && libraries != null && libraries.contains("emulated-card");
        assumeTrue(!emulated || Files.exists(Path.of(libraries, "libcuda.so.1")), "the emulated card was not built");
    }

    /** Opens the device. */
    public static Device open() {
        require();
        return Devices.open(id());
    }
}
