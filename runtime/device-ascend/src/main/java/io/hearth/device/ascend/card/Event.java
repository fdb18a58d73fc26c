package io.hearth.device.ascend.card;

import io.hearth.device.ascend.cann.Acl;

/** A mark in a stream that the host can wait for. */
public final class Event implements AutoCloseable {
    private final Stream stream;
    private final Acl acl;
    private final long handle;
    private volatile boolean pending;

    Event(Stream stream) {
        this.stream = stream;
        acl = stream.card().acl();
        stream.card().bind();
        handle = acl.createEvent();
    }

    /** Marks the end of what the stream has been given so far. */
    public void record() {
        stream.queueing();
        acl.record(handle, stream.handle());
        pending = true;
    }

    /** Whether the stream has passed the latest mark, or there is none. May be asked from any thread. */
    public boolean isReached() {
        if (!pending) {
            return true;
        }
        stream.card().bind();
        if (acl.isReached(handle)) {
            pending = false;
        }
        return !pending;
    }

    /** Waits until the stream has passed the latest mark; returns at once if there is none. */
    void await() {
        if (pending) {
            stream.waiting(() -> stream.patience().await(stream.card().index(), () -> {
                stream.guard().check();
                return isReached();
            }));
            stream.guard().check();
        }
    }

    @Override
    public void close() {
        if (!stream.failed()) {
            stream.card().bind();
            acl.destroyEvent(handle);
        }
    }
}
