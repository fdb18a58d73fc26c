package io.hearth.device;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Optional;

/**
 * The runtime's handle on one card.
 *
 * <p>A device has one stream. Kernels and copies are queued on it in call order; only {@link #synchronize}, {@link
 * #download} and the reading of host memory after them wait. A device is used by one thread at a time: the worker's
 * compute thread. The same calls with the same inputs on the same device give the same bits.
 */
public interface Device extends AutoCloseable {
    DeviceInfo info();

    /**
     * Allocates memory, filled with zeros.
     *
     * @throws DeviceException if the card has not that much left; the sentence says how much was asked for and is free
     */
    DeviceBuffer allocate(long bytes);

    /** Allocates a buffer for one tensor; {@link Tensor#buffer()} is its owner. */
    default Tensor allocate(DType type, long... shape) {
        long elements = 1;
        for (long dimension : shape) {
            elements = Math.multiplyExact(elements, dimension);
        }
        return Tensor.of(allocate(Math.max(1, elements * type.bytes())), 0, type, shape);
    }

    Kernels kernels();

    /**
     * Whether activations and weights of this type are computed with. Every device supports f32, so that the goldens can
     * be checked; a device that lacks bf16 says so here.
     */
    boolean supports(DType type);

    /**
     * Copies host memory into a contiguous tensor. The source may be changed as soon as this returns.
     *
     * @throws IllegalArgumentException if the sizes differ
     */
    void upload(MemorySegment source, Tensor target);

    /**
     * Waits for the stream and copies a contiguous tensor to host memory.
     *
     * @throws IllegalArgumentException if the sizes differ
     */
    void download(Tensor source, MemorySegment target);

    /** Waits until everything queued so far is done. */
    void synchronize();

    /**
     * A copy of a weight matrix laid out for {@link Kernels#linear} (packed, or in a fractal format). Takes memory of its
     * own, or none where the plain layout is already the best.
     *
     * @param weight [out, in], f32, bf16 or f16
     */
    PreparedWeight prepareWeight(Tensor weight);

    /**
     * Number of f32 elements that {@link Kernels#attention} needs in {@code stats} to keep softmax statistics for the
     * gradient: one per token and head on most devices, sixteen on Ascend.
     */
    long attentionStatsElements(int tokens, int heads);

    /**
     * A device of the same kind that only counts: its buffers hold nothing, its kernels do nothing. Code that runs on it
     * learns how much memory it needs at its peak, workspace included.
     */
    PlanningDevice plan();

    /**
     * Records work, so that it can be queued again at the cost of one call (a CUDA graph). The work calls {@link #kernels()}
     * and nothing else of the device: while it is recorded nothing is computed, and uploads, downloads, synchronisation,
     * allocation and another recording are refused. Work that was queued before is not part of it, nor waited for.
     *
     * @param work queues the kernels; runs once within this call, on the calling thread
     * @return what was recorded, or empty, without having run the work, where the device cannot record
     * @throws DeviceException if the device could not record the work; it can be used as before, and the work can be run
     *     directly
     */
    default Optional<RecordedWork> record(Runnable work) {
        return Optional.empty();
    }

    /**
     * Joins a group of ranks, together with all its others: NCCL or HCCL on cards, which must be of one kind and each another
     * one; by default host memory and sockets on this machine ({@link HostCollective}).
     *
     * @param rendezvous belongs to the group from now on
     * @param rank number of this process, from 0
     * @param size number of ranks
     * @param patience how long the other ranks may take to come to an exchange, and to the group
     * @throws RankLostException with a sentence if the others do not come
     * @throws DeviceException with a sentence if this device cannot exchange
     */
    default Collective join(Rendezvous rendezvous, int rank, int size, Duration patience) {
        return HostCollective.join(this, rendezvous, rank, size, patience);
    }

    @Override
    void close();
}
