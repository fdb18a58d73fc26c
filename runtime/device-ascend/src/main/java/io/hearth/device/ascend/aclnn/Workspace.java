package io.hearth.device.ascend.aclnn;

import io.hearth.device.DeviceBuffer;
import io.hearth.device.DeviceException;
import io.hearth.device.ascend.card.Stream;
import java.util.function.LongFunction;

/**
 * Memory of the card that operators ask for while they run. All of them are on one stream, so that one area serves all; it
 * grows while a job warms up, and never later.
 */
final class Workspace {
    private static final long FIRST = 16L << 20;
    private static final long STEP = 8L << 20;

    private final Stream stream;
    private final LongFunction<DeviceBuffer> allocate;
    private DeviceBuffer area;

    /** @param allocate takes memory of the card */
    Workspace(Stream stream, LongFunction<DeviceBuffer> allocate) {
        this.stream = stream;
        this.allocate = allocate;
        area = allocate.apply(FIRST);
    }

    /** Address of at least so many bytes; 0 for none. */
    long atLeast(long bytes) {
        if (bytes == 0) {
            return 0;
        }
        if (bytes > area.bytes()) {
            grow(bytes);
        }
        return area.address();
    }

    private void grow(long bytes) {
        if (stream.recording()) {
            throw new DeviceException(
                    "An operator needs " + (bytes >> 20) + " MiB of workspace, which cannot be taken while "
                            + "work is recorded. Run the work once before it is recorded.");
        }
        // Gives the memory back after everything queued that uses it.
        area.close();
        area = allocate.apply((bytes + STEP - 1) / STEP * STEP);
    }
}
