package io.hearth.device.ascend.card;

import java.lang.foreign.MemorySegment;

/** Copies between host and card, always through pinned memory, queued on the stream like everything else. */
public final class Staging implements AutoCloseable {
    /** From this size on several threads copy. */
    private static final long LARGE = 8 << 20;

    private final Stream stream;
    private final UploadRing ring;
    private BulkCopies bulk;

    public Staging(Stream stream) {
        this.stream = stream;
        ring = new UploadRing(stream);
    }

    /**
     * Copies host memory to the card. The source may be changed when this returns; the card may get it later, in the order
     * of the stream.
     */
    public void upload(MemorySegment source, long to) {
        if (source.byteSize() < LARGE) {
            ring.upload(source, to);
        } else {
            bulk().upload(source, to);
        }
    }

    /** Copies from the card and waits for it. */
    public void download(long from, MemorySegment target) {
        if (target.byteSize() < LARGE) {
            ring.download(from, target);
        } else {
            bulk().download(from, target);
        }
    }

    /** Made when it is first needed: most workers have no use for it after the weights are there. */
    private BulkCopies bulk() {
        if (bulk == null) {
            bulk = new BulkCopies(stream);
        }
        return bulk;
    }

    @Override
    public void close() {
        if (bulk != null) {
            bulk.close();
        }
        ring.close();
    }
}
