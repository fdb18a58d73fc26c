package io.hearth.device.cpu;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Anonymous memory from the kernel. Unlike a segment of the JDK's own, it comes as zeros without being touched, is not
 * counted against the JVM's limit for direct memory, and goes back to the system when it is released.
 */
final class HostMemory {
    private static final int READ_WRITE = 3;
    private static final int PRIVATE_ANONYMOUS = 0x22;
    private static final long FAILED = -1;
    private static final int USE_HUGE_PAGES = 14;
    private static final long HUGE_PAGE = 2 << 20;

    private static final MethodHandle MAP = function(
            "mmap",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG));
    private static final MethodHandle UNMAP = function(
            "munmap", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    private static final MethodHandle ADVISE = function(
            "madvise",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));

    private HostMemory() {}

    private static MethodHandle function(String name, FunctionDescriptor descriptor) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor);
    }

    /**
     * Memory that lives until the arena is closed, or null if the system refuses.
     *
     * @param arena shared, so that closing it makes later accesses fail instead of crash
     */
    static MemorySegment map(long bytes, Arena arena) {
        try {
            long address = (long) MAP.invokeExact(0L, bytes, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0L);
            if (address != FAILED && bytes >= HUGE_PAGE) {
                // Only advice: without huge pages everything works, with more misses in the address cache.
                int ignored = (int) ADVISE.invokeExact(address, bytes, USE_HUGE_PAGES);
            }
            return address == FAILED
                    ? null
                    : MemorySegment.ofAddress(address).reinterpret(bytes, arena, HostMemory::unmap);
        } catch (Throwable e) {
            throw new IllegalStateException("mmap could not be called", e);
        }
    }

    private static void unmap(MemorySegment memory) {
        try {
            int ignored = (int) UNMAP.invokeExact(memory.address(), memory.byteSize());
        } catch (Throwable e) {
            throw new IllegalStateException("munmap could not be called", e);
        }
    }

    /** Memory of the machine, or what its control group allows this process, in bytes. */
    static long total() {
        return Math.min(meminfo("MemTotal:"), ControlGroup.limit());
    }

    /** Memory that can be used without swapping and within the control group, in bytes. */
    static long available() {
        return Math.min(meminfo("MemAvailable:"), ControlGroup.available());
    }

    /** What the maker calls the processor. */
    static String processor() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/cpuinfo"))) {
                if (line.startsWith("model name")) {
                    return line.substring(line.indexOf(':') + 1).trim();
                }
            }
        } catch (IOException e) {
            // A system without /proc: the architecture is the best name there is.
        }
        return System.getProperty("os.arch");
    }

    private static long meminfo(String key) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
                if (line.startsWith(key)) {
                    return Long.parseLong(line.substring(key.length())
                                    .replace("kB", "")
                                    .trim())
                            * 1024;
                }
            }
        } catch (IOException e) {
            // A system without /proc: what the JVM was given is the best answer there is.
        }
        return Runtime.getRuntime().maxMemory();
    }
}
