package io.hearth.device.ascend.aclnn;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.util.Arrays;

/** An operator with its two functions found. The first takes all its arguments as {@code long}, whatever they are. */
final class Bound {
    private static final MethodHandle BITS_TO_DOUBLE = bits(Double.class, "longBitsToDouble", long.class, double.class);
    private static final MethodHandle BITS_TO_FLOAT = bits(Float.class, "intBitsToFloat", int.class, float.class);

    private final Operator operator;
    private final MethodHandle first;
    private final MethodHandle second;
    private boolean refusesReuse;

    /** @param library that has both functions */
    Bound(Operator operator, NativeLibrary library) {
        this.operator = operator;
        Native.register(operator.binding(), library);
        first = spread(handle(operator.binding(), operator.name() + Operator.FIRST_PHASE));
        second = handle(operator.binding(), operator.name());
    }

    private static MethodHandle bits(Class<?> owner, String name, Class<?> from, Class<?> to) {
        try {
            return MethodHandles.publicLookup().findStatic(owner, name, MethodType.methodType(to, from));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static MethodHandle handle(Class<?> binding, String name) {
        Method method = Arrays.stream(binding.getMethods())
                .filter(candidate -> candidate.getName().equals(name))
                .findFirst()
                .orElseThrow();
        try {
            return MethodHandles.publicLookup().unreflect(method);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Takes the bits of all arguments from one array, without boxes. */
    private static MethodHandle spread(MethodHandle function) {
        MethodHandle handle = function;
        for (int i = 0; i < function.type().parameterCount(); i++) {
            Class<?> type = function.type().parameterType(i);
            if (type == double.class) {
                handle = MethodHandles.filterArguments(handle, i, BITS_TO_DOUBLE);
            } else if (type == float.class) {
                handle = MethodHandles.filterArguments(handle, i, BITS_TO_FLOAT);
            }
        }
        int count = handle.type().parameterCount();
        Class<?>[] longs = new Class<?>[count];
        Arrays.fill(longs, long.class);
        return MethodHandles.explicitCastArguments(handle, MethodType.methodType(int.class, longs))
                .asSpreader(long[].class, count);
    }

    Operator operator() {
        return operator;
    }

    /** Checks arguments and makes an executor. The array holds two addresses more: where size and executor are written. */
    int prepare(long[] arguments) {
        try {
            return (int) first.invokeExact(arguments);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /** Queues what was prepared. */
    int run(long workspace, long workspaceBytes, long executor, long stream) {
        try {
            return (int) second.invokeExact(workspace, workspaceBytes, executor, stream);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    private static RuntimeException failed(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return e instanceof RuntimeException exception ? exception : new IllegalStateException(e);
    }

    /** Whether CANN has said that what was prepared for this operator cannot be run again. */
    boolean refusesReuse() {
        return refusesReuse;
    }

    void noteRefusal() {
        refusesReuse = true;
    }
}
