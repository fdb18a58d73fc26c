package io.hearth.device.cuda;

import io.hearth.device.DeviceBuffer;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/** Memory of a card. */
final class CudaBuffer implements DeviceBuffer {
    private final long address;
    private final long bytes;
    private final Consumer<CudaBuffer> release;
    private boolean open = true;

    /** @param release gives the memory back; called once */
    CudaBuffer(long address, long bytes, Consumer<CudaBuffer> release) {
        this.address = address;
        this.bytes = bytes;
        this.release = release;
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public long address() {
        return address;
    }

    @Override
    public MemorySegment host() {
        throw new UnsupportedOperationException("the host cannot address the memory of a card");
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            release.accept(this);
        }
    }
}
