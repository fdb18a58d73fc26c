package io.hearth.device;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Where ranks meet that are processes of one machine: a connection over the loopback interface between every two of them. The
 * end of a process closes its connections, so that the others know at once.
 */
final class SocketMeeting implements Meeting {
    private final int rank;
    private final Connection[] others;
    private final Rendezvous rendezvous;
    private final Duration patience;
    private final ExecutorService writers = Executors.newVirtualThreadPerTaskExecutor();

    private SocketMeeting(int rank, Connection[] others, Rendezvous rendezvous, Duration patience) {
        this.rank = rank;
        this.others = others;
        this.rendezvous = rendezvous;
        this.patience = patience;
    }

    /** Joins, together with all other ranks. The rendezvous belongs to the meeting from now on. */
    static SocketMeeting join(Rendezvous rendezvous, int rank, int size, Duration patience) {
        try {
            Connection[] others = new Introduction(rendezvous, rank, size, patience).connect();
            return new SocketMeeting(rank, others, rendezvous, patience);
        } catch (RuntimeException e) {
            rendezvous.close();
            throw e;
        }
    }

    @Override
    public int size() {
        return others.length;
    }

    @Override
    public Message[] meet(int self, Message message) {
        Waiting waiting = waiting(message.call());
        List<Future<?>> written = new ArrayList<>();
        for (Connection other : others) {
            if (other != null) {
                written.add(write(other, message));
            }
        }
        Message[] all = new Message[size()];
        for (int other = 0; other < size(); other++) {
            all[other] = other == rank ? message : read(other, waiting);
        }
        Meeting.requireSameCall(rank, all);
        written.forEach(one -> await(one, waiting));
        return all;
    }

    @Override
    public void send(int self, int target, Message message) {
        await(write(others[target], message), waiting(message.call()));
    }

    @Override
    public Message receive(int self, int source, String call) {
        return read(source, waiting(call));
    }

    private Waiting waiting(String call) {
        return new Waiting(rank, "finish " + call, rendezvous, patience);
    }

    private Future<?> write(Connection other, Message message) {
        return writers.submit(() -> {
            other.write(message);
            return null;
        });
    }

    private Message read(int other, Waiting waiting) {
        try {
            return others[other].read(waiting);
        } catch (IOException e) {
            throw waiting.closedBy(other);
        }
    }

    /** Waits for a writer. One that fails has lost its reader, and the reading from that rank tells of it. */
    private static void await(Future<?> written, Waiting waiting) {
        try {
            while (true) {
                try {
                    written.get(Waiting.GLANCE_MILLIS, TimeUnit.MILLISECONDS);
                    return;
                } catch (TimeoutException e) {
                    waiting.check();
                }
            }
        } catch (ExecutionException e) {
            throw waiting.closed("another rank has closed its connection");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RankLostException("The exchange was interrupted.", e);
        }
    }

    @Override
    public void leave(int self) {
        rendezvous.close();
        for (Connection other : others) {
            if (other != null) {
                other.close();
            }
        }
        writers.shutdown();
    }
}
