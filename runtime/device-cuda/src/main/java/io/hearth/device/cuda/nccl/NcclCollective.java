package io.hearth.device.cuda.nccl;

import io.hearth.device.CheckedCollective;
import io.hearth.device.Collective;
import io.hearth.device.Device;
import io.hearth.device.DeviceException;
import io.hearth.device.ExchangeWatch;
import io.hearth.device.Rendezvous;
import io.hearth.device.Tensor;
import io.hearth.device.WideSums;
import io.hearth.device.cuda.driver.Stream;
import io.hearth.device.cuda.library.CardAddress;
import io.hearth.device.cuda.library.NvidiaLibraries;
import io.hearth.device.cuda.library.Presets;
import java.time.Duration;
import java.util.List;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.global.nccl;

/**
 * Exchange between NVIDIA cards by NCCL, one process for each rank. Calls are queued on the card's stream like kernels and
 * return before they are done; only the first ones wait for the other ranks, until NCCL's connections are made.
 *
 * <p>A failure is told by the next call, and to whoever waits for the stream: {@link Device#synchronize} and {@link
 * Device#download} throw a {@link DeviceException} then. The group is of no use afterwards; the device goes on.
 *
 * <p>Sums of 16-bit types over more than two ranks are made in f32, since NCCL would round each time it adds. They, and all
 * sums, have the same bits whenever the same ranks on the same cards and links repeat them.
 */
public final class NcclCollective implements Collective {
    private static final List<String> LIBRARIES = List.of("libcudart.so." + NvidiaLibraries.CUDA_MAJOR, "libnccl.so.2");

    private static final Duration LEAVING = Duration.ofSeconds(5);

    private final Stream stream;
    private final Rendezvous rendezvous;
    private final int rank;
    private final int size;
    private final Communicator communicator;
    private final ExchangeWatch watch;
    private final CUstream_st queue;
    private final CardAddress source = new CardAddress();
    private final CardAddress target = new CardAddress();

    private NcclCollective(Stream stream, Rendezvous rendezvous, byte[] id, int rank, int size, Duration patience) {
        this.stream = stream;
        this.rendezvous = rendezvous;
        this.rank = rank;
        this.size = size;
        queue = new CUstream_st(new CardAddress().at(stream.handle()));
        stream.context().enter();
        communicator = new Communicator(id, rank, size);
        watch = new ExchangeWatch(
                "NCCL", communicator, rendezvous, () -> new StreamMark(stream.mark()), rank, patience);
        stream.guard(watch::check);
        try {
            watch.perform("joining the group", null, () -> communicator.call(handle -> Communicator.UNDER_WAY));
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
     * @throws DeviceException with a sentence if NCCL is not there, or the others do not come
     */
    public static Collective join(
            Device device,
            Stream stream,
            NvidiaLibraries libraries,
            Rendezvous rendezvous,
            int rank,
            int size,
            Duration patience) {
        if (rank < 0 || rank >= size) {
            throw new IllegalArgumentException("there is no rank " + rank + " in a group of " + size);
        }
        try {
            return new CheckedCollective(Presets.open(libraries, LIBRARIES, () -> {
                byte[] id = rendezvous.enter(rank, size, Communicator::makeId, patience);
                return new WideSums(device, new NcclCollective(stream, rendezvous, id, rank, size, patience));
            }));
        } catch (RuntimeException e) {
            rendezvous.close();
            throw e;
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
        queue(
                "allReduce",
                values,
                handle -> nccl.ncclAllReduce(
                        source.at(values.address()),
                        target.at(values.address()),
                        values.elements(),
                        type(values),
                        nccl.ncclSum,
                        handle,
                        queue));
    }

    @Override
    public void reduceScatter(Tensor all, Tensor part) {
        queue(
                "reduceScatter",
                all,
                handle -> nccl.ncclReduceScatter(
                        source.at(all.address()),
                        target.at(part.address()),
                        part.elements(),
                        type(all),
                        nccl.ncclSum,
                        handle,
                        queue));
    }

    @Override
    public void allGather(Tensor part, Tensor all) {
        queue(
                "allGather",
                part,
                handle -> nccl.ncclAllGather(
                        source.at(part.address()),
                        target.at(all.address()),
                        part.bytes(),
                        nccl.ncclInt8,
                        handle,
                        queue));
    }

    @Override
    public void broadcast(Tensor values, int root) {
        queue(
                "broadcast",
                values,
                handle -> nccl.ncclBroadcast(
                        source.at(values.address()),
                        target.at(values.address()),
                        values.bytes(),
                        nccl.ncclInt8,
                        root,
                        handle,
                        queue));
    }

    @Override
    public void send(Tensor values, int to) {
        queue(
                "send",
                values,
                handle -> nccl.ncclSend(source.at(values.address()), values.bytes(), nccl.ncclInt8, to, handle, queue));
    }

    @Override
    public void receive(Tensor values, int from) {
        queue(
                "receive",
                values,
                handle ->
                        nccl.ncclRecv(target.at(values.address()), values.bytes(), nccl.ncclInt8, from, handle, queue));
    }

    private void queue(String name, Tensor values, Communicator.Call call) {
        if (stream.recording()) {
            throw new DeviceException("An exchange between cards cannot be recorded.");
        }
        if (values.elements() > 0) {
            stream.context().enter();
            watch.perform(name, values, () -> communicator.call(call));
        }
    }

    private static int type(Tensor values) {
        return switch (values.type()) {
            case F32 -> nccl.ncclFloat32;
            case BF16 -> nccl.ncclBfloat16;
            case F16 -> nccl.ncclFloat16;
            case I32, I8 -> throw new IllegalStateException("integers are refused before");
        };
    }

    /** Finishes what is queued, and leaves. Exchanges of others that wait for this rank fail. */
    @Override
    public void close() {
        try {
            stream.synchronize();
        } catch (DeviceException e) {
            // The calls before have told, or will never be asked; to leave is all that is left to do.
        }
        stream.guard(() -> {});
        watch.close();
        rendezvous.close();
        communicator.leave(LEAVING);
    }
}
