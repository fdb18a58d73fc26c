package io.hearth.device;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Token ids of a batch grouped by value, so that {@link Kernels#embeddingGrad} can add up each row of the table in a
 * fixed order and without atomics. Made on the host once per batch.
 *
 * @param order positions in the batch, sorted by id and then by position, i32[T]
 * @param starts where each distinct id begins in {@code order}, with T at the end, i32[U+1]
 * @param ids the distinct ids, i32[U]
 * @param distinct U
 */
public record SortedIds(Tensor order, Tensor starts, Tensor ids, int distinct) {
    /**
     * The same on the host.
     *
     * @param order see {@link SortedIds#order()}
     * @param starts see {@link SortedIds#starts()}
     * @param ids see {@link SortedIds#ids()}
     */
    public record Host(int[] order, int[] starts, int[] ids) {}

    /** Groups token ids on the host. */
    public static Host group(int[] tokens) {
        int[] order = IntStream.range(0, tokens.length)
                .boxed()
                .sorted(Comparator.comparingInt((Integer t) -> tokens[t]).thenComparingInt(t -> t))
                .mapToInt(Integer::intValue)
                .toArray();
        int[] starts = new int[tokens.length + 1];
        int[] ids = new int[tokens.length];
        int distinct = 0;
        for (int i = 0; i < order.length; i++) {
            if (i == 0 || tokens[order[i]] != tokens[order[i - 1]]) {
                starts[distinct] = i;
                ids[distinct++] = tokens[order[i]];
            }
        }
        starts[distinct] = order.length;
        return new Host(order, Arrays.copyOf(starts, distinct + 1), Arrays.copyOf(ids, distinct));
    }
}
