package io.hearth.worker.process;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * The process's standard output, kept for what the worker has to say.
 *
 * <p>Native libraries and the JVM print to file descriptor 1 when they like, which would break the lines of JSON. So the
 * descriptor is duplicated, and descriptor 1 is made the same as standard error: whatever else prints, lands there.
 */
public final class StandardOutput extends OutputStream {
    private static final int OUT = 1;
    private static final int ERR = 2;
    private static final int EINTR = 4;
    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    private static final MemoryLayout CALL_STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO_FIELD = CALL_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle WRITE = function(
            "write",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG),
            ERRNO);

    private final int descriptor;

    private StandardOutput(int descriptor) {
        this.descriptor = descriptor;
    }

    /**
     * Takes standard output for the caller alone. {@code System.out} and everything native print to standard error from
     * now on. To be called once, before anything prints.
     */
    public static StandardOutput claim() {
        System.setOut(System.err);
        try {
            int own = (int) function("dup", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT))
                    .invokeExact(OUT);
            int moved = (int) function(
                            "dup2",
                            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT))
                    .invokeExact(ERR, OUT);
            return new StandardOutput(own < 0 || moved < 0 ? OUT : own);
        } catch (Throwable e) {
            throw new IllegalStateException("standard output could not be set apart", e);
        }
    }

    private static MethodHandle function(String name, FunctionDescriptor type, Linker.Option... options) {
        return LINKER.downcallHandle(LINKER.defaultLookup().find(name).orElseThrow(), type, options);
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(CALL_STATE);
            MemorySegment buffer = arena.allocate(Math.max(1, length));
            MemorySegment.copy(bytes, offset, buffer, ValueLayout.JAVA_BYTE, 0, length);
            long written = 0;
            while (written < length) {
                long count = writeOnce(state, buffer.asSlice(written), length - written);
                if (count >= 0) {
                    written += count;
                } else if ((int) ERRNO_FIELD.get(state, 0L) != EINTR) {
                    throw new IOException("standard output is closed");
                }
            }
        }
    }

    private long writeOnce(MemorySegment state, MemorySegment bytes, long length) {
        try {
            return (long) WRITE.invokeExact(state, descriptor, bytes, length);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new UncheckedIOException(new IOException(e));
        }
    }
}
