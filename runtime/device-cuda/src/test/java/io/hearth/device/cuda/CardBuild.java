package io.hearth.device.cuda;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * An emulated card built in one of the variants that {@code src/test/cpp/build.sh} knows.
 *
 * @param folder target folder of the build
 * @param variant plain, checked or asan
 */
record CardBuild(Path folder, String variant) {
    private static final Path SCRIPT = Path.of("src/test/cpp/build.sh").toAbsolutePath();
    private static final Path KERNELS = Path.of("src/main/cuda").toAbsolutePath();

    /** The one that Maven has built. */
    static CardBuild plain() {
        Stand.require();
        return new CardBuild(Stand.LIBRARIES.getParent(), "plain");
    }

    /** Builds what is not up to date. */
    static CardBuild of(String variant) {
        Stand.require();
        CardBuild build =
                new CardBuild(Path.of("target/emulated-card-" + variant).toAbsolutePath(), variant);
        build.run();
        assumeTrue(Files.exists(build.libraries().resolve("libcuda.so.1")), "no C++ compiler");
        return build;
    }

    Path libraries() {
        return folder.resolve("lib");
    }

    /** The options by which a Java process finds this card. */
    List<String> javaOptions() {
        return List.of("-Dhearth.cuda.libraries=" + libraries(), "-Dhearth.cuda.kernels=" + Stand.KERNELS);
    }

    /** Builds the kernels of a fault as a library that can take the place of ours. */
    Path library(Fault fault, Path scratch) throws IOException {
        Path sources = Files.createDirectories(scratch.resolve(fault.name()));
        List<Path> headers;
        try (Stream<Path> files = Files.list(KERNELS)) {
            headers = files.filter(file -> file.toString().endsWith(".h")).toList();
        }
        for (Path header : headers) {
            Files.writeString(sources.resolve(header.getFileName()), fault.in(header));
        }
        Files.writeString(sources.resolve(fault.source()), fault.in(KERNELS.resolve(fault.source())));
        String name = "fault_" + fault.name() + ".so";
        run(sources.toString(), name);
        return libraries().resolve(name);
    }

    private void run(String... more) {
        List<String> command = new ArrayList<>(List.of("sh", SCRIPT.toString(), folder.toString(), variant));
        command.addAll(List.of(more));
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new AssertionError(String.join(" ", command) + " failed:\n" + output);
            }
        } catch (IOException e) {
            throw new AssertionError("the emulated card could not be built", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while the emulated card was built", e);
        }
    }
}
