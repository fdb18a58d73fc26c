package io.hearth.device.ascend.card;

import java.lang.foreign.MemorySegment;

/**
 * Small uploads: each is written behind the last one into a ring of pinned memory, from which the card fetches it when its
 * turn comes. The host waits only if the ring is full.
 */
final class UploadRing implements AutoCloseable {
    private static final int SLOTS = 8;
    private static final long SLOT_BYTES = 512 << 10;
    private static final long ALIGNMENT = 64;

    private final Stream stream;
    private final PinnedSlots slots;
    private int slot;
    private long used;

    UploadRing(Stream stream) {
        this.stream = stream;
        slots = new PinnedSlots(stream, SLOTS, SLOT_BYTES);
        slot = slots.next();
    }

    void upload(MemorySegment source, long to) {
        for (long done = 0; done < source.byteSize(); ) {
            long length = Math.min(source.byteSize() - done, SLOT_BYTES);
            if (used + length > SLOT_BYTES) {
                turn();
            }
            MemorySegment place = slots.memory(slot).asSlice(used, length);
            MemorySegment.copy(source, done, place, 0, length);
            stream.copyToCard(place.address(), to + done, length);
            used += (length + ALIGNMENT - 1) & -ALIGNMENT;
            done += length;
        }
    }

    void download(long from, MemorySegment target) {
        slots.queued(slot);
        slots.download(from, target);
        slot = slots.next();
        used = 0;
    }

    private void turn() {
        slots.queued(slot);
        slot = slots.next();
        used = 0;
    }

    @Override
    public void close() {
        slots.close();
    }
}
