package io.hearth.device.ascend.hccl;

import io.hearth.device.CheckedCollective;
import io.hearth.device.Collective;
import io.hearth.device.Device;
import io.hearth.device.DeviceException;
import io.hearth.device.ExchangeLink;
import io.hearth.device.ExchangeWatch;
import io.hearth.device.RankLostException;
import io.hearth.device.Rendezvous;
import io.hearth.device.Tensor;
import io.hearth.device.WideSums;
import io.hearth.device.ascend.card.Event;
import io.hearth.device.ascend.card.Guard;
import io.hearth.device.ascend.card.Stream;
import java.time.Duration;

/**
 * Exchange between Ascend cards by HCCL, one process for each rank. Calls are queued on the card's stream like kernels and
 * return before they are done; only the first ones wait for the other ranks, until HCCL's connections are made.
 *
 * <p>A failure is told by the next call, and to whoever waits for the stream. HCCL cannot take back what is queued: unlike
 * after a failure of a kernel, the stream is of no use any more, and everything that would wait for it fails with the same
 * sentence.
 *
 * <p>Sums are made in an order that HCCL keeps to (HCCL_DETERMINISTIC, which is set unless the environment says otherwise); for
 * 16-bit types and more than two ranks in f32.
 */
public final class HcclCollective implements Collective {
    private static final Duration LEAVING = Duration.ofSeconds(5);

    /** Codes of {@code HcclDataType}, which are not those of {@code aclDataType}. */
    private static final int INT8 = 0;

    private static final int FP16 = 3;
    private static final int FP32 = 4;
    private static final int BFP16 = 11;
    private static final int SUM = 0;

    private final Stream stream;
    private final Rendezvous rendezvous;
    private final int rank;
    private final int size;
    private final HcclCommunicator communicator;
    private final ExchangeWatch watch;

    private HcclCollective(
            HcclLibrary library,
            Stream stream,
            Rendezvous rendezvous,
            byte[] id,
            int rank,
            int size,
            Duration patience) {
        this.stream = stream;
        this.rendezvous = rendezvous;
        this.rank = rank;
        this.size = size;
        communicator = new HcclCommunicator(library, stream.card(), rank);
        watch = new ExchangeWatch("HCCL", communicator, rendezvous, () -> new Mark(stream.mark()), rank, patience);
        stream.guard(new Guard() {
            @Override
            public void check() {
                watch.check();
            }

            @Override
            public RuntimeException explain(RuntimeException failure) {
                return watch.explain(failure);
            }
        });
        try {
            watch.perform("joining the group", null, () -> {
                communicator.join(id, rank, size);
                return true;
            });
        } catch (DeviceException e) {
            close();
            throw e;
        }
    }

    /**
     * Joins a group, together with all its other ranks; {@link ExchangeWatch} says what happens when one of them is lost.
     *
     * @param stream the device's
     * @param rendezvous belongs to the group from now on
     * @param rank number of this process, from 0
     * @param size number of ranks
     * @param patience how long the other ranks may take to come to an exchange, and to the group
     * @throws DeviceException with a sentence if HCCL is not there, or the others do not come
     */
    public static Collective join(
            Device device, Stream stream, Rendezvous rendezvous, int rank, int size, Duration patience) {
        if (rank < 0 || rank >= size) {
            throw new IllegalArgumentException("there is no rank " + rank + " in a group of " + size);
        }
        try {
            HcclLibrary library = HcclLibrary.of(stream.card().acl().libraries());
            stream.card().bind();
            byte[] id = rendezvous.enter(rank, size, () -> HcclCommunicator.makeId(library), patience);
            Collective hccl = new HcclCollective(library, stream, rendezvous, id, rank, size, patience);
            return new CheckedCollective(new WideSums(device, hccl));
        } catch (RuntimeException e) {
            rendezvous.close();
            throw e;
        }
    }

    /** A mark of the card's, for the watch. */
    private record Mark(Event event) implements ExchangeLink.Mark {
        @Override
        public void record() {
            event.record();
        }

        @Override
        public boolean isReached() {
            return event.isReached();
        }

        @Override
        public void close() {
            event.close();
        }
    }

    @Override
    public int rank() {
        return rank;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public void allReduce(Tensor values) {
        long at = values.address();
        queue(
                "allReduce",
                values,
                handle -> ExchangeCalls.HcclAllReduce(
                        at, at, values.elements(), type(values), SUM, handle, stream.handle()));
    }

    @Override
    public void reduceScatter(Tensor all, Tensor part) {
        queue(
                "reduceScatter",
                all,
                handle -> ExchangeCalls.HcclReduceScatter(
                        all.address(), part.address(), part.elements(), type(all), SUM, handle, stream.handle()));
    }

    @Override
    public void allGather(Tensor part, Tensor all) {
        queue(
                "allGather",
                part,
                handle -> ExchangeCalls.HcclAllGather(
                        part.address(), all.address(), part.bytes(), INT8, handle, stream.handle()));
    }

    @Override
    public void broadcast(Tensor values, int root) {
        queue(
                "broadcast",
                values,
                handle -> ExchangeCalls.HcclBroadcast(
                        values.address(), values.bytes(), INT8, root, handle, stream.handle()));
    }

    @Override
    public void send(Tensor values, int target) {
        queue(
                "send",
                values,
                handle -> ExchangeCalls.HcclSend(
                        values.address(), values.bytes(), INT8, target, handle, stream.handle()));
    }

    @Override
    public void receive(Tensor values, int source) {
        queue(
                "receive",
                values,
                handle -> ExchangeCalls.HcclRecv(
                        values.address(), values.bytes(), INT8, source, handle, stream.handle()));
    }

    private void queue(String name, Tensor values, HcclCommunicator.Call call) {
        if (stream.recording()) {
            throw new DeviceException("An exchange between cards cannot be recorded.");
        }
        if (values.elements() > 0) {
            stream.queueing();
            watch.perform(name, values, () -> {
                communicator.call(call);
                return true;
            });
        }
    }

    private static int type(Tensor values) {
        return switch (values.type()) {
            case F32 -> FP32;
            case BF16 -> BFP16;
            case F16 -> FP16;
            case I32, I8 -> throw new IllegalStateException("integers are refused before");
        };
    }

    /** Finishes what is queued, and leaves. Exchanges of others that wait for this rank fail. */
    @Override
    public void close() {
        boolean whole = finish();
        watch.close();
        rendezvous.close();
        communicator.leave(LEAVING);
        if (whole) {
            stream.guard(() -> {});
        }
    }

    /** Whether everything that was queued is done. Where it is not, the guard stays: the stream will never come to its end. */
    private boolean finish() {
        try {
            stream.synchronize();
            return true;
        } catch (RankLostException e) {
            return false;
        } catch (DeviceException e) {
            // A failure of the card's own; the calls before have told, or will never be asked.
            return true;
        }
    }
}
