package io.hearth.device.cuda.library;

import io.hearth.device.DeviceException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds NVIDIA's libraries on this machine and loads them. Looking for them loads nothing. */
public final class NvidiaLibraries {
    /** The version of CUDA whose libraries the presets are made for. */
    public static final int CUDA_MAJOR = 13;

    /** What matrix products need, in the order in which it must be loaded. */
    public static final List<String> BLAS =
            List.of("libcudart.so." + CUDA_MAJOR, "libcublasLt.so." + CUDA_MAJOR, "libcublas.so." + CUDA_MAJOR);

    static final String DRIVER = "libcuda.so.1";
    private static final String VARIABLE = "HEARTH_CUDA_LIBRARIES";

    private final List<Path> folders;

    NvidiaLibraries(List<Path> folders) {
        this.folders = folders;
    }

    /**
     * Those of this machine. The property {@code hearth.cuda.libraries}, else the variable HEARTH_CUDA_LIBRARIES, names
     * folders that come before all others, divided as in PATH.
     */
    public static NvidiaLibraries ofThisMachine() {
        Map<String, String> environment = System.getenv();
        String configured = System.getProperty("hearth.cuda.libraries", environment.get(VARIABLE));
        return new NvidiaLibraries(LibraryFolders.list(configured, Path.of("/"), environment));
    }

    /** The first folder's library of this name, such as {@code libnccl.so.2}. */
    public Optional<Path> find(String file) {
        return folders.stream()
                .map(folder -> folder.resolve(file))
                .filter(Files::isRegularFile)
                .findFirst();
    }

    /** The first library whose name begins so, such as {@code libnvrtc-builtins.so.13}. */
    public Optional<Path> findByPrefix(String prefix) {
        return folders.stream()
                .flatMap(folder -> matching(folder, prefix + "*").stream())
                .findFirst();
    }

    /**
     * The driver's library, or nothing on a machine without driver.
     *
     * @throws DeviceException if it is there and cannot be loaded
     */
    public Optional<SymbolLookup> driver() {
        Optional<Path> found = find(DRIVER);
        try {
            // By its name, the system finds it also where no list of ours leads.
            return Optional.of(
                    found.isPresent()
                            ? SymbolLookup.libraryLookup(found.get(), Arena.global())
                            : SymbolLookup.libraryLookup(DRIVER, Arena.global()));
        } catch (IllegalArgumentException e) {
            if (found.isPresent()) {
                throw new DeviceException("NVIDIA's driver " + found.get() + " cannot be loaded. Install it again.", e);
            }
            return Optional.empty();
        }
    }

    /**
     * Loads libraries into the process, so that whatever needs them by name finds them loaded.
     *
     * @throws DeviceException if one is not there or cannot be loaded
     */
    public void load(List<String> files) {
        whyNot(files).ifPresent(reason -> {
            throw new DeviceException(reason);
        });
        for (String file : files) {
            String path = find(file).orElseThrow().toString();
            try {
                System.load(path);
            } catch (UnsatisfiedLinkError e) {
                throw new DeviceException("NVIDIA's library " + path + " cannot be loaded: " + e.getMessage() + ".", e);
            }
        }
    }

    /** Why libraries cannot be loaded, with what to install; nothing if all of them are there. */
    public Optional<String> whyNot(List<String> files) {
        List<String> missing =
                files.stream().filter(file -> find(file).isEmpty()).toList();
        if (missing.isEmpty()) {
            return Optional.empty();
        }
        String first = missing.contains(BLAS.get(1)) ? BLAS.get(1) : missing.getFirst();
        return Optional.of(otherVersion(first)
                        .map(other -> "NVIDIA's library " + other + " is of another version than Hearth needs, " + first
                                + ". ")
                        .orElse("NVIDIA's " + (missing.size() == 1 ? "library " : "libraries ")
                                + String.join(", ", missing) + (missing.size() == 1 ? " is" : " are")
                                + " not on this machine. ")
                + "Install " + String.join(" and ", packages(missing)) + ", or set " + VARIABLE
                + " to the folder that holds them.");
    }

    /** The same library of another major version. */
    private Optional<Path> otherVersion(String file) {
        String stem = file.substring(0, file.lastIndexOf('.') + 1);
        return findByPrefix(stem)
                .filter(found -> !found.getFileName().toString().startsWith(file));
    }

    private static List<String> packages(List<String> files) {
        List<String> packages = new ArrayList<>();
        for (String file : files) {
            String name = packageOf(file);
            if (!packages.contains(name)) {
                packages.add(name);
            }
        }
        return packages;
    }

    private static String packageOf(String file) {
        String stem = file.substring(3, file.indexOf(".so"));
        return switch (stem) {
            case "cublas", "cublasLt" -> "libcublas-13-0 (pip: nvidia-cublas)";
            case "cudart" -> "cuda-cudart-13-0 (pip: nvidia-cuda-runtime)";
            case "nvrtc", "nvrtc-builtins" -> "cuda-nvrtc-13-0 (pip: nvidia-cuda-nvrtc)";
            case "nccl" -> "libnccl2 (pip: nvidia-nccl-cu13)";
            default -> stem;
        };
    }

    private static List<Path> matching(Path folder, String pattern) {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, pattern)) {
            entries.forEach(found::add);
        } catch (IOException | DirectoryIteratorException e) {
            return List.of();
        }
        return found;
    }
}
