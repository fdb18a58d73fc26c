package io.hearth.agent.telemetry;

import io.hearth.agent.telemetry.doctor.Findings;
import io.hearth.protocol.CardInfo;
import io.hearth.protocol.CardSample;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Reads one card every second on a thread of its own, so that a driver that takes long, or never answers, holds up neither the
 * other cards nor the agent.
 */
public final class CardWatch {
    private static final System.Logger LOG = System.getLogger(CardWatch.class.getName());

    /** Every so many seconds, everything is read. */
    private static final int ALL_EVERY = 5;

    /** After so many seconds without an answer, that is what is said. */
    private static final long SILENT_SECONDS = 5;

    private final ReadableCard card;
    private final Thread thread;
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile Reading last;
    private volatile long asked = System.nanoTime();

    /** A sample, and when it was read. */
    private record Reading(CardSample sample, long nanos) {}

    /**
     * Begins.
     *
     * @param library through which the card is read; names the thread
     */
    public CardWatch(ReadableCard card, String library) {
        this.card = card;
        this.thread = Thread.ofPlatform()
                .daemon()
                .name(library + " " + card.info().id())
                .start(this::read);
    }

    /** What is watched. */
    public CardInfo info() {
        return card.info();
    }

    /** The card as it was read last; empty before the first time. */
    public Optional<CardSample> sample() {
        Reading reading = last;
        long since = reading == null ? asked : reading.nanos();
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - since);
        if (seconds >= SILENT_SECONDS) {
            return Optional.of(CardSample.silent(card.info().id(), Findings.silent(seconds)));
        }
        return Optional.ofNullable(reading).map(Reading::sample);
    }

    /** Ends it; false if the driver does not let the thread go in time. */
    public boolean close(long millis) throws InterruptedException {
        closing.countDown();
        return thread.join(Duration.ofMillis(millis));
    }

    private void read() {
        try {
            long seconds = 0;
            do {
                long begin = System.nanoTime();
                asked = begin;
                CardSample sample = card.read(seconds % ALL_EVERY == 0);
                last = new Reading(sample, System.nanoTime());
                seconds++;
            } while (!closing.await(
                    Math.max(1, 1_000 - (System.nanoTime() - asked) / 1_000_000), TimeUnit.MILLISECONDS));
        } catch (InterruptedException | RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "Card " + card.info().id() + " is not read any more", e);
        }
    }
}
