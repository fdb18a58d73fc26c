package io.hearth.device.cuda.library;

import io.hearth.device.DeviceException;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.javacpp.Loader;

/**
 * The one way to Bytedeco's CUDA presets. Their classes load native glue when they are first touched, and stay broken for
 * the life of the process if a library is missing then. So touch them only inside {@link #open}, after the driver was found.
 */
public final class Presets {
    private Presets() {}

    /**
     * Loads NVIDIA's libraries, and lets {@code use} touch classes of the presets for the first time.
     *
     * @param needed files of NVIDIA's libraries, see {@link NvidiaLibraries#load}
     * @param use makes an object whose class alone knows the presets
     * @throws DeviceException with a sentence if a library or the glue cannot be loaded
     */
    public static <T> T open(NvidiaLibraries libraries, List<String> needed, Supplier<T> use) {
        libraries.load(needed);
        configure();
        try {
            announce(libraries, needed);
            return use.get();
        } catch (LinkageError e) {
            throw new DeviceException(
                    "The glue to NVIDIA's libraries (" + String.join(", ", needed) + ") cannot be loaded: "
                            + e.getMessage() + ".",
                    e);
        }
    }

    /** Tells JavaCPP what has been loaded, or it would look by itself and load a second copy from a folder of its own. */
    private static void announce(NvidiaLibraries libraries, List<String> needed) {
        libraries.find(NvidiaLibraries.DRIVER).ifPresent(path -> announce(path, "cuda@.1#"));
        for (String file : needed) {
            String name = file.substring("lib".length(), file.indexOf(".so."));
            String version = file.substring(file.indexOf(".so.") + ".so".length());
            libraries.find(file).ifPresent(path -> announce(path, name + "@" + version));
        }
    }

    private static void announce(Path path, String name) {
        try {
            Loader.loadLibrary(Loader.class, new URL[] {path.toUri().toURL()}, name);
        } catch (MalformedURLException e) {
            throw new IllegalStateException(path + " has no URL", e);
        }
    }

    private static void configure() {
        // JavaCPP counts all memory of the process, mapped weights included, and refuses to go on above twice Java's
        // heap.
        setUnlessSet("org.bytedeco.javacpp.maxBytes", "0");
        setUnlessSet("org.bytedeco.javacpp.maxPhysicalBytes", "0");
        String home = System.getenv("HEARTH_HOME");
        if (home != null && !home.isBlank()) {
            setUnlessSet("org.bytedeco.javacpp.cachedir", home + "/cache/javacpp");
        }
    }

    private static void setUnlessSet(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }
}
