package io.hearth.device;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Exchange through host memory, for devices without a library of their own: between threads of one process ({@link #group}),
 * or between processes of one machine ({@link #join}). Sums are made in f32 in rank order, so that every rank has the same
 * bits.
 *
 * <p>A rank that is closed, or whose process ends, ends the group: whoever waits or comes later gets a {@link RankLostException} that names it. A
 * rank that neither comes nor closes does so when the patience is over.
 */
public final class HostCollective implements Collective {
    /** Elements that are exchanged at one time; bounds the host memory that a large tensor takes. */
    private static final long PIECE = 1 << 22;

    private final Meeting group;
    private final Device device;
    private final int rank;
    private final long piece;

    private HostCollective(Meeting group, Device device, int rank, long piece) {
        this.group = group;
        this.device = device;
        this.rank = rank;
        this.piece = piece;
    }

    /**
     * A group with one rank for each device, in their order.
     *
     * @param patience how long a rank waits for the others
     */
    public static List<Collective> group(List<? extends Device> devices, Duration patience) {
        return group(devices, patience, PIECE);
    }

    static List<Collective> group(List<? extends Device> devices, Duration patience, long piece) {
        HostGroup group = new HostGroup(devices.size(), patience);
        List<Collective> ranks = new ArrayList<>();
        for (Device device : devices) {
            ranks.add(new CheckedCollective(new HostCollective(group, device, ranks.size(), piece)));
        }
        return List.copyOf(ranks);
    }

    /**
     * Joins a group of processes on this machine, together with all its other ranks.
     *
     * @param rendezvous belongs to the group from now on
     * @param patience how long a rank waits for the others
     * @throws RankLostException with a sentence if the others do not come
     */
    public static Collective join(Device device, Rendezvous rendezvous, int rank, int size, Duration patience) {
        return join(device, rendezvous, rank, size, patience, PIECE);
    }

    static Collective join(Device device, Rendezvous rendezvous, int rank, int size, Duration patience, long piece) {
        if (rank < 0 || rank >= size) {
            throw new IllegalArgumentException("there is no rank " + rank + " in a group of " + size);
        }
        Meeting meeting = SocketMeeting.join(rendezvous, rank, size, patience);
        return new CheckedCollective(new HostCollective(meeting, device, rank, piece));
    }

    @Override
    public int rank() {
        return rank;
    }

    @Override
    public int size() {
        return group.size();
    }

    @Override
    public void allReduce(Tensor values) {
        for (long from = 0; from < values.elements(); from += piece) {
            Tensor part = values.slice(from, Math.min(piece, values.elements() - from));
            Meeting.Message[] all = group.meet(rank, message("allReduce", values, download(part)));
            upload(sum(all, values.type(), 0, part.elements()), part);
        }
    }

    @Override
    public void reduceScatter(Tensor all, Tensor part) {
        long count = part.elements();
        for (long from = 0; from < count; from += piece) {
            long length = Math.min(piece, count - from);
            byte[] mine = new byte[Math.toIntExact(length * size() * all.type().bytes())];
            for (int target = 0; target < size(); target++) {
                byte[] bytes = download(all.slice(target * count + from, length));
                System.arraycopy(bytes, 0, mine, target * bytes.length, bytes.length);
            }
            Meeting.Message[] messages = group.meet(rank, message("reduceScatter", all, mine));
            upload(sum(messages, all.type(), rank * length, length), part.slice(from, length));
        }
    }

    @Override
    public void allGather(Tensor part, Tensor all) {
        long count = part.elements();
        for (long from = 0; from < count; from += piece) {
            long length = Math.min(piece, count - from);
            Meeting.Message[] messages =
                    group.meet(rank, message("allGather", part, download(part.slice(from, length))));
            for (int source = 0; source < size(); source++) {
                upload(messages[source].data(), all.slice(source * count + from, length));
            }
        }
    }

    @Override
    public void broadcast(Tensor values, int root) {
        for (long from = 0; from < values.elements(); from += piece) {
            Tensor part = values.slice(from, Math.min(piece, values.elements() - from));
            byte[] mine = rank == root ? download(part) : new byte[0];
            Meeting.Message[] messages = group.meet(rank, message("broadcast from " + root, values, mine));
            if (rank != root) {
                upload(messages[root].data(), part);
            }
        }
    }

    @Override
    public void send(Tensor values, int target) {
        for (long from = 0; from < values.elements(); from += piece) {
            Tensor part = values.slice(from, Math.min(piece, values.elements() - from));
            group.send(rank, target, message("send to " + target, values, download(part)));
        }
    }

    @Override
    public void receive(Tensor values, int source) {
        for (long from = 0; from < values.elements(); from += piece) {
            Tensor part = values.slice(from, Math.min(piece, values.elements() - from));
            Meeting.Message message = group.receive(rank, source, "receive from " + source);
            if (!message.call().equals(describe("send to " + rank, values))) {
                throw new RankLostException("Rank " + rank + " receives " + values + ", but rank " + source + " calls "
                        + message.call() + ".");
            }
            upload(message.data(), part);
        }
    }

    @Override
    public void close() {
        group.leave(rank);
    }

    // ---- Host memory -----------------------------------------------------------------------------------------------

    private static Meeting.Message message(String call, Tensor values, byte[] data) {
        return new Meeting.Message(describe(call, values), data);
    }

    private static String describe(String call, Tensor values) {
        return call + " of " + values.elements() + " " + values.type();
    }

    private byte[] download(Tensor part) {
        byte[] bytes = new byte[Math.toIntExact(part.bytes())];
        device.download(part, MemorySegment.ofArray(bytes));
        return bytes;
    }

    private void upload(byte[] bytes, Tensor part) {
        device.upload(MemorySegment.ofArray(bytes), part);
    }

    /** Sum over the ranks of {@code count} elements from element {@code from} on. */
    private static byte[] sum(Meeting.Message[] messages, DType type, long from, long count) {
        byte[] out = new byte[Math.toIntExact(count * type.bytes())];
        for (int i = 0; i < count; i++) {
            float sum = 0;
            for (int source = 0; source < messages.length; source++) {
                float value = get(messages[source].data(), type, from + i);
                sum = source == 0 ? value : sum + value;
            }
            set(out, type, i, sum);
        }
        return out;
    }

    private static float get(byte[] data, DType type, long index) {
        MemorySegment memory = MemorySegment.ofArray(data);
        long at = index * type.bytes();
        return switch (type) {
            case F32 -> memory.get(ValueLayout.JAVA_FLOAT_UNALIGNED, at);
            case BF16 -> Bfloat16.toFloat(memory.get(ValueLayout.JAVA_SHORT_UNALIGNED, at));
            case F16 -> Float.float16ToFloat(memory.get(ValueLayout.JAVA_SHORT_UNALIGNED, at));
            case I32, I8 -> throw new IllegalStateException("integers are refused before");
        };
    }

    private static void set(byte[] data, DType type, long index, float value) {
        MemorySegment memory = MemorySegment.ofArray(data);
        long at = index * type.bytes();
        switch (type) {
            case F32 -> memory.set(ValueLayout.JAVA_FLOAT_UNALIGNED, at, value);
            case BF16 -> memory.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, Bfloat16.fromFloat(value));
            case F16 -> memory.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, Float.floatToFloat16(value));
            case I32, I8 -> throw new IllegalStateException("integers are refused before");
        }
    }
}
