package io.hearth.agent.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;

/** Cards that a stand-in of NVIDIA's management library makes up, in a folder of its own; {@code standin.h} says what can be set. */
public final class StandInCards {
    private static final String LIBRARY = "libnvidia-ml.so.1";

    private final Path folder;
    private final Map<String, String> settings = new LinkedHashMap<>();

    private StandInCards(Path folder) {
        this.folder = folder;
    }

    /** As with a present driver. */
    public static StandInCards in(Path folder) throws IOException {
        return in(folder, "new");
    }

    /** As with an old driver. */
    public static StandInCards ofOldDriver(Path folder) throws IOException {
        return in(folder, "old");
    }

    private static StandInCards in(Path folder, String driver) throws IOException {
        Path built = Path.of("target", "nvml-stand-in", driver, LIBRARY);
        Assumptions.assumeTrue(
                Files.exists(built), "skipped: the stand-in of NVIDIA's management library needs gcc to be built");
        // A copy is a library of its own, with cards of its own.
        Files.copy(built, Files.createDirectories(folder).resolve(LIBRARY), StandardCopyOption.REPLACE_EXISTING);
        return new StandInCards(folder);
    }

    public Path folder() {
        return folder;
    }

    /** Changes a setting, also while somebody looks. */
    public StandInCards set(String key, Object value) throws IOException {
        settings.put(key, String.valueOf(value));
        Path next = folder.resolve("cards.conf.new");
        Files.writeString(
                next,
                settings.entrySet().stream()
                        .map(setting -> setting.getKey() + " = " + setting.getValue() + "\n")
                        .collect(Collectors.joining()));
        Files.move(
                next,
                folder.resolve("cards.conf"),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        return this;
    }

    /** What the library has noted down. */
    public String report() throws IOException {
        Path file = folder.resolve("report");
        return Files.exists(file) ? Files.readString(file) : "";
    }
}
