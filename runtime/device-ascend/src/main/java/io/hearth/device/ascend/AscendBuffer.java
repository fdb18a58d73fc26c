package io.hearth.device.ascend;

import io.hearth.device.DeviceBuffer;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/** Memory of a card. */
final class AscendBuffer implements DeviceBuffer {
    private final long reserved;
    private final long address;
    private final long bytes;
    private final Consumer<AscendBuffer> release;
    private boolean open = true;

    /**
     * @param reserved where CANN's memory begins
     * @param address where the buffer begins in it
     * @param release gives the memory back; called once
     */
    AscendBuffer(long reserved, long address, long bytes, Consumer<AscendBuffer> release) {
        this.reserved = reserved;
        this.address = address;
        this.bytes = bytes;
        this.release = release;
    }

    /** The address that CANN knows the memory by. */
    long reserved() {
        return reserved;
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
