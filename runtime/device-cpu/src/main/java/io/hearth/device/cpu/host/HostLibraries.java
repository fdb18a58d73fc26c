package io.hearth.device.cpu.host;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The native libraries of the process: GNU OpenMP, oneDNN, and our own kernels, in this order, so that all of them share
 * one OpenMP and its threads. OpenMP is told before it is loaded to let idle threads sleep instead of spinning.
 *
 * @param isa instruction set that was chosen; {@link Isa#PORTABLE} without our kernels
 * @param threads compute threads
 * @param oneDnn symbols of oneDNN, or nothing
 * @param kernels symbols of our kernels, or nothing
 * @param notes a sentence for each library that should be here and is not
 */
public record HostLibraries(
        Isa isa, int threads, Optional<SymbolLookup> oneDnn, Optional<SymbolLookup> kernels, List<String> notes) {
    private static final class Loaded {
        static final HostLibraries LIBRARIES = load();
    }

    /** The libraries, loaded at the first call. */
    public static HostLibraries get() {
        return Loaded.LIBRARIES;
    }

    private static HostLibraries load() {
        Isa isa = Isa.choose();
        int threads = configuredThreads();
        if (isa == Isa.PORTABLE) {
            return new HostLibraries(isa, threads, Optional.empty(), Optional.empty(), List.of());
        }
        setEnvironment("OMP_WAIT_POLICY", "passive");
        setEnvironment("OMP_NUM_THREADS", Integer.toString(threads));
        setEnvironment("OMP_DYNAMIC", "false");
        if (Isa.forced() != null) {
            setEnvironment("ONEDNN_MAX_CPU_ISA", isa.oneDnnLimit());
        }
        List<String> notes = new ArrayList<>();
        Optional<SymbolLookup> oneDnn = oneDnn(notes);
        Optional<SymbolLookup> kernels = kernels(isa, notes);
        return new HostLibraries(kernels.isPresent() ? isa : Isa.PORTABLE, threads, oneDnn, kernels, notes);
    }

    /**
     * Compute threads: the property {@code hearth.cpu.threads}, else the variable HEARTH_CPU_THREADS, else all processors.
     *
     * @throws IllegalArgumentException if it is not a positive number
     */
    static int configuredThreads() {
        String asked = System.getProperty("hearth.cpu.threads", System.getenv("HEARTH_CPU_THREADS"));
        if (asked == null || asked.isBlank()) {
            return Runtime.getRuntime().availableProcessors();
        }
        try {
            int threads = Integer.parseInt(asked.trim());
            if (threads > 0 && threads <= 4096) {
                return threads;
            }
        } catch (NumberFormatException e) {
            // Answered below, as any other wrong number.
        }
        throw new IllegalArgumentException(
                "The number of CPU threads is \"" + asked + "\". Give a whole number from 1 to 4096.");
    }

    private static Optional<SymbolLookup> oneDnn(List<String> notes) {
        String folder = "org/bytedeco/dnnl/linux-" + (isArm() ? "arm64" : "x86_64") + "/";
        return load(
                List.of(folder + "libgomp.so.1", folder + "libdnnl.so.3"),
                "oneDNN is not on the class path for this architecture",
                notes);
    }

    private static Optional<SymbolLookup> kernels(Isa isa, List<String> notes) {
        String architecture = isArm() ? "aarch64" : "x86_64";
        return load(
                List.of("native/linux-" + architecture + "/libhearth_cpu_" + isa.suffix() + ".so"),
                "the native kernels for " + isa.suffix() + " were not built (no gcc at build time)",
                notes);
    }

    private static boolean isArm() {
        return System.getProperty("os.arch").equals("aarch64");
    }

    private static Optional<SymbolLookup> load(List<String> resources, String absent, List<String> notes) {
        try {
            Optional<Path> folder = LibraryCache.unpack(resources);
            if (folder.isEmpty()) {
                notes.add(absent);
                return Optional.empty();
            }
            SymbolLookup last = null;
            for (String resource : resources) {
                String file = resource.substring(resource.lastIndexOf('/') + 1);
                last = SymbolLookup.libraryLookup(folder.get().resolve(file), Arena.global());
            }
            return Optional.ofNullable(last);
        } catch (IOException | IllegalArgumentException e) {
            notes.add(resources.getLast() + " could not be loaded: " + e.getMessage());
            return Optional.empty();
        }
    }

    private static void setEnvironment(String name, String value) {
        Linker linker = Linker.nativeLinker();
        MethodHandle set = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("setenv"),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment nameC = arena.allocateFrom(name);
            int ignored = (int) set.invokeExact(nameC, arena.allocateFrom(value), 1);
        } catch (Throwable e) {
            throw new IllegalStateException("setenv could not be called", e);
        }
    }
}
