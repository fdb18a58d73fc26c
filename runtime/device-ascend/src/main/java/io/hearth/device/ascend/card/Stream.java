package io.hearth.device.ascend.card;

import io.hearth.device.DeviceException;
import io.hearth.device.ascend.cann.Acl;
import io.hearth.device.ascend.cann.AclStatus;

/** The queue of a card: what is put into it is done in this order, while the host goes on. */
public final class Stream implements AutoCloseable {
    /** A wait is divided into pieces of this length, so that a guard is heard while the host waits. */
    private static final int PIECE_MILLISECONDS = 1000;

    private final Card card;
    private final Acl acl;
    private final long handle;
    private final Patience patience;
    private boolean recording;
    private boolean idle = true;
    private volatile boolean failed;
    private volatile Guard guard = () -> {};

    public Stream(Card card, Patience patience) {
        this.card = card;
        this.patience = patience;
        acl = card.acl();
        card.bind();
        handle = acl.createStream();
    }

    /** CANN's {@code aclrtStream}, for libraries that queue on it as well. */
    public long handle() {
        return handle;
    }

    public Card card() {
        return card;
    }

    Patience patience() {
        return patience;
    }

    /** To be called before something is queued: turns the thread to the card, and notes that there is work. */
    public void queueing() {
        card.bind();
        idle = false;
    }

    /** Fills memory of the card with one byte value. */
    public void fillBytes(long address, int byteValue, long bytes) {
        if (bytes > 0) {
            queueing();
            acl.fill(address, byteValue, bytes, handle);
        }
    }

    /** Copies within the memory of the card; the two areas do not overlap. */
    public void copyOnCard(long from, long to, long bytes) {
        if (bytes > 0) {
            queueing();
            acl.copyOnCard(from, to, bytes, handle);
        }
    }

    /** Copies pinned host memory to the card. */
    void copyToCard(long pinned, long to, long bytes) {
        queueing();
        acl.copyToCard(pinned, to, bytes, handle);
    }

    /** Copies from the card to pinned host memory. */
    void copyToHost(long from, long pinned, long bytes) {
        queueing();
        acl.copyToHost(from, pinned, bytes, handle);
    }

    /**
     * Waits until everything queued so far is done.
     *
     * @throws DeviceException if that takes longer than patience lasts, if the card has failed, or if the guard says so
     */
    public void synchronize() {
        waiting(() -> {
            if (acl.timeouts()) {
                synchronizeInPieces();
            } else {
                patience.await(card.index(), () -> {
                    guard.check();
                    return acl.isDone(handle);
                });
            }
        });
        idle = true;
        guard.check();
    }

    /** Waits in some way; a wait that fails leaves a stream of which nothing can be expected any more. */
    void waiting(Runnable wait) {
        card.bind();
        try {
            wait.run();
        } catch (RuntimeException e) {
            failed = true;
            throw e;
        }
    }

    /**
     * Whether a wait has failed: the card hangs, is lost, or has stopped on an error. Nothing of it is given back then, because
     * CANN would wait for the same work; that is done when the process ends.
     */
    public boolean failed() {
        return failed;
    }

    private void synchronizeInPieces() {
        long end = System.nanoTime() + patience.most().toNanos();
        while (true) {
            int code = acl.synchronize(handle, PIECE_MILLISECONDS);
            if (!AclStatus.isTimeout(code)) {
                acl.check(code, "finish what was queued");
                return;
            }
            guard.check();
            if (System.nanoTime() > end) {
                throw patience.hung(card.index());
            }
        }
    }

    /** Waits only if something was queued since the last wait: before memory goes that queued work may use. */
    public void settle() {
        if (!idle && !failed) {
            synchronize();
        }
    }

    /** Lets this be asked after every wait, and while waiting, until another one or {@code () -> {}} is set. */
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
    public Recording record(Runnable work) {
        queueing();
        acl.beginRecording(handle);
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
        return new Recording(this, acl.endRecording(handle));
    }

    private void discardRecording() {
        try {
            acl.discard(acl.endRecording(handle));
        } catch (DeviceException e) {
            // The fault that ended the recording is what the caller gets; CANN has dropped the recording itself.
        }
    }

    @Override
    public void close() {
        if (failed) {
            card.abandon();
        } else {
            card.bind();
            acl.destroyStream(handle);
        }
    }
}
