package io.hearth.device.ascend.card;

import io.hearth.device.DeviceException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Large uploads, such as weights out of a mapped file: several threads fetch pieces from disk or page cache into pinned
 * memory, while earlier pieces are on the bus. So the disk or the bus is the limit, not one thread that copies.
 */
final class BulkCopies implements AutoCloseable {
    private static final int MOST_THREADS = 8;
    private static final long SLOT_BYTES = 4 << 20;

    private final Stream stream;
    private final int fetching;
    private final PinnedSlots slots;
    private final ExecutorService threads;

    BulkCopies(Stream stream) {
        this.stream = stream;
        fetching = Math.clamp(Runtime.getRuntime().availableProcessors(), 2, MOST_THREADS);
        // One half is being fetched while the other half is on the bus.
        slots = new PinnedSlots(stream, 2 * fetching, SLOT_BYTES);
        threads = Executors.newFixedThreadPool(
                fetching, Thread.ofPlatform().daemon().name("hearth-upload-", 0).factory());
    }

    private record Piece(int slot, long offset, long length, Future<?> fetched) {}

    void upload(MemorySegment source, long to) {
        MemorySegment shared = shared(source);
        Deque<Piece> underWay = new ArrayDeque<>();
        try {
            for (long offset = 0; offset < shared.byteSize(); offset += SLOT_BYTES) {
                if (underWay.size() == fetching) {
                    send(underWay.removeFirst(), to);
                }
                underWay.addLast(fetch(shared, offset));
            }
            while (!underWay.isEmpty()) {
                send(underWay.removeFirst(), to);
            }
        } finally {
            // After a failure: nobody may read the source when this has returned.
            underWay.forEach(BulkCopies::abandon);
        }
    }

    /** The same memory without the owner's confinement to a thread: the owner waits here until it has been read. */
    private static MemorySegment shared(MemorySegment source) {
        return source.isNative() ? MemorySegment.ofAddress(source.address()).reinterpret(source.byteSize()) : source;
    }

    private Piece fetch(MemorySegment source, long offset) {
        int slot = slots.next();
        long length = Math.min(SLOT_BYTES, source.byteSize() - offset);
        MemorySegment place = slots.memory(slot);
        return new Piece(
                slot, offset, length, threads.submit(() -> MemorySegment.copy(source, offset, place, 0, length)));
    }

    private void send(Piece piece, long to) {
        await(piece.fetched());
        stream.copyToCard(slots.memory(piece.slot()).address(), to + piece.offset(), piece.length());
        slots.queued(piece.slot());
    }

    private static void await(Future<?> fetched) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    fetched.get();
                    return;
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw new DeviceException(
                            "What was to be copied to the card cannot be read: "
                                    + e.getCause().getMessage() + ".",
                            e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void abandon(Piece piece) {
        try {
            await(piece.fetched());
        } catch (DeviceException | CancellationException e) {
            // The first failure is the one that is reported.
        }
    }

    void download(long from, MemorySegment target) {
        slots.download(from, target);
    }

    @Override
    public void close() {
        threads.close();
        slots.close();
    }
}
