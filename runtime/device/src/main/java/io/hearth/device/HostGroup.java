package io.hearth.device;

import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** Where ranks meet that are threads of one process. All state is under one lock. */
final class HostGroup implements Meeting {
    private static final int NOBODY = -1;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Duration patience;
    private final Message[][] mail;
    private Message[] arriving;
    private Message[] complete;
    private int arrived;
    private long meetings;
    private int left = NOBODY;

    HostGroup(int size, Duration patience) {
        this.patience = patience;
        this.arriving = new Message[size];
        this.mail = new Message[size][size];
    }

    @Override
    public int size() {
        return mail.length;
    }

    @Override
    public Message[] meet(int rank, Message message) {
        lock.lock();
        try {
            long meeting = meetings;
            arriving[rank] = message;
            if (++arrived == size()) {
                complete = arriving;
                arriving = new Message[size()];
                arrived = 0;
                meetings++;
                changed.signalAll();
            }
            await(rank, message.call(), () -> meetings > meeting);
            // The next meeting is complete only when this rank has come to it, so that this one is still to be read.
            Message[] all = complete;
            Meeting.requireSameCall(rank, all);
            return all;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void send(int rank, int target, Message message) {
        lock.lock();
        try {
            mail[rank][target] = message;
            changed.signalAll();
            await(rank, message.call(), () -> mail[rank][target] == null);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Message receive(int rank, int source, String call) {
        lock.lock();
        try {
            await(rank, call, () -> mail[source][rank] != null);
            Message message = Objects.requireNonNull(mail[source][rank]);
            mail[source][rank] = null;
            changed.signalAll();
            return message;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void leave(int rank) {
        lock.lock();
        try {
            if (left == NOBODY) {
                left = rank;
                Arrays.fill(arriving, null);
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    private void await(int rank, String call, BooleanSupplier done) {
        long nanos = patience.toNanos();
        try {
            while (!done.getAsBoolean()) {
                if (left != NOBODY) {
                    throw new RankLostException("Rank " + rank + " cannot finish " + call + ", because rank " + left
                            + " has left the group.");
                }
                if (nanos <= 0) {
                    throw new RankLostException("Rank " + rank + " has waited " + patience.toSeconds() + " s in " + call
                            + " for the other ranks. One of them hangs or makes other calls.");
                }
                nanos = changed.awaitNanos(nanos);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RankLostException("Rank " + rank + " was interrupted in " + call + ".", e);
        }
    }
}
