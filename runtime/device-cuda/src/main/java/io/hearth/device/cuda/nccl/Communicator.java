package io.hearth.device.cuda.nccl;

import io.hearth.device.DeviceException;
import io.hearth.device.ExchangeLink;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.bytedeco.cuda.global.nccl;
import org.bytedeco.cuda.nccl.ncclComm;
import org.bytedeco.cuda.nccl.ncclConfig_t;
import org.bytedeco.cuda.nccl.ncclUniqueId;

/**
 * NCCL's communicator, made so that no call of it blocks: a call that cannot be done at once is under way until {@link
 * #status()} says otherwise. Its calls exclude each other, so that a second thread can look after it and end it.
 *
 * <p>Only for use within {@link io.hearth.device.cuda.library.Presets#open}, which see.
 */
final class Communicator implements ExchangeLink {
    /** What a call answers that is not for NCCL: joining goes on by itself. */
    static final int UNDER_WAY = nccl.ncclInProgress;

    private static final int SUCCESS = nccl.ncclSuccess;

    private static final long PAUSE_NANOS = 200_000;
    private static final int CONFIG_MAGIC = 0xcafebeef;

    /** What a field of the configuration holds that nobody has set. */
    private static final int UNSET = Integer.MIN_VALUE;

    private final ncclComm handle = new ncclComm();
    private boolean ended;

    /** The latest answer that is neither success nor under way. */
    private int trouble = SUCCESS;

    /** Something that is asked of NCCL. */
    @FunctionalInterface
    interface Call {
        int on(ncclComm handle);
    }

    /** Makes the id of a new group, to be handed to all its ranks. */
    static byte[] makeId() {
        try (ncclUniqueId id = new ncclUniqueId()) {
            check(nccl.ncclGetUniqueId(id), "make a group");
            byte[] bytes = new byte[nccl.NCCL_UNIQUE_ID_BYTES];
            id.internal().get(bytes);
            return bytes;
        }
    }

    /** Begins to join a group; the card must be the current one. */
    Communicator(byte[] id, int rank, int size) {
        if (id.length != nccl.NCCL_UNIQUE_ID_BYTES) {
            throw new DeviceException("A group's id has " + nccl.NCCL_UNIQUE_ID_BYTES + " bytes, not " + id.length
                    + ". It comes from another version of NCCL.");
        }
        try (ncclUniqueId unique = new ncclUniqueId();
                ncclConfig_t config = notBlocking()) {
            unique.internal().put(id);
            int status = nccl.ncclCommInitRankConfig(handle, size, unique, rank, config);
            if (status != UNDER_WAY) {
                check(status, "join a group of " + size);
            }
        }
    }

    private static ncclConfig_t notBlocking() {
        ncclConfig_t config = new ncclConfig_t();
        return config.size(config.sizeof())
                .magic(CONFIG_MAGIC)
                .version(nccl.NCCL_VERSION_CODE)
                .blocking(0)
                .cgaClusterSize(UNSET)
                .minCTAs(UNSET)
                .maxCTAs(UNSET)
                .netName(null)
                .splitShare(UNSET)
                .trafficClass(UNSET)
                .commName(null)
                .collnetEnable(UNSET)
                .CTAPolicy(UNSET)
                .shrinkShare(UNSET)
                .nvlsCTAs(UNSET)
                .nChannelsPerNetPeer(UNSET)
                .nvlinkCentricSched(UNSET)
                .graphUsageMode(UNSET)
                .numRmaCtx(UNSET);
    }

    private static void check(int status, String what) {
        if (status != SUCCESS) {
            throw new DeviceException("NCCL could not " + what + ": "
                    + nccl.ncclGetErrorString(status).getString() + ".");
        }
    }

    /** Makes a call; false if NCCL refuses it. One that has been ended takes every call and does nothing. */
    synchronized boolean call(Call call) {
        return ended || isGood(call.on(handle));
    }

    private boolean isGood(int status) {
        if (status == SUCCESS || status == UNDER_WAY) {
            return true;
        }
        trouble = status;
        return false;
    }

    @Override
    public synchronized State state() {
        int status = status();
        if (!isGood(status)) {
            return State.BROKEN;
        }
        return status == SUCCESS ? State.READY : State.UNDER_WAY;
    }

    /** {@link #SUCCESS}, {@link #UNDER_WAY}, or what has gone wrong since the communicator was made. */
    private int status() {
        if (ended) {
            return UNDER_WAY;
        }
        int[] status = new int[1];
        int answer = nccl.ncclCommGetAsyncError(handle, status);
        return answer == SUCCESS ? status[0] : answer;
    }

    @Override
    public synchronized String describe() {
        String last = ended ? "" : nccl.ncclGetLastError(handle).getString().strip();
        String name = nccl.ncclGetErrorString(trouble).getString();
        return last.isEmpty() ? name : name + " (" + last + ")";
    }

    @Override
    public synchronized void abort() {
        if (!ended) {
            ended = true;
            nccl.ncclCommAbort(handle);
        }
    }

    /** Leaves the group together with the other ranks; alone if they do not leave, too, within this time. */
    synchronized void leave(Duration patience) {
        if (ended) {
            return;
        }
        long start = System.nanoTime();
        int status = nccl.ncclCommFinalize(handle);
        while (status == UNDER_WAY && System.nanoTime() - start < patience.toNanos()) {
            LockSupport.parkNanos(PAUSE_NANOS);
            status = status();
        }
        if (status == SUCCESS) {
            ended = true;
            nccl.ncclCommDestroy(handle);
        } else {
            abort();
        }
    }
}
