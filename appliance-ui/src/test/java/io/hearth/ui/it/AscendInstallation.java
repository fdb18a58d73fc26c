package io.hearth.ui.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * An installation of CANN with a driver, in a folder of its own, for {@code HEARTH_ASCEND_HOME}: its libraries are the stand-ins
 * that compute on the processor.
 */
record AscendInstallation(Path home) {
    private static final String DRIVER = "driver";

    /** Makes one; empty if there was no compiler to build the stand-ins. */
    static Optional<AscendInstallation> in(Path folder) {
        Path dcmi = Packages.standInForDcmi().orElse(null);
        Path cann = Packages.standInForCann().orElse(null);
        if (dcmi == null || cann == null) {
            return Optional.empty();
        }
        try {
            Files.createDirectories(folder);
            try (Stream<Path> parts = Files.list(cann)) {
                for (Path part : parts.toList()) {
                    if (!part.getFileName().toString().equals(DRIVER)) {
                        Files.createSymbolicLink(folder.resolve(part.getFileName()), part);
                    }
                }
            }
            AscendInstallation made = new AscendInstallation(folder);
            Files.createDirectories(made.libraries());
            Files.copy(dcmi, made.libraries().resolve(dcmi.getFileName()));
            Files.copy(cann.resolve(DRIVER).resolve("version.info"), made.driverVersion());
            return Optional.of(made);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the driver's package says of itself. */
    Path driverVersion() {
        return home.resolve(DRIVER).resolve("version.info");
    }

    /** Folder of DCMI, and of the file that describes cards to it. */
    Path libraries() {
        return home.resolve(DRIVER).resolve("lib64");
    }

    /** Takes the libraries of another face of the stand-in. */
    void librariesOf(Path cann) throws IOException {
        Files.delete(home.resolve("lib64"));
        Files.createSymbolicLink(home.resolve("lib64"), cann.resolve("lib64"));
    }

    /** From now on no file describes cards: the card shows what really runs. */
    void describeNothing() {
        try {
            Files.deleteIfExists(libraries().resolve("cards.conf"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Replaces a text in a file. */
    static void change(Path file, String from, String to) throws IOException {
        String text = Files.readString(file);
        if (!text.contains(from)) {
            throw new AssertionError(file + " does not say " + from);
        }
        Path next = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(next, text.replace(from, to));
        Files.move(next, file, StandardCopyOption.REPLACE_EXISTING);
    }
}
