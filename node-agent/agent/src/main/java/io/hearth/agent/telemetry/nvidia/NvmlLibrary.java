package io.hearth.agent.telemetry.nvidia;

import io.hearth.agent.common.LogText;
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
    private static final System.Logger LOG = System.getLogger(NvmlLibrary.class.getName());

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
     * Loads it from the first of these folders that has one which can be loaded, else from where the system finds it. A file that
     * is none, or is for another kind of processor, is warned of and passed over.
     *
     * @param arena how long it stays loaded
     * @return empty if there is none
     */
    static Optional<SymbolLookup> load(List<Path> folders, Arena arena) {
        for (Path folder : folders) {
            Path file = folder.resolve(NAME).toAbsolutePath();
            if (Files.isRegularFile(file)) {
                try {
                    return Optional.of(SymbolLookup.libraryLookup(file, arena));
                } catch (IllegalArgumentException e) {
                    LOG.log(
                            System.Logger.Level.WARNING,
                            "{0} cannot be loaded, so it is looked for elsewhere: is it a library for this kind of processor ({1})?",
                            LogText.safe(file.toString()),
                            System.getProperty("os.arch"));
                }
            }
        }
        try {
            return Optional.of(SymbolLookup.libraryLookup(NAME, arena));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
