package io.hearth.device.conformance;

import io.hearth.device.Bfloat16;
import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.DeviceBuffer;
import io.hearth.device.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** A tensor in a buffer of its own with a guard zone on all sides, whose every byte is known before and after a call. */
final class Slot implements AutoCloseable {
    /** Bytes before the first element; keeps the alignment that buffers have. */
    private static final int GUARD = 256;

    /** What a kernel may do with the elements. What lies around them it may never touch. */
    enum Role {
        INPUT,
        OUTPUT,
        SCRATCH
    }

    private final String name;
    private final Role role;
    private final Device device;
    private final DeviceBuffer buffer;
    private final Tensor tensor;
    private final Tensor all;
    private final byte[] before;
    private byte[] after;

    /**
     * @param left elements before each row of a view; -1 for a contiguous tensor
     * @param right elements after each row of a view
     * @param values the elements, or null for not-a-number
     */
    Slot(Device device, String name, Role role, DType type, double[] values, int left, int right, long... shape) {
        this.device = device;
        this.name = name;
        this.role = role;
        boolean view = left >= 0;
        long[] outer = shape.clone();
        if (view) {
            outer[1] += left + right;
        }
        long elements = Arrays.stream(outer).reduce(1, (a, b) -> a * b);
        buffer = device.allocate(GUARD + elements * type.bytes() + GUARD);
        Tensor whole = Tensor.of(buffer, GUARD, type, outer);
        tensor = view ? whole.columns(left, left + shape[1]) : whole;
        all = Tensor.of(buffer, 0, DType.I8, buffer.bytes());
        before = new byte[Math.toIntExact(buffer.bytes())];
        Arrays.fill(before, (byte) 0xff);
        if (values != null) {
            write(values);
        }
    }

    Tensor tensor() {
        return tensor;
    }

    /** Puts the buffer into the state from before the call. */
    void restore() {
        device.upload(MemorySegment.ofArray(before), all);
    }

    /** Fetches the buffer and looks whether anything has changed that should not have. */
    void fetch() {
        byte[] now = new byte[before.length];
        device.download(all, MemorySegment.ofArray(now));
        boolean[] mayChange = new boolean[now.length];
        if (role != Role.INPUT) {
            for (long i = 0; i < tensor.elements(); i++) {
                int at = at(i);
                Arrays.fill(mayChange, at, at + tensor.type().bytes(), true);
            }
        }
        for (int i = 0; i < now.length; i++) {
            if (!mayChange[i] && now[i] != before[i]) {
                throw new ConformanceFailure("byte " + (i - GUARD) + " of " + name + " " + tensor
                        + (role == Role.INPUT ? ", an input," : ", outside of its elements,") + " was changed");
            }
        }
        after = now;
    }

    /** What the last call left, for comparison with another call. */
    byte[] image() {
        return role == Role.SCRATCH ? new byte[0] : after;
    }

    String name() {
        return name;
    }

    /** The elements after the call. */
    double[] values() {
        return read(after);
    }

    /** The elements before the call. */
    double[] inputs() {
        return read(before);
    }

    private double[] read(byte[] image) {
        MemorySegment memory = MemorySegment.ofArray(image);
        double[] values = new double[Math.toIntExact(tensor.elements())];
        for (int i = 0; i < values.length; i++) {
            long at = at(i);
            values[i] = switch (tensor.type()) {
                case F32 -> memory.get(ValueLayout.JAVA_FLOAT_UNALIGNED, at);
                case BF16 -> Bfloat16.toFloat(memory.get(ValueLayout.JAVA_SHORT_UNALIGNED, at));
                case F16 -> Float.float16ToFloat(memory.get(ValueLayout.JAVA_SHORT_UNALIGNED, at));
                case I32 -> memory.get(ValueLayout.JAVA_INT_UNALIGNED, at);
                case I8 -> image[(int) at];
            };
        }
        return values;
    }

    private void write(double[] values) {
        MemorySegment memory = MemorySegment.ofArray(before);
        for (int i = 0; i < values.length; i++) {
            long at = at(i);
            float value = (float) values[i];
            switch (tensor.type()) {
                case F32 -> memory.set(ValueLayout.JAVA_FLOAT_UNALIGNED, at, value);
                case BF16 -> memory.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, Bfloat16.fromFloat(value));
                case F16 -> memory.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, Float.floatToFloat16(value));
                case I32 -> memory.set(ValueLayout.JAVA_INT_UNALIGNED, at, (int) values[i]);
                case I8 -> before[(int) at] = (byte) values[i];
            }
        }
    }

    /** Position of an element in the buffer, in bytes. */
    private int at(long element) {
        long cols = tensor.dim(tensor.rank() - 1);
        long index = element / cols * tensor.rowStride() + element % cols;
        return Math.toIntExact(tensor.byteOffset() + index * tensor.type().bytes());
    }

    @Override
    public void close() {
        buffer.close();
    }
}
