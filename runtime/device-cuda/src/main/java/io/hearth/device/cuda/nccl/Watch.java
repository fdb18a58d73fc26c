package io.hearth.device.cuda.nccl;

import io.hearth.device.DeviceException;
import io.hearth.device.Tensor;
import io.hearth.device.cuda.driver.Event;
import io.hearth.device.cuda.driver.Guard;
import io.hearth.device.cuda.driver.Stream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Looks after the exchanges that a rank has queued. A thread of its own sees how far the stream has come, asks NCCL and the
 * rendezvous for failures, and aborts when one is found or the patience is over: the stream then goes on, whoever waits for it
 * returns, and is told by {@link #check} that what the stream has made is void.
 */
final class Watch implements Guard, AutoCloseable {
    private static final long PAUSE_NANOS = Duration.ofMillis(20).toNanos();

    /**
     * How long an exchange may still take after a rank was seen to be gone, since what it has sent may be under way; and how
     * long the rank whose loss has broken NCCL's connections is looked for.
     */
    private static final long GRACE_NANOS = Duration.ofSeconds(1).toNanos();

    /** Of so many looks one asks the rendezvous, which costs a few system calls for each rank. */
    private static final int LOOKS_PER_LOST = 8;

    private final Communicator communicator;
    private final Rendezvous rendezvous;
    private final Stream stream;
    private final int rank;
    private final Duration patience;
    private final Deque<Exchange> queued = new ArrayDeque<>();
    private final Deque<Exchange> spare = new ArrayDeque<>();
    private final Thread thread;
    private Exchange beingQueued;
    private Optional<String> lost = Optional.empty();
    private long lostSince;
    private long brokenSince;
    private int looks;
    private DeviceException failure;
    private boolean closing;

    /** One exchange, between two marks on the stream. */
    private static final class Exchange implements AutoCloseable {
        private final Event before;
        private final Event after;
        private String call;
        private Tensor values;
        private long waitingSince;

        Exchange(Stream stream) {
            before = stream.mark();
            after = stream.mark();
        }

        @Override
        public String toString() {
            return values == null ? call : call + " of " + values.elements() + " " + values.type();
        }

        @Override
        public void close() {
            before.close();
            after.close();
        }
    }

    Watch(Communicator communicator, Rendezvous rendezvous, Stream stream, int rank, Duration patience) {
        this.communicator = communicator;
        this.rendezvous = rendezvous;
        this.stream = stream;
        this.rank = rank;
        this.patience = patience;
        thread = Thread.ofPlatform().daemon().name("hearth-nccl-" + rank).start(this::run);
    }

    /**
     * Makes a call of NCCL and waits until it is queued on the stream, or done if it is not for the stream.
     *
     * @param name the call, for a person
     * @param values what is exchanged, or null
     * @throws DeviceException if the call or anything before it has failed
     */
    void perform(String name, Tensor values, Communicator.Call call) {
        begin(name, values);
        int status = communicator.call(call);
        if (status != Communicator.SUCCESS && status != Communicator.UNDER_WAY) {
            refused(status);
        }
        while (communicator.status() != Communicator.SUCCESS) {
            check();
            LockSupport.parkNanos(PAUSE_NANOS / 100);
        }
        end();
    }

    private synchronized void begin(String name, Tensor values) {
        check();
        forgetFinished();
        Exchange exchange = spare.isEmpty() ? new Exchange(stream) : spare.pop();
        exchange.call = name;
        exchange.values = values;
        exchange.waitingSince = System.nanoTime();
        exchange.before.record();
        beingQueued = exchange;
    }

    private synchronized void refused(int status) {
        fail(beingQueued, "NCCL answers " + communicator.describe(status));
        check();
    }

    private synchronized void end() {
        check();
        beingQueued.waitingSince = 0;
        beingQueued.after.record();
        queued.add(beingQueued);
        beingQueued = null;
    }

    private void forgetFinished() {
        while (!queued.isEmpty() && queued.peek().after.isReached()) {
            spare.push(queued.poll());
        }
    }

    @Override
    public synchronized void check() {
        if (failure != null) {
            // A trace of the thread that asks, and the one that found it as its cause.
            throw new DeviceException(failure.getMessage(), failure);
        }
    }

    private void run() {
        while (look()) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** Looks once; whether to look again. */
    private synchronized boolean look() {
        if (failure == null && !closing) {
            try {
                forgetFinished();
                Exchange waiting = beingQueued != null && queued.isEmpty() ? beingQueued : queued.peek();
                if (waiting != null) {
                    examine(waiting);
                }
            } catch (RuntimeException e) {
                fail(null, e.getMessage());
            }
        }
        return failure == null && !closing;
    }

    private void examine(Exchange exchange) {
        long now = System.nanoTime();
        if (exchange.waitingSince == 0 && exchange.before.isReached()) {
            exchange.waitingSince = now;
        }
        int status = communicator.status();
        boolean broken = status != Communicator.SUCCESS && status != Communicator.UNDER_WAY;
        brokenSince = !broken ? 0 : brokenSince == 0 ? now : brokenSince;
        if (broken || looks++ % LOOKS_PER_LOST == 0) {
            lost = rendezvous.lost();
            lostSince = lost.isEmpty() ? 0 : lostSince == 0 ? now : lostSince;
        }
        boolean overdue = exchange.waitingSince != 0 && now - exchange.waitingSince > patience.toNanos();
        if (lost.isPresent() && (broken || now - lostSince > GRACE_NANOS)) {
            fail(exchange, lost.get());
        } else if (broken && now - brokenSince > GRACE_NANOS) {
            fail(exchange, "NCCL reports " + communicator.describe(status));
        } else if (overdue) {
            fail(
                    exchange,
                    "it has waited " + patience.toSeconds()
                            + " s for the other ranks. One of them hangs or makes other calls");
        }
    }

    private void fail(Exchange exchange, String reason) {
        failure = new DeviceException("Rank " + rank + " cannot finish " + (exchange == null ? "an exchange" : exchange)
                + ": " + reason + ".");
        communicator.abort();
    }

    /** Stops watching. What is queued is not waited for. */
    @Override
    public void close() {
        synchronized (this) {
            closing = true;
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (beingQueued != null) {
            beingQueued.close();
        }
        queued.forEach(Exchange::close);
        spare.forEach(Exchange::close);
    }
}
