package io.hearth.device.ascend.card;

/** Work that was recorded from a stream. */
public final class Recording implements AutoCloseable {
    private final Stream stream;
    private final long handle;
    private boolean open = true;

    Recording(Stream stream, long handle) {
        this.stream = stream;
        this.handle = handle;
    }

    /** Queues the work. */
    public void replay() {
        if (!open) {
            throw new IllegalStateException("the recording is closed");
        }
        stream.queueing();
        stream.card().acl().replay(handle, stream.handle());
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            // A replay that is queued still reads it.
            stream.settle();
            if (!stream.failed()) {
                stream.card().bind();
                stream.card().acl().discard(handle);
            }
        }
    }
}
