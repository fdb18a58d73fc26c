package io.hearth.agent.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;

/**
 * Ascend cards that a stand-in of their management library makes up, in a driver's folder of its own; {@code dcmi/standin.h} says
 * what can be set.
 */
public final class StandInNpus {
    private static final String LIBRARY = "lib64/libdcmi.so";

    private final Path driver;
    private final Map<String, String> settings = new LinkedHashMap<>();

    private StandInNpus(Path driver) {
        this.driver = driver;
    }

    /** As with a present driver, which is in the folder {@code driver} of this one. */
    public static StandInNpus in(Path folder) throws IOException {
        return in(folder, "new");
    }

    /** As with an old driver. */
    public static StandInNpus ofOldDriver(Path folder) throws IOException {
        return in(folder, "old");
    }

    private static StandInNpus in(Path folder, String face) throws IOException {
        Path built = Path.of("target", "dcmi-stand-in", face, "driver", LIBRARY);
        Assumptions.assumeTrue(
                Files.exists(built), "skipped: the stand-in of Ascend's management library needs gcc to be built");
        Path driver = folder.resolve("driver");
        // A copy is a library of its own, with cards of its own.
        Path copy = driver.resolve(LIBRARY);
        Files.createDirectories(copy.getParent());
        Files.copy(built, copy, StandardCopyOption.REPLACE_EXISTING);
        return new StandInNpus(driver);
    }

    /** The driver's folder. */
    public Path driver() {
        return driver;
    }

    public Path library() {
        return driver.resolve(LIBRARY);
    }

    /** Changes a setting, also while somebody looks. */
    public StandInNpus set(String key, Object value) throws IOException {
        settings.put(key, String.valueOf(value));
        Path next = driver.resolve("lib64/cards.conf.new");
        Files.writeString(
                next,
                settings.entrySet().stream()
                        .map(setting -> setting.getKey() + " = " + setting.getValue() + "\n")
                        .collect(Collectors.joining()));
        Files.move(
                next,
                driver.resolve("lib64/cards.conf"),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        return this;
    }

    /** What the library has noted down. */
    public String report() throws IOException {
        Path file = driver.resolve("lib64/report");
        return Files.exists(file) ? Files.readString(file) : "";
    }
}
