package io.hearth.device.cuda.driver;

import io.hearth.device.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The parameters of one launch, in the order in which the kernel declares them. One object serves all launches of a device:
 * the driver copies the parameters when a kernel is launched.
 */
public final class LaunchArguments {
    /** More than any of our kernels has. */
    private static final int MOST = 48;

    private final MemorySegment values;
    private final MemorySegment pointers;
    private int count;

    LaunchArguments(Arena arena) {
        values = arena.allocate(MOST * 8L, 16);
        pointers = arena.allocate(ValueLayout.ADDRESS, MOST);
        for (int i = 0; i < MOST; i++) {
            pointers.setAtIndex(ValueLayout.ADDRESS, i, values.asSlice(i * 8L));
        }
    }

    LaunchArguments begin() {
        count = 0;
        return this;
    }

    /** The first element of a tensor, or a null pointer. */
    public LaunchArguments pointer(Tensor tensor) {
        return i64(tensor == null ? 0 : tensor.address());
    }

    /** An address on the card. */
    public LaunchArguments address(long address) {
        return i64(address);
    }

    /** A parameter of type {@code i64}. */
    public LaunchArguments i64(long value) {
        values.set(ValueLayout.JAVA_LONG, 8L * count++, value);
        return this;
    }

    /** A parameter of type {@code int}. */
    public LaunchArguments i32(int value) {
        values.set(ValueLayout.JAVA_INT, 8L * count++, value);
        return this;
    }

    /** A parameter of type {@code float}. */
    public LaunchArguments f32(float value) {
        values.set(ValueLayout.JAVA_FLOAT, 8L * count++, value);
        return this;
    }

    /** The array of pointers that {@code cuLaunchKernel} takes. */
    MemorySegment pointers() {
        return pointers;
    }
}
