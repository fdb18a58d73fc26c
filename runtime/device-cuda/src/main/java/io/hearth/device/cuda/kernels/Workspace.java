package io.hearth.device.cuda.kernels;

import io.hearth.device.DeviceBuffer;

/**
 * Scratch memory of our own kernels: one area of a fixed size for a device's lifetime, so that recorded work finds it where
 * it was. What it holds is undefined between calls; a call that needs more cuts its work so that it fits.
 */
public final class Workspace {
    /** Its size. */
    public static final long BYTES = 64L << 20;

    private final DeviceBuffer area;

    /** @param area at least {@link #BYTES} bytes of the card; its owner closes it */
    public Workspace(DeviceBuffer area) {
        this.area = area;
    }

    long address() {
        return area.address();
    }
}
