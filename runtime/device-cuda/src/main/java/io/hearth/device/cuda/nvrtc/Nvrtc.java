package io.hearth.device.cuda.nvrtc;

import static io.hearth.device.cuda.nvrtc.NvrtcCalls.failed;

import io.hearth.device.DeviceException;
import io.hearth.device.cuda.library.NvidiaLibraries;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** NVIDIA's runtime compiler, {@code libnvrtc}. It needs neither a card nor a driver. Any number of threads may use it. */
public final class Nvrtc {
    private static final String LIBRARY = "libnvrtc.so." + NvidiaLibraries.CUDA_MAJOR;
    private static final String BUILTINS = "libnvrtc-builtins.so." + NvidiaLibraries.CUDA_MAJOR;

    private final NvrtcCalls calls;

    /**
     * What came of a source.
     *
     * @param image a cubin, or the text of PTX
     * @param log what the compiler had to say
     */
    public record Compiled(byte[] image, String log) {}

    private Nvrtc(SymbolLookup library) {
        calls = new NvrtcCalls(library);
    }

    /** Whether the compiler is on this machine. Loads nothing. */
    public static boolean isHere(NvidiaLibraries libraries) {
        return libraries.find(LIBRARY).isPresent();
    }

    /**
     * Loads the compiler.
     *
     * @throws DeviceException with what to install, if it is not here or cannot be loaded
     */
    public static Nvrtc load(NvidiaLibraries libraries) {
        // The compiler asks for its builtins by name alone, and finds them only if they are loaded already.
        Optional<Path> builtins = libraries.findByPrefix(BUILTINS);
        if (builtins.isPresent()) {
            libraries.load(List.of(builtins.get().getFileName().toString(), LIBRARY));
        } else {
            libraries.load(List.of(LIBRARY));
        }
        return new Nvrtc(SymbolLookup.libraryLookup(libraries.find(LIBRARY).orElseThrow(), Arena.global()));
    }

    /** The compiler's version, such as {@code 13.0}. */
    public String version() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment major = arena.allocate(ValueLayout.JAVA_INT);
            MemorySegment minor = arena.allocate(ValueLayout.JAVA_INT);
            calls.check((int) calls.version.invokeExact(major, minor), "tell its version");
            return major.get(ValueLayout.JAVA_INT, 0) + "." + minor.get(ValueLayout.JAVA_INT, 0);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /** Compute capabilities, such as 90, that it compiles for, in ascending order. */
    public List<Integer> capabilities() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment count = arena.allocate(ValueLayout.JAVA_INT);
            calls.check((int) calls.targetCount.invokeExact(count), "tell what cards it knows");
            MemorySegment all = arena.allocate(ValueLayout.JAVA_INT, count.get(ValueLayout.JAVA_INT, 0));
            calls.check((int) calls.targets.invokeExact(all), "tell what cards it knows");
            return all.elements(ValueLayout.JAVA_INT)
                    .map(target -> target.get(ValueLayout.JAVA_INT, 0))
                    .sorted()
                    .toList();
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /**
     * Compiles a source.
     *
     * @param file its name, for messages
     * @param source its text
     * @param headers text by the name that includes them
     * @param target {@code sm_90} for a cubin, {@code compute_90} for PTX
     * @throws DeviceException with the compiler's messages, if it does not compile
     */
    public Compiled compile(String file, String source, Map<String, String> headers, String target) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ValueLayout.ADDRESS);
            calls.check(
                    (int) calls.createProgram.invokeExact(
                            out,
                            arena.allocateFrom(source),
                            arena.allocateFrom(file),
                            headers.size(),
                            texts(arena, headers.values()),
                            texts(arena, headers.keySet())),
                    "take the source " + file);
            try {
                return compile(arena, out.get(ValueLayout.ADDRESS, 0), file, target);
            } finally {
                calls.check((int) calls.destroyProgram.invokeExact(out), "let go of the source " + file);
            }
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    private Compiled compile(Arena arena, MemorySegment program, String file, String target) throws Throwable {
        // Without the last one, lambdas count as functions of the host, of which there are none here.
        List<String> options = List.of(
                "--std=c++17",
                "--gpu-architecture=" + target,
                "--ptxas-options=-v",
                "--ptxas-options=-O3",
                "--device-as-default-execution-space");
        int status = (int) calls.compileProgram.invokeExact(program, options.size(), texts(arena, options));
        String log = new String(bytes(arena, program, calls.logSize, calls.log), StandardCharsets.UTF_8);
        if (status != NvrtcCalls.SUCCESS) {
            throw new DeviceException(
                    "NVIDIA's runtime compiler could not compile " + file + " for " + target + ".\n" + firstLines(log));
        }
        byte[] image = target.startsWith("sm_")
                ? bytes(arena, program, calls.cubinSize, calls.cubin)
                : bytes(arena, program, calls.ptxSize, calls.ptx);
        return new Compiled(image, log);
    }

    private static String firstLines(String log) {
        return log.lines().limit(20).collect(Collectors.joining("\n"));
    }

    private byte[] bytes(Arena arena, MemorySegment program, MethodHandle size, MethodHandle get) throws Throwable {
        MemorySegment length = arena.allocate(ValueLayout.JAVA_LONG);
        calls.check((int) size.invokeExact(program, length), "tell the size of what it made");
        MemorySegment content = arena.allocate(length.get(ValueLayout.JAVA_LONG, 0));
        calls.check((int) get.invokeExact(program, content), "hand out what it made");
        return content.toArray(ValueLayout.JAVA_BYTE);
    }

    /** An array of C strings. */
    private static MemorySegment texts(Arena arena, Collection<String> texts) {
        MemorySegment array = arena.allocate(ValueLayout.ADDRESS, Math.max(1, texts.size()));
        int at = 0;
        for (String text : texts) {
            array.setAtIndex(ValueLayout.ADDRESS, at++, arena.allocateFrom(text));
        }
        return array;
    }
}
