package io.hearth.worker.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/** Asks the system to forget what it keeps of a file in memory, so that the next reader waits for the disk. */
final class PageCache {
    private static final int READ_ONLY = 0;
    private static final int DONT_NEED = 4;

    private PageCache() {}

    /**
     * POSIX's posix_fadvise with POSIX_FADV_DONTNEED on the whole file; Linux forgets pages that are on the disk and that
     * no process has mapped.
     *
     * @return whether the system took the advice; what it then does is its own affair
     */
    static boolean forget(Path file) {
        Linker linker = Linker.nativeLinker();
        MethodHandle open = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("open"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
                Linker.Option.firstVariadicArg(2));
        MethodHandle advise = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("posix_fadvise"),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT));
        MethodHandle close = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("close"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment path = arena.allocateFrom(file.toString());
            int descriptor = (int) open.invokeExact(path, READ_ONLY);
            if (descriptor < 0) {
                return false;
            }
            int refused = (int) advise.invokeExact(descriptor, 0L, 0L, DONT_NEED);
            int unused = (int) close.invokeExact(descriptor);
            return refused == 0;
        } catch (Throwable e) {
            throw new IllegalStateException("the C library's functions for files cannot be called", e);
        }
    }
}
