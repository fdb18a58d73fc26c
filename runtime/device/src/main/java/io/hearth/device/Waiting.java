package io.hearth.device;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** Bounds how long a rank waits for others in one call, and finds the words for why it waits no longer. */
final class Waiting {
    /** How often who waits looks whether it still makes sense. */
    static final int GLANCE_MILLIS = 100;

    /** How long what a lost rank has sent may still take, and how long the name of a lost rank is looked for. */
    private static final long GRACE_NANOS = Duration.ofSeconds(1).toNanos();

    private static final long PAUSE_NANOS = 10_000_000;

    private final int rank;
    private final String what;
    private final Rendezvous rendezvous;
    private final Duration patience;
    private final long start = System.nanoTime();
    private long lostSince;

    /** @param what is waited for, such as {@code join the group} */
    Waiting(int rank, String what, Rendezvous rendezvous, Duration patience) {
        this.rank = rank;
        this.what = what;
        this.rendezvous = rendezvous;
        this.patience = patience;
    }

    /** @throws RankLostException if there is nothing to wait for any more */
    void check() {
        long now = System.nanoTime();
        Optional<String> lost = rendezvous.lost();
        lostSince = lost.isEmpty() ? 0 : lostSince == 0 ? now : lostSince;
        if (lost.isPresent() && now - lostSince > GRACE_NANOS) {
            throw failure(lost.get());
        }
        if (now - start > patience.toNanos()) {
            throw failure("it has waited " + patience.toSeconds()
                    + " s for the other ranks. One of them hangs or makes other calls");
        }
    }

    /** What to throw when the connection to a rank has ended. */
    RankLostException closedBy(int other) {
        return closed("rank " + other + " has closed its connection");
    }

    /** What to throw when a connection has ended: why it did, if the rendezvous comes to know; else what is seen. */
    RankLostException closed(String seen) {
        long begin = System.nanoTime();
        Optional<String> lost = rendezvous.lost();
        while (lost.isEmpty() && System.nanoTime() - begin < GRACE_NANOS) {
            LockSupport.parkNanos(PAUSE_NANOS);
            lost = rendezvous.lost();
        }
        return failure(lost.orElse(seen));
    }

    private RankLostException failure(String reason) {
        return new RankLostException("Rank " + rank + " cannot " + what + ": " + reason + ".");
    }
}
