package io.hearth.device.ascend.cann;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import io.hearth.device.DeviceException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * CANN's libraries in this process, each loaded when something of it is looked for. What a library has is asked of the
 * library itself: symbols come and go between versions, also within one.
 */
public final class CannLibraries {
    private final CannFolders folders;
    private final int face;
    private final Map<String, Optional<NativeLibrary>> loaded = new ConcurrentHashMap<>();

    /** @param folders with a home */
    CannLibraries(CannFolders folders) {
        this.folders = folders;
        face = folders.library(CannFolders.RUNTIMES.getFirst()).isPresent() ? 9 : 8;
        configure();
        requireGlue();
    }

    /** The libraries of CANN in these folders. Nothing is loaded yet. */
    public static CannLibraries in(CannFolders folders) {
        return new CannLibraries(folders);
    }

    /** JNA unpacks a small library of its own; some systems allow no code in their temporary folder. */
    private static void configure() {
        String home = System.getenv("HEARTH_HOME");
        if (home != null && !home.isBlank() && System.getProperty("jna.tmpdir") == null) {
            Path cache = Path.of(home, "cache", "jna");
            if (cache.toFile().mkdirs() || cache.toFile().isDirectory()) {
                System.setProperty("jna.tmpdir", cache.toString());
            }
        }
        if (System.getProperty("jna.nosys") == null) {
            System.setProperty("jna.nosys", "true");
        }
    }

    /** Loads JNA's own library now, so that its failure is not taken for one of CANN's. */
    private static void requireGlue() {
        try {
            if (Native.POINTER_SIZE != Long.BYTES) {
                throw new DeviceException("Ascend cards need a Java of 64 bits.");
            }
        } catch (LinkageError e) {
            throw new DeviceException(
                    "The glue to CANN's libraries (JNA) cannot be unpacked into "
                            + System.getProperty("jna.tmpdir", System.getProperty("java.io.tmpdir")) + ": "
                            + firstLine(e)
                            + " Set HEARTH_HOME to a folder that can be written to and from which programs may run.",
                    e);
        }
    }

    /** 8 or 9: how CANN's functions are divided over libraries here. */
    public int face() {
        return face;
    }

    public CannFolders folders() {
        return folders;
    }

    /**
     * The library that has a function; nothing if none of its part has.
     *
     * @throws DeviceException if a library is there and cannot be loaded
     */
    public Optional<NativeLibrary> holding(Part part, String symbol) {
        for (String file : part.libraries(face)) {
            Optional<NativeLibrary> library = load(file);
            if (library.isPresent() && has(library.get(), symbol)) {
                return library;
            }
        }
        return Optional.empty();
    }

    private static boolean has(NativeLibrary library, String symbol) {
        try {
            library.getGlobalVariableAddress(symbol);
            return true;
        } catch (UnsatisfiedLinkError e) {
            return false;
        }
    }

    private Optional<NativeLibrary> load(String file) {
        return loaded.computeIfAbsent(file, name -> folders.library(name).map(this::open));
    }

    private NativeLibrary open(Path path) {
        try {
            return NativeLibrary.getInstance(path.toString());
        } catch (UnsatisfiedLinkError e) {
            throw new DeviceException(
                    "CANN's library " + path + " cannot be loaded: " + firstLine(e)
                            + (firstLine(e).contains("libascend_hal")
                                    ? " Install the driver of Ascend cards, or set " + CannFolders.DRIVER_VARIABLE
                                            + " to its folder."
                                    : "")
                            + " Start Hearth after \"source " + setEnvironment()
                            + "\", which says where CANN's own libraries are.",
                    e);
        }
    }

    private Path setEnvironment() {
        return folders.home().orElseThrow().resolve("set_env.sh");
    }

    private static String firstLine(Throwable e) {
        String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        return message.endsWith(".") ? message : message + ".";
    }

    /** Libraries of a part that are not on this machine, if none of them is. */
    Optional<String> missing(Part part) {
        List<String> names = new ArrayList<>(part.libraries(face));
        return names.stream().anyMatch(name -> folders.library(name).isPresent())
                ? Optional.empty()
                : Optional.of(names.getFirst());
    }
}
