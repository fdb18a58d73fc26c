package io.hearth.device.ascend.hccl;

import io.hearth.device.DeviceException;
import io.hearth.device.ExchangeLink;
import io.hearth.device.ascend.card.Card;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * HCCL's communicator. HCCL knows no call that does not block: joining waits for all ranks, and so may the first exchange of
 * each kind, which makes connections. So the calls are made on a thread of their own, one after the other, and are under way
 * until they return. What hangs there hangs alone.
 *
 * <p>HCCL cannot be told to give up what is queued. After {@link #abort} the communicator and the stream are left as they are;
 * only the end of the process frees them.
 */
final class HcclCommunicator implements ExchangeLink {
    private static final Arena FOR_EVER = Arena.global();

    private final HcclLibrary library;
    private final Card card;
    private final ExecutorService thread;
    private final MemorySegment asked = FOR_EVER.allocate(ValueLayout.JAVA_INT);
    private final MemorySegment handle = FOR_EVER.allocate(ValueLayout.JAVA_LONG);
    private boolean running;
    private boolean ended;
    private int trouble = HcclStatus.SUCCESS;
    private String text = "";

    /** Something that is asked of HCCL; answers its code. */
    @FunctionalInterface
    interface Call {
        int on(long communicator);
    }

    /** Makes the id of a new group, to be handed to all its ranks; the card must be the current one. */
    static byte[] makeId(HcclLibrary library) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(CommunicatorCalls.ROOT_INFO_BYTES, Long.BYTES);
            int status = CommunicatorCalls.HcclGetRootInfo(info.address());
            if (status != HcclStatus.SUCCESS) {
                throw new DeviceException("HCCL could not make a group: " + library.describe(status) + ".");
            }
            return info.toArray(ValueLayout.JAVA_BYTE);
        }
    }

    HcclCommunicator(HcclLibrary library, Card card, int rank) {
        this.library = library;
        this.card = card;
        thread = Executors.newSingleThreadExecutor(
                task -> Thread.ofPlatform().daemon().name("hearth-hccl-" + rank).unstarted(task));
    }

    /** Begins to join a group. */
    void join(byte[] id, int rank, int size) {
        if (id.length != CommunicatorCalls.ROOT_INFO_BYTES) {
            throw new DeviceException("A group's id has " + CommunicatorCalls.ROOT_INFO_BYTES + " bytes, not "
                    + id.length + ". It was made by something else than HCCL.");
        }
        // Read until the call returns, which it may never do.
        MemorySegment info = FOR_EVER.allocate(CommunicatorCalls.ROOT_INFO_BYTES, Long.BYTES);
        info.copyFrom(MemorySegment.ofArray(id));
        call(none -> CommunicatorCalls.HcclCommInitRootInfo(size, info.address(), rank, handle.address()));
    }

    /** Begins a call on HCCL's thread. The one before has returned. */
    synchronized void call(Call call) {
        if (!ended) {
            running = true;
            thread.execute(() -> perform(call));
        }
    }

    private void perform(Call call) {
        int status;
        String said = "";
        try {
            card.bind();
            status = call.on(handle.get(ValueLayout.JAVA_LONG, 0));
            if (status != HcclStatus.SUCCESS) {
                // CANN keeps its text for the thread that has failed.
                String recent = card.acl().recentText();
                said = recent == null
                        ? ""
                        : recent.lines().findFirst().orElse("").strip().replaceFirst("\\.$", "");
            }
        } catch (RuntimeException e) {
            status = -1;
            said = e.getMessage();
        }
        synchronized (this) {
            running = false;
            if (status != HcclStatus.SUCCESS) {
                trouble = status;
                text = said;
            }
        }
    }

    @Override
    public synchronized State state() {
        if (ended || running) {
            return State.UNDER_WAY;
        }
        if (trouble == HcclStatus.SUCCESS) {
            trouble = asyncError();
        }
        return trouble == HcclStatus.SUCCESS ? State.READY : State.BROKEN;
    }

    private int asyncError() {
        long communicator = handle.get(ValueLayout.JAVA_LONG, 0);
        if (!library.asyncErrors() || communicator == 0) {
            return HcclStatus.SUCCESS;
        }
        card.bind();
        int answer = StatusCalls.AsyncError.HcclGetCommAsyncError(communicator, asked.address());
        return answer == HcclStatus.SUCCESS ? asked.get(ValueLayout.JAVA_INT, 0) : answer;
    }

    @Override
    public synchronized String describe() {
        return library.describe(trouble) + (text.isEmpty() ? "" : ": " + text);
    }

    @Override
    public synchronized void abort() {
        ended = true;
        thread.shutdown();
    }

    /** Ends the communicator; leaves it as it is if HCCL does not do so within this time, or something has failed before. */
    void leave(Duration patience) {
        synchronized (this) {
            if (ended || running || handle.get(ValueLayout.JAVA_LONG, 0) == 0) {
                ended = true;
                thread.shutdown();
                return;
            }
            ended = true;
        }
        try {
            thread.submit(() -> {
                        card.bind();
                        return CommunicatorCalls.HcclCommDestroy(handle.get(ValueLayout.JAVA_LONG, 0));
                    })
                    .get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            // The group is over in any case, and the process will end with it.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            thread.shutdown();
        }
    }
}
