package io.hearth.agent.telemetry.nvidia;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.hearth.agent.telemetry.nvidia.Nvml.Call;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Waits for errors that the driver reports (Xids), on a thread of its own. A lost card makes the wait fail for all; then the set
 * is made anew without it.
 */
final class NvmlEvents {
    private static final System.Logger LOG = System.getLogger(NvmlEvents.class.getName());
    private static final long XID = 0x8;
    private static final int EVENT_BYTES = 32;
    private static final int WAIT_MILLIS = 500;
    private static final long PAUSE_MILLIS = 1_000;

    private final Nvml nvml;
    private final List<NvmlCard> cards;
    private final Listener listener;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;

    /** Is told of Xids. */
    interface Listener {
        void xid(NvmlCard card, long number);
    }

    NvmlEvents(Nvml nvml, List<NvmlCard> cards, Listener listener) {
        this.nvml = nvml;
        this.cards = cards;
        this.listener = listener;
        this.thread = Thread.ofPlatform().daemon().name("nvml events").start(this::run);
    }

    /** Ends it; false if the driver does not let the thread go in time. */
    boolean close(long millis) throws InterruptedException {
        closing.countDown();
        return thread.join(Duration.ofMillis(millis));
    }

    private void run() {
        try {
            boolean worthIt = true;
            while (worthIt && closing.getCount() > 0) {
                worthIt = listen();
                closing.await(worthIt ? PAUSE_MILLIS : 0, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException | RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "Errors of NVIDIA cards are not heard of any more", e);
        }
    }

    /** Listens with one set of events until that fails; false if there is nothing to listen to. */
    private boolean listen() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(EVENT_BYTES, 8);
            if (nvml.call(Call.EVENT_SET, out) != NvmlStatus.SUCCESS) {
                LOG.log(System.Logger.Level.WARNING, "The driver does not tell of errors of its cards (Xids).");
                return false;
            }
            MemorySegment set = out.get(ADDRESS, 0);
            try {
                if (register(set, out) == 0) {
                    LOG.log(
                            System.Logger.Level.WARNING,
                            "The driver does not tell of errors (Xids) of any of its cards.");
                    return false;
                }
                listen(set, out);
                return true;
            } finally {
                nvml.call(Call.EVENT_FREE, set);
            }
        }
    }

    private int register(MemorySegment set, MemorySegment out) {
        int registered = 0;
        for (NvmlCard card : cards) {
            boolean asked = nvml.call(Call.EVENT_TYPES, card.handle(), out) == NvmlStatus.SUCCESS;
            if (asked && (out.get(JAVA_LONG, 0) & XID) == 0) {
                continue;
            }
            if (nvml.call(Call.EVENT_REGISTER, card.handle(), XID, set) == NvmlStatus.SUCCESS) {
                registered++;
            }
        }
        return registered;
    }

    private void listen(MemorySegment set, MemorySegment event) {
        while (closing.getCount() > 0) {
            int status = nvml.call(Call.EVENT_WAIT, set, event, WAIT_MILLIS);
            if (status == NvmlStatus.SUCCESS && (event.get(JAVA_LONG, 8) & XID) != 0) {
                hear(event.get(ADDRESS, 0), event.get(JAVA_LONG, 16));
            } else if (status != NvmlStatus.SUCCESS && status != NvmlStatus.TIMEOUT) {
                return;
            }
        }
    }

    private void hear(MemorySegment handle, long number) {
        for (NvmlCard card : cards) {
            if (card.handle().address() == handle.address()) {
                listener.xid(card, number);
                return;
            }
        }
        LOG.log(System.Logger.Level.WARNING, "Xid {0} of a card that is not watched.", Long.toString(number));
    }
}
