package io.hearth.device;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Looks after the exchanges that a rank has queued on a card's stream, whichever library makes them. A thread of its own sees
 * how far the stream has come, asks the library and the rendezvous for failures, and aborts when one is found or the patience
 * is over. Whoever waits for the stream asks {@link #check} and is told that what the stream has made is void.
 *
 * <p>When another rank ends, whatever the reason, and the rendezvous knows of it, what waits for it fails within three
 * seconds with a sentence that names it. When a rank hangs, or is gone and nobody knows, what waits for it fails after the
 * patience. That time runs from when the card has come to the exchange, so that it need not contain the computing before it;
 * but it contains how much later the slowest of the other ranks may come.
 */
public final class ExchangeWatch implements AutoCloseable {
    private static final long PAUSE_NANOS = Duration.ofMillis(20).toNanos();

    /**
     * How long an exchange may still take after a rank was seen to be gone, since what it has sent may be under way; and how
     * long the rank whose loss has broken the library's connections is looked for.
     */
    private static final long GRACE_NANOS = Duration.ofSeconds(1).toNanos();

    /** How long the reason for a failure of the card is looked for. */
    private static final long EXPLANATION_NANOS = Duration.ofMillis(1_500).toNanos();

    /** Of so many looks one asks the rendezvous, which costs a few system calls for each rank. */
    private static final int LOOKS_PER_LOST = 8;

    private final String library;
    private final ExchangeLink link;
    private final Rendezvous rendezvous;
    private final Supplier<? extends ExchangeLink.Mark> marks;
    private final int rank;
    private final Duration patience;
    private final Deque<Exchange> queued = new ArrayDeque<>();
    private final Deque<Exchange> spare = new ArrayDeque<>();
    private final Thread thread;
    private Exchange beingQueued;
    private String latest;
    private Optional<String> lost = Optional.empty();
    private long lostSince;
    private long brokenSince;
    private int looks;
    private DeviceException failure;
    private boolean closing;

    /** One exchange, between two marks on the stream. */
    private static final class Exchange implements AutoCloseable {
        private final ExchangeLink.Mark before;
        private final ExchangeLink.Mark after;
        private String call;
        private Tensor values;
        private long waitingSince;

        Exchange(Supplier<? extends ExchangeLink.Mark> marks) {
            before = marks.get();
            after = marks.get();
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

    /**
     * Begins to watch.
     *
     * @param library its name, for a person
     * @param marks makes marks on the stream
     * @param rank this participant
     * @param patience how long the other ranks may take to come to an exchange, and to the group
     */
    public ExchangeWatch(
            String library,
            ExchangeLink link,
            Rendezvous rendezvous,
            Supplier<? extends ExchangeLink.Mark> marks,
            int rank,
            Duration patience) {
        this.library = library;
        this.link = link;
        this.rendezvous = rendezvous;
        this.marks = marks;
        this.rank = rank;
        this.patience = patience;
        thread = Thread.ofPlatform().daemon().name("hearth-exchange-" + rank).start(this::run);
    }

    /**
     * Makes a call of the library and waits until it is queued on the stream, or done if it is not for the stream.
     *
     * @param name the call, for a person
     * @param values what is exchanged, or null
     * @param call makes it; false if the library refuses, and {@link ExchangeLink#describe} says why
     * @throws RankLostException if the call or an exchange before it has failed
     * @throws DeviceException if the card has failed for another reason
     */
    public void perform(String name, Tensor values, BooleanSupplier call) {
        try {
            queue(name, values, call);
        } catch (DeviceException e) {
            throw explain(e);
        }
    }

    private void queue(String name, Tensor values, BooleanSupplier call) {
        begin(name, values);
        if (!call.getAsBoolean()) {
            refused();
        }
        while (link.state() != ExchangeLink.State.READY) {
            check();
            LockSupport.parkNanos(PAUSE_NANOS / 100);
        }
        end();
    }

    private synchronized void begin(String name, Tensor values) {
        check();
        forgetFinished();
        Exchange exchange = spare.isEmpty() ? new Exchange(marks) : spare.pop();
        exchange.call = name;
        exchange.values = values;
        exchange.waitingSince = System.nanoTime();
        exchange.before.record();
        beingQueued = exchange;
        latest = exchange.toString();
    }

    private synchronized void refused() {
        fail(beingQueued, library + " answers " + link.describe());
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

    /**
     * To be asked whenever the host waits for the stream or has waited for it: what the stream has made is worth something
     * only if this returns.
     *
     * @throws RankLostException if an exchange has failed
     */
    public synchronized void check() {
        if (failure != null) {
            // A trace of the thread that asks, and the one that found it as its cause.
            throw failure instanceof RankLostException
                    ? new RankLostException(failure.getMessage(), failure)
                    : new DeviceException(failure.getMessage(), failure);
        }
    }

    /**
     * What to throw in place of a failure that the host was told of by the card: the loss of another rank may be behind it, and
     * that is known a little later.
     */
    public RuntimeException explain(RuntimeException told) {
        long begin = System.nanoTime();
        do {
            Optional<RankLostException> reason =
                    told instanceof RankLostException own ? Optional.of(own) : reason(told);
            if (reason.isPresent()) {
                return reason.get();
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        } while (System.nanoTime() - begin < EXPLANATION_NANOS);
        return told;
    }

    private synchronized Optional<RankLostException> reason(RuntimeException told) {
        if (failure instanceof RankLostException) {
            return Optional.of(new RankLostException(failure.getMessage(), told));
        }
        return latest == null
                ? Optional.empty()
                : rendezvous.lost().map(who -> new RankLostException(sentence(latest, who), told));
    }

    private String sentence(Object exchange, String reason) {
        return "Rank " + rank + " cannot finish " + exchange + ": " + reason + ".";
    }

    private void run() {
        while (look()) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** Looks once; whether to look again. */
    private synchronized boolean look() {
        if (failure == null && !closing) {
            RuntimeException ofTheCard = null;
            try {
                forgetFinished();
            } catch (RuntimeException e) {
                ofTheCard = e;
            }
            Exchange waiting = beingQueued != null && queued.isEmpty() ? beingQueued : queued.peek();
            if (waiting != null) {
                examine(waiting, ofTheCard);
            }
        }
        return failure == null && !closing;
    }

    private void examine(Exchange exchange, RuntimeException ofTheCard) {
        long now = System.nanoTime();
        if (ofTheCard == null && exchange.waitingSince == 0 && exchange.before.isReached()) {
            exchange.waitingSince = now;
        }
        boolean broken = ofTheCard != null || link.state() == ExchangeLink.State.BROKEN;
        brokenSince = !broken ? 0 : brokenSince == 0 ? now : brokenSince;
        if (broken || looks++ % LOOKS_PER_LOST == 0) {
            lost = rendezvous.lost();
            lostSince = lost.isEmpty() ? 0 : lostSince == 0 ? now : lostSince;
        }
        boolean overdue = exchange.waitingSince != 0 && now - exchange.waitingSince > patience.toNanos();
        if (lost.isPresent() && (broken || now - lostSince > GRACE_NANOS)) {
            fail(exchange, lost.get());
        } else if (broken && now - brokenSince > GRACE_NANOS) {
            if (ofTheCard == null) {
                fail(exchange, library + " reports " + link.describe());
            } else {
                fail(new DeviceException(ofTheCard.getMessage(), ofTheCard));
            }
        } else if (overdue) {
            fail(
                    exchange,
                    "it has waited " + patience.toSeconds()
                            + " s for the other ranks. One of them hangs or makes other calls");
        }
    }

    private void fail(Exchange exchange, String reason) {
        fail(new RankLostException(sentence(exchange, reason)));
    }

    private void fail(DeviceException why) {
        failure = why;
        link.abort();
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
