package io.hearth.agent.telemetry.ascend;

import com.sun.jna.NativeLibrary;
import io.hearth.agent.common.LogText;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Where the management library of Ascend cards is: it comes with their driver. */
final class DcmiLibrary {
    private static final System.Logger LOG = System.getLogger(DcmiLibrary.class.getName());

    static final String NAME = "libdcmi.so";

    private static final String SHORT_NAME = "dcmi";

    /** Its threads go on until the process ends, so it may not be unloaded when nobody here uses it any more. */
    private static final Set<NativeLibrary> LOADED = ConcurrentHashMap.newKeySet();

    private DcmiLibrary() {}

    /** The files of this machine that may be it, the likeliest first. */
    static List<Path> files() {
        return files(
                System.getProperty("hearth.ascend.driver"),
                System.getProperty("hearth.ascend.home"),
                System.getenv(),
                Path.of("/"));
    }

    /**
     * The driver that {@code HEARTH_ASCEND_DRIVER} names, or the one within CANN's folder that {@code HEARTH_ASCEND_HOME} names;
     * then the usual places of the driver, on a machine and in a container.
     *
     * @param driver value of the property {@code hearth.ascend.driver}, which comes before the environment, or null
     * @param home value of the property {@code hearth.ascend.home}, or null
     * @param root stands for {@code /} in the usual places
     */
    static List<Path> files(String driver, String home, Map<String, String> environment, Path root) {
        Path named = folder(driver != null ? driver : environment.get("HEARTH_ASCEND_DRIVER"));
        Path cann = folder(home != null ? home : environment.get("HEARTH_ASCEND_HOME"));
        List<Path> files = new ArrayList<>();
        if (named != null) {
            files.addAll(within(named));
        } else if (cann != null) {
            files.addAll(within(cann.resolve("driver")));
        }
        files.addAll(within(root.resolve("usr/local/Ascend/driver")));
        files.add(root.resolve("usr/local/dcmi").resolve(NAME));
        return files;
    }

    /**
     * Loads the first of these files that can be loaded, else what the system finds under that name. A file that is none, is for
     * another kind of processor or lacks what it needs itself is warned of and passed over.
     */
    static Optional<NativeLibrary> load(List<Path> files) {
        for (Path file : files) {
            if (!Files.isRegularFile(file)) {
                continue;
            }
            try {
                return Optional.of(load(file.toAbsolutePath().toString()));
            } catch (UnsatisfiedLinkError e) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "{0} cannot be loaded, so it is looked for elsewhere. Is it a library for this kind of processor ({1}), and"
                                + " does LD_LIBRARY_PATH name the driver''s folders lib64, lib64/driver and lib64/common? {2}",
                        LogText.safe(file.toString()),
                        System.getProperty("os.arch"),
                        LogText.safe(e.getMessage()));
            }
        }
        try {
            return Optional.of(load(SHORT_NAME));
        } catch (UnsatisfiedLinkError e) {
            return Optional.empty();
        }
    }

    private static NativeLibrary load(String name) {
        NativeLibrary library = NativeLibrary.getInstance(name);
        LOADED.add(library);
        return library;
    }

    private static List<Path> within(Path driver) {
        return List.of(
                driver.resolve("lib64").resolve(NAME),
                driver.resolve("lib64/driver").resolve(NAME));
    }

    private static Path folder(String name) {
        return name == null || name.isBlank() ? null : Path.of(name);
    }
}
