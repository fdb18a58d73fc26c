package io.hearth.device.cuda;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where the emulated card is, and how devices of this process are led to it. */
final class Stand {
    static final Path LIBRARIES = Path.of("target/emulated-card/lib").toAbsolutePath();

    /** An index of kernels for builds without nvcc: the emulated card takes any image. */
    static final Path KERNELS = Path.of("target/test-classes/kernels").toAbsolutePath();

    private Stand() {}

    static void require() {
        assumeTrue(
                Files.exists(LIBRARIES.resolve("libcuda.so.1")) && Files.exists(LIBRARIES.resolve("libcublasLt.so.13")),
                "the emulated card was not built (no g++)");
        System.setProperty("hearth.cuda.libraries", LIBRARIES.toString());
        System.setProperty("hearth.cuda.kernels", KERNELS.toString());
    }
}
