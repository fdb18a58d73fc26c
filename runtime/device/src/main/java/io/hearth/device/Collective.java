package io.hearth.device;

/**
 * Exchange between the ranks of a job, one device each. Every rank makes the same calls in the same order with tensors of
 * the same type and size. Sums are made in a fixed order, so that results do not depend on who comes first.
 */
public interface Collective extends AutoCloseable {
    /** This participant's number, from 0. */
    int rank();

    /** Number of participants. */
    int size();

    /** Sums a contiguous tensor over all ranks, in place; f32, bf16 or f16 (added up in f32). */
    void allReduce(Tensor values);

    /**
     * Sums over all ranks and leaves each rank its part.
     *
     * @param all n * size elements
     * @param part n elements: number {@code rank} of the sum
     */
    void reduceScatter(Tensor all, Tensor part);

    /**
     * Gives every rank the parts of all.
     *
     * @param part n elements
     * @param all n * size elements, in rank order
     */
    void allGather(Tensor part, Tensor all);

    /** Copies a tensor of one rank to all. */
    void broadcast(Tensor values, int root);

    /** Sends a tensor to another rank, which receives it at the same time. */
    void send(Tensor values, int target);

    /** Receives a tensor from another rank. */
    void receive(Tensor values, int source);

    /** Leaves the group; calls of others that wait for this rank fail. */
    @Override
    void close();
}
