package io.hearth.device.cuda.library;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The folders in which NVIDIA's libraries may lie, in the order in which they are looked at: configured ones, the system's,
 * those of NVIDIA's Python packages. Only folders that exist.
 */
final class LibraryFolders {
    private final Path root;
    private final Map<String, String> environment;
    private final Set<Path> folders = new LinkedHashSet<>();

    private LibraryFolders(Path root, Map<String, String> environment) {
        this.root = root;
        this.environment = environment;
    }

    /**
     * @param configured folders divided as in PATH, or null
     * @param root the file system's root, {@code /} but for tests
     * @param environment variables of the process
     */
    static List<Path> list(String configured, Path root, Map<String, String> environment) {
        LibraryFolders search = new LibraryFolders(root, environment);
        search.addPath(configured);
        search.addSystem();
        search.addPython();
        return List.copyOf(search.folders);
    }

    private void addPath(String path) {
        if (path != null) {
            for (String folder : path.split(File.pathSeparator)) {
                if (!folder.isBlank()) {
                    add(Path.of(folder.trim()));
                }
            }
        }
    }

    private void addSystem() {
        addPath(environment.get("LD_LIBRARY_PATH"));
        for (Path cuda : matching(root.resolve("usr/local"), "cuda*")) {
            add(cuda.resolve("lib64"));
            add(cuda.resolve("targets")
                    .resolve(isArm() ? "sbsa-linux" : "x86_64-linux")
                    .resolve("lib"));
        }
        addLoaderConfiguration(root.resolve("etc/ld.so.conf"), 0);
        String architecture = isArm() ? "aarch64-linux-gnu" : "x86_64-linux-gnu";
        for (String folder : List.of("usr/lib/" + architecture, "usr/lib64", "usr/lib", "usr/local/nvidia/lib64")) {
            add(root.resolve(folder));
        }
    }

    /** The dynamic loader's configuration: a folder per line, or {@code include} and a pattern of further files. */
    private void addLoaderConfiguration(Path file, int depth) {
        if (depth > 4 || !Files.isReadable(file)) {
            return;
        }
        try {
            for (String written : Files.readAllLines(file)) {
                String line = written.replaceFirst("#.*", "").trim();
                if (line.startsWith("include ")) {
                    String pattern = line.substring(8).trim();
                    Path files = pattern.startsWith("/") ? inRoot(pattern) : file.resolveSibling(pattern);
                    matching(files.getParent(), files.getFileName().toString())
                            .forEach(included -> addLoaderConfiguration(included, depth + 1));
                } else if (line.startsWith("/")) {
                    add(inRoot(line));
                }
            }
        } catch (IOException | UncheckedIOException e) {
            // A file that cannot be read as text names no folder; the usual ones are looked at all the same.
        }
    }

    private Path inRoot(String absolute) {
        return root.resolve(absolute.substring(1));
    }

    private void addPython() {
        List<Path> prefixes = new ArrayList<>();
        for (String variable : List.of("VIRTUAL_ENV", "CONDA_PREFIX")) {
            String prefix = environment.get(variable);
            if (prefix != null && !prefix.isBlank()) {
                prefixes.add(Path.of(prefix));
            }
        }
        String home = environment.get("HOME");
        if (home != null && !home.isBlank()) {
            prefixes.add(Path.of(home, ".local"));
        }
        prefixes.add(root.resolve("usr/local"));
        prefixes.add(root.resolve("usr"));
        prefixes.addAll(matching(root.resolve("opt"), "*"));
        for (Path prefix : prefixes) {
            for (Path python : matching(prefix.resolve("lib"), "python3*")) {
                addPackages(python.resolve("site-packages"));
                addPackages(python.resolve("dist-packages"));
            }
        }
    }

    /** {@code cu13} holds the CUDA 13 libraries; before, every library had a folder of its own. */
    private void addPackages(Path packages) {
        Path nvidia = packages.resolve("nvidia");
        for (String name : List.of("cu13", "nccl", "cudnn", "cublas", "cuda_runtime", "cuda_nvrtc")) {
            add(nvidia.resolve(name).resolve("lib"));
        }
    }

    private void add(Path folder) {
        try {
            if (Files.isDirectory(folder)) {
                folders.add(folder.toRealPath());
            }
        } catch (IOException | SecurityException e) {
            // A folder that cannot be entered holds nothing that could be loaded.
        }
    }

    /** Newer versions, which sort later, first. */
    private static List<Path> matching(Path folder, String pattern) {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, pattern)) {
            entries.forEach(found::add);
        } catch (IOException | DirectoryIteratorException e) {
            return List.of();
        }
        found.sort(Comparator.<Path>naturalOrder().reversed());
        return found;
    }

    private static boolean isArm() {
        return System.getProperty("os.arch").equals("aarch64");
    }
}
