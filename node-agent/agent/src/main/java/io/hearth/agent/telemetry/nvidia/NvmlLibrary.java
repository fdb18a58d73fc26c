package io.hearth.agent.telemetry.nvidia;

import java.io.File;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Where NVIDIA's management library is: it comes with the driver. */
final class NvmlLibrary {
    static final String NAME = "libnvidia-ml.so.1";

    private NvmlLibrary() {}

    /** Folders that the administrator has named, by {@code hearth.cuda.libraries} or {@code HEARTH_CUDA_LIBRARIES}. */
    static List<Path> configured() {
        String folders = System.getProperty("hearth.cuda.libraries", System.getenv("HEARTH_CUDA_LIBRARIES"));
        return folders == null || folders.isBlank()
                ? List.of()
                : Arrays.stream(folders.split(File.pathSeparator))
                        .filter(folder -> !folder.isBlank())
                        .map(Path::of)
                        .toList();
    }

    /**
     * Loads it from the first of these folders that has it, else from where the system finds it.
     *
     * @param arena how long it stays loaded
     * @return empty if there is none
     */
    static Optional<SymbolLookup> load(List<Path> folders, Arena arena) {
        for (Path folder : folders) {
            Path file = folder.resolve(NAME).toAbsolutePath();
            if (Files.isRegularFile(file)) {
                return Optional.of(SymbolLookup.libraryLookup(file, arena));
            }
        }
        try {
            return Optional.of(SymbolLookup.libraryLookup(NAME, arena));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
