package io.hearth.engine.model;

import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.DeviceBuffer;
import io.hearth.device.PlanningDevice;
import io.hearth.device.Tensor;
import java.lang.foreign.MemorySegment;

/**
 * Memory of a step, handed out as a stack: tensors are taken one after the other and given back by returning to a mark.
 * Nothing is allocated while a step runs.
 *
 * <p>A {@linkplain #measuring() measuring} memory has no bytes and no end; after a step has run on it, {@link #peak()} is
 * the size that the step needs.
 */
public final class StepMemory implements AutoCloseable {
    private final DeviceBuffer buffer;
    private long top;
    private long peak;

    private StepMemory(DeviceBuffer buffer) {
        this.buffer = buffer;
    }

    /**
     * Memory of a fixed size.
     *
     * @throws io.hearth.device.DeviceException if the device has not that much left
     */
    public static StepMemory allocate(Device device, long bytes) {
        return new StepMemory(device.allocate(Math.max(256, bytes)));
    }

    /** Memory that only counts. */
    public static StepMemory measuring() {
        return new StepMemory(new Endless());
    }

    /**
     * A contiguous tensor on top of the stack; its content is undefined.
     *
     * @throws IllegalStateException if the memory is used up: the step is larger than what was planned
     */
    public Tensor take(DType type, long... shape) {
        long elements = 1;
        for (long dimension : shape) {
            elements = Math.multiplyExact(elements, dimension);
        }
        long start = top;
        long end = start + PlanningDevice.roundUp(elements * type.bytes());
        if (end > buffer.bytes()) {
            throw new IllegalStateException(
                    "a step needs " + end + " bytes of memory but only " + buffer.bytes() + " were planned");
        }
        top = end;
        peak = Math.max(peak, top);
        return Tensor.of(buffer, start, type, shape);
    }

    /** The place to which {@link #release} returns. */
    public long mark() {
        return top;
    }

    /** Gives back everything taken since the mark. */
    public void release(long mark) {
        top = mark;
    }

    /** Most bytes in use at one time. */
    public long peak() {
        return peak;
    }

    /** Bytes that it was allocated with. */
    public long bytes() {
        return buffer.bytes();
    }

    @Override
    public void close() {
        buffer.close();
    }

    private static final class Endless implements DeviceBuffer {
        @Override
        public long bytes() {
            return Long.MAX_VALUE;
        }

        @Override
        public long address() {
            return 0;
        }

        @Override
        public MemorySegment host() {
            throw new UnsupportedOperationException("a measuring memory holds nothing");
        }

        @Override
        public void close() {}
    }
}
