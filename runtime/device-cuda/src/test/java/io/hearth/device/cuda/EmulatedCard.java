package io.hearth.device.cuda;

import io.hearth.device.Devices;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * What tests ask of the emulated card beyond CUDA ({@code src/test/cpp}): the schedule of its threads, why something has
 * failed, how often something has happened, other kernels in the place of ours. It is the card of the folder to which {@link
 * Stand} or the property {@code hearth.cuda.libraries} has led this process.
 */
final class EmulatedCard {
    /** In which order threads of a block run between two waits, and blocks of a launch. */
    enum Schedule {
        FORWARD,
        BACKWARD,
        SHUFFLED,
        /** A warp as far as it gets before the next one. */
        WARPS_FORWARD,
        WARPS_BACKWARD
    }

    private static final Path LIBRARIES = Path.of(System.getProperty("hearth.cuda.libraries"));
    private static final MethodHandle SCHEDULE =
            bind("libhearth_emulator.so", "hearth_emulator_schedule", null, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
    private static final MethodHandle REPLACE =
            bind("libhearth_emulator.so", "hearth_emulator_replace", ValueLayout.JAVA_LONG, ValueLayout.ADDRESS);
    private static final MethodHandle RESTORE =
            bind("libhearth_emulator.so", "hearth_emulator_restore", null, ValueLayout.JAVA_LONG);
    private static final MethodHandle ERROR =
            bind("libhearth_emulator.so", "hearth_emulator_error", ValueLayout.ADDRESS);
    private static final MethodHandle FAILURE = bind("libcuda.so.1", "hearth_emulated_failure", ValueLayout.ADDRESS);
    private static final MethodHandle FORGET = bind("libcuda.so.1", "hearth_emulated_forget_failure", null);
    private static final MethodHandle COUNT =
            bind("libcuda.so.1", "hearth_emulated_count", ValueLayout.JAVA_LONG, ValueLayout.ADDRESS);
    private static final MethodHandle SET_ENVIRONMENT = bind(
            Linker.nativeLinker().defaultLookup(),
            "setenv",
            ValueLayout.JAVA_INT,
            ValueLayout.ADDRESS,
            ValueLayout.ADDRESS,
            ValueLayout.JAVA_INT);

    private EmulatedCard() {}

    private static MethodHandle bind(String library, String name, MemoryLayout result, MemoryLayout... parameters) {
        return bind(SymbolLookup.libraryLookup(LIBRARIES.resolve(library), Arena.global()), name, result, parameters);
    }

    private static MethodHandle bind(
            SymbolLookup lookup, String name, MemoryLayout result, MemoryLayout... parameters) {
        FunctionDescriptor descriptor =
                result == null ? FunctionDescriptor.ofVoid(parameters) : FunctionDescriptor.of(result, parameters);
        return Linker.nativeLinker().downcallHandle(lookup.findOrThrow(name), descriptor);
    }

    /** A call of a bound function. */
    private interface Call<T> {
        T call() throws Throwable;
    }

    private static <T> T done(Call<T> call) {
        try {
            return call.call();
        } catch (Throwable e) {
            throw new AssertionError("the emulated card could not be asked", e);
        }
    }

    static CudaDevice open() {
        return (CudaDevice) Devices.open("cuda:0");
    }

    /** Holds for all launches to come of this process. */
    static void schedule(Schedule schedule, int seed) {
        done(() -> {
            SCHEDULE.invokeExact(schedule.ordinal(), seed);
            return null;
        });
    }

    /** Why the driver last refused something or a kernel last failed; empty if nothing has since {@link #forgetFailure}. */
    static String failure() {
        return done(() -> text((MemorySegment) FAILURE.invokeExact()));
    }

    static void forgetFailure() {
        done(() -> {
            FORGET.invokeExact();
            return null;
        });
    }

    /** How often something has happened in this process; what is counted stands in {@code hearth_emulated.h}. */
    static long count(String what) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(what);
            return done(() -> (long) COUNT.invokeExact(name));
        }
    }

    /** Sets one of the variables HEARTH_EMULATED_..., which the card looks up at each use. */
    static void set(String variable, String value) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(variable);
            MemorySegment text = arena.allocateFrom(value);
            done(() -> (int) SET_ENVIRONMENT.invokeExact(name, text, 1));
        }
    }

    /** Kernels that have taken the place of ours until this is closed. */
    record Replacement(long handle) implements AutoCloseable {
        @Override
        public void close() {
            done(() -> {
                RESTORE.invokeExact(handle);
                return null;
            });
        }
    }

    /** Puts the kernels of a library in the place of those of the same names. */
    static Replacement replace(Path library) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment path = arena.allocateFrom(library.toString());
            long handle = done(() -> (long) REPLACE.invokeExact(path));
            if (handle == 0) {
                throw new AssertionError(done(() -> text((MemorySegment) ERROR.invokeExact())));
            }
            return new Replacement(handle);
        }
    }

    private static String text(MemorySegment address) {
        return address.reinterpret(4096).getString(0);
    }
}
