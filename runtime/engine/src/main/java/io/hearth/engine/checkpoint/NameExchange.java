package io.hearth.engine.checkpoint;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Swaps two names in one step, which the Java library cannot do: Linux's {@code renameat2} with {@code
 * RENAME_EXCHANGE}.
 */
final class NameExchange {
    private static final int CURRENT_DIRECTORY = -100;
    private static final int RENAME_EXCHANGE = 2;

    private static final Optional<MethodHandle> RENAMEAT2 = find();

    private NameExchange() {}

    private static Optional<MethodHandle> find() {
        Linker linker = Linker.nativeLinker();
        return linker.defaultLookup()
                .find("renameat2")
                .map(address -> linker.downcallHandle(
                        address, FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT)));
    }

    /** Swaps the two; false, with nothing changed, where the system or the file system cannot. */
    static boolean exchange(Path one, Path other) {
        if (RENAMEAT2.isEmpty()) {
            return false;
        }
        try (Arena arena = Arena.ofConfined()) {
            int result = (int) RENAMEAT2
                    .get()
                    .invokeExact(
                            CURRENT_DIRECTORY,
                            arena.allocateFrom(one.toAbsolutePath().toString()),
                            CURRENT_DIRECTORY,
                            arena.allocateFrom(other.toAbsolutePath().toString()),
                            RENAME_EXCHANGE);
            return result == 0;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
