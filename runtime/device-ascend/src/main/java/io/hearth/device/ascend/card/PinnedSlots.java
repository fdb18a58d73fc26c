package io.hearth.device.ascend.card;

import java.lang.foreign.MemorySegment;

/** Equal pieces of pinned host memory that are used in turn. A piece is free again when the card is done with it. */
final class PinnedSlots implements AutoCloseable {
    private final Stream stream;
    private final long bytes;
    private final MemorySegment memory;
    private final Event[] events;
    private int latest = -1;

    PinnedSlots(Stream stream, int count, long bytes) {
        this.stream = stream;
        this.bytes = bytes;
        stream.card().bind();
        memory = stream.card().acl().allocatePinned(count * bytes);
        events = new Event[count];
        for (int i = 0; i < count; i++) {
            events[i] = new Event(stream);
        }
    }

    /** Turns to the next piece, and waits until the card is done with it. */
    int next() {
        latest = (latest + 1) % events.length;
        events[latest].await();
        return latest;
    }

    MemorySegment memory(int slot) {
        return memory.asSlice(slot * bytes, bytes);
    }

    /** Says that all copies from or into the piece have been queued. */
    void queued(int slot) {
        events[slot].record();
    }

    /** Waits until the card is done with a piece. */
    void await(int slot) {
        events[slot].await();
    }

    /** Copies from the card, as many pieces as there are at a time; returns when everything has arrived. */
    void download(long from, MemorySegment target) {
        long size = target.byteSize();
        long chunks = (size + bytes - 1) / bytes;
        int[] slots = new int[events.length];
        for (long chunk = 0; chunk < chunks + slots.length; chunk++) {
            long done = chunk - slots.length;
            int turn = (int) (chunk % slots.length);
            if (done >= 0 && done < chunks) {
                await(slots[turn]);
                long offset = done * bytes;
                long length = Math.min(bytes, size - offset);
                MemorySegment.copy(memory(slots[turn]), 0, target, offset, length);
            }
            if (chunk < chunks) {
                long offset = chunk * bytes;
                slots[turn] = next();
                stream.copyToHost(from + offset, memory(slots[turn]).address(), Math.min(bytes, size - offset));
                queued(slots[turn]);
            }
        }
    }

    @Override
    public void close() {
        for (Event event : events) {
            event.close();
        }
        if (!stream.failed()) {
            stream.card().bind();
            stream.card().acl().freePinned(memory);
        }
    }
}
