package io.hearth.device.ascend.cann;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where CANN and the driver of Ascend cards are.
 *
 * @param home CANN's folder, with its libraries in {@code lib64}
 * @param driver the driver's folder
 * @param configured the folder that the setting names, whether or not CANN is in it; null without a setting
 */
public record CannFolders(Optional<Path> home, Optional<Path> driver, Path configured) {
    /** Names the installation that comes before all others. */
    public static final String VARIABLE = "HEARTH_ASCEND_HOME";

    static final String DRIVER_VARIABLE = "HEARTH_ASCEND_DRIVER";

    /** The runtime's library of CANN 9, and of CANN 8. */
    static final List<String> RUNTIMES = List.of("libacl_rt.so", "libascendcl.so");

    /** Those of this machine. */
    public static CannFolders ofThisMachine() {
        return find(System.getProperty("hearth.ascend.home"), System.getenv(), Path.of("/"));
    }

    /**
     * @param property value of the property {@code hearth.ascend.home}, or null
     * @param root stands for {@code /} in the usual places
     */
    static CannFolders find(String property, Map<String, String> environment, Path root) {
        Path configured = folder(property != null ? property : environment.get(VARIABLE));
        List<Path> candidates = new ArrayList<>();
        if (configured != null) {
            candidates.add(configured);
        }
        for (String variable : List.of("ASCEND_HOME_PATH", "ASCEND_TOOLKIT_HOME")) {
            Path named = folder(environment.get(variable));
            if (named != null) {
                candidates.add(named);
            }
        }
        Path vendor = root.resolve("usr/local/Ascend");
        for (String usual : List.of("ascend-toolkit/latest", "cann", "latest")) {
            candidates.add(vendor.resolve(usual));
        }
        Optional<Path> home =
                candidates.stream().filter(CannFolders::hasRuntime).findFirst();
        return new CannFolders(home, driver(environment, configured, vendor), configured);
    }

    private static Optional<Path> driver(Map<String, String> environment, Path configured, Path vendor) {
        List<Path> candidates = new ArrayList<>();
        Path named = folder(environment.get(DRIVER_VARIABLE));
        if (named != null) {
            candidates.add(named);
        }
        if (configured != null) {
            candidates.add(configured.resolve("driver"));
        }
        candidates.add(vendor.resolve("driver"));
        return candidates.stream().filter(Files::isDirectory).findFirst();
    }

    private static Path folder(String name) {
        return name == null || name.isBlank() ? null : Path.of(name);
    }

    private static boolean hasRuntime(Path home) {
        return RUNTIMES.stream()
                .anyMatch(name -> Files.isRegularFile(home.resolve("lib64").resolve(name)));
    }

    /** Folders that may hold a library, the likeliest first. */
    List<Path> libraries() {
        List<Path> folders = new ArrayList<>();
        home.ifPresent(path -> folders.add(path.resolve("lib64")));
        driver.ifPresent(path -> {
            folders.add(path.resolve("lib64"));
            folders.add(path.resolve("lib64/driver"));
        });
        return folders;
    }

    /** The file of a library; nothing if it is not there. */
    public Optional<Path> library(String file) {
        return libraries().stream()
                .map(folder -> folder.resolve(file))
                .filter(Files::isRegularFile)
                .findFirst();
    }

    /** The folder of the firmware's package, beside the driver's. */
    Optional<Path> firmware() {
        return driver.map(path -> path.resolveSibling("firmware")).filter(Files::isDirectory);
    }
}
