package io.hearth.device.cuda.driver;

import static io.hearth.device.cuda.driver.DriverCalls.failed;

/** A mark in a stream that the host can wait for. */
public final class Event implements AutoCloseable {
    private static final int WITHOUT_TIME = 2;

    private final Stream stream;
    private final DriverCalls calls;
    private final long handle;

    Event(Stream stream) {
        this.stream = stream;
        calls = stream.context().calls();
        stream.context().enter();
        handle = calls.ask("make a mark", out -> (int) calls.eventCreate.invokeExact(out, WITHOUT_TIME));
    }

    /** Marks the end of what the stream has been given so far. */
    public void record() {
        stream.context().enter();
        try {
            calls.check((int) calls.eventRecord.invokeExact(handle, stream.handle()), "mark what was queued");
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /** Whether the stream has passed the latest mark, or there is none. May be asked from any thread. */
    public boolean isReached() {
        stream.context().enter();
        try {
            int status = (int) calls.eventQuery.invokeExact(handle);
            if (status == DriverStatus.NOT_READY) {
                return false;
            }
            calls.check(status, "finish what was queued");
            return true;
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /** Waits until the stream has passed the latest mark; returns at once if there is none. */
    void await() {
        stream.context().enter();
        try {
            calls.check((int) calls.eventSynchronize.invokeExact(handle), "finish what was queued");
        } catch (Throwable e) {
            throw failed(e);
        }
        stream.guard().check();
    }

    @Override
    public void close() {
        stream.context().enter();
        try {
            calls.check((int) calls.eventDestroy.invokeExact(handle), "close a mark");
        } catch (Throwable e) {
            throw failed(e);
        }
    }
}
