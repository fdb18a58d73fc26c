package io.hearth.device.cuda.driver;

import static io.hearth.device.cuda.driver.DriverCalls.failed;

/** The queue of a card: what is put into it is done in this order, while the host goes on. */
public final class Stream implements AutoCloseable {
    /** Does not wait for the stream that other code may use by default. */
    private static final int NON_BLOCKING = 1;

    private static final int CAPTURE_THIS_THREAD = 1;

    private final Context context;
    private final DriverCalls calls;
    private final long handle;
    private boolean recording;
    private Guard guard = () -> {};

    Stream(Context context) {
        this.context = context;
        calls = context.calls();
        handle = calls.ask("make a stream", out -> (int) calls.streamCreate.invokeExact(out, NON_BLOCKING));
    }

    /** The driver's {@code CUstream}, which is also the runtime's {@code cudaStream_t}. */
    public long handle() {
        return handle;
    }

    public Context context() {
        return context;
    }

    /** Fills memory of the card with one byte value. */
    public void fillBytes(long address, int byteValue, long bytes) {
        if (bytes == 0) {
            return;
        }
        context.enter();
        try {
            calls.check((int) calls.fillBytes.invokeExact(address, (byte) byteValue, bytes, handle), "fill memory");
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /** Copies within the memory of the card; the two areas do not overlap. */
    public void copyOnCard(long from, long to, long bytes) {
        if (bytes == 0) {
            return;
        }
        context.enter();
        try {
            calls.check((int) calls.copyOnCard.invokeExact(to, from, bytes, handle), "copy on the card");
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /** Copies pinned host memory to the card. */
    void copyToCard(long pinned, long to, long bytes) {
        context.enter();
        try {
            calls.check((int) calls.copyToCard.invokeExact(to, pinned, bytes, handle), "copy to the card");
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /** Copies from the card to pinned host memory. */
    void copyToHost(long from, long pinned, long bytes) {
        context.enter();
        try {
            calls.check((int) calls.copyToHost.invokeExact(pinned, from, bytes, handle), "copy from the card");
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /** Waits until everything queued so far is done. */
    public void synchronize() {
        context.enter();
        try {
            calls.check((int) calls.streamSynchronize.invokeExact(handle), "finish what was queued");
        } catch (Throwable e) {
            throw failed(e);
        }
        guard.check();
    }

    /** Lets this be asked after every wait, until another one or {@code () -> {}} is set. */
    public void guard(Guard guard) {
        this.guard = guard;
    }

    Guard guard() {
        return guard;
    }

    /** A mark for this stream. */
    public Event mark() {
        return new Event(this);
    }

    /** Whether calls are being recorded instead of done. */
    public boolean recording() {
        return recording;
    }

    /**
     * Records what {@code work} queues on this stream instead of doing it.
     *
     * @throws RuntimeException what {@code work} throws; nothing is recorded then
     */
    public Graph record(Runnable work) {
        context.enter();
        try {
            calls.check((int) calls.captureBegin.invokeExact(handle, CAPTURE_THIS_THREAD), "begin a recording");
        } catch (Throwable e) {
            throw failed(e);
        }
        recording = true;
        boolean complete = false;
        try {
            work.run();
            complete = true;
        } finally {
            recording = false;
            if (!complete) {
                discardRecording();
            }
        }
        return new Graph(this, endRecording());
    }

    private long endRecording() {
        return calls.ask("end a recording", out -> (int) calls.captureEnd.invokeExact(handle, out));
    }

    private void discardRecording() {
        try {
            long graph = endRecording();
            calls.check((int) calls.graphDestroy.invokeExact(graph), "discard a recording");
        } catch (Throwable e) {
            // The fault that ended the recording is what the caller gets; the driver has dropped the recording itself.
        }
    }

    @Override
    public void close() {
        context.enter();
        try {
            calls.check((int) calls.streamDestroy.invokeExact(handle), "close a stream");
        } catch (Throwable e) {
            throw failed(e);
        }
    }
}
