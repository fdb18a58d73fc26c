package io.hearth.device.cpu.kernels;

import io.hearth.device.DeviceBuffer;
import io.hearth.device.PlanningDevice;
import java.util.function.LongFunction;

/**
 * Scratch memory of the kernels. One area serves all of them, since a kernel is done before the next begins; it grows to
 * the most that any needs.
 */
final class Workspace implements AutoCloseable {
    private final LongFunction<DeviceBuffer> allocator;
    private DeviceBuffer area;

    Workspace(LongFunction<DeviceBuffer> allocator) {
        this.allocator = allocator;
    }

    /** Address of an area of at least this size; what it holds is undefined. */
    long address(long bytes) {
        if (bytes == 0) {
            return 0;
        }
        if (area == null || area.bytes() < bytes) {
            close();
            area = allocator.apply(PlanningDevice.roundUp(bytes));
        }
        return area.address();
    }

    @Override
    public void close() {
        if (area != null) {
            area.close();
            area = null;
        }
    }
}
