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

    /** Memory of the machine in bytes. */
    static long total() {
        return meminfo("MemTotal:");
    }

    /** Memory that can be used without swapping, in bytes. */
    static long available() {
        return meminfo("MemAvailable:");
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
