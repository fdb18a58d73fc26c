package io.hearth.engine.model;

/**
 * One serving step as host arrays: the new tokens of some sequences, one after the other. Sequences with the same adapter
 * stand together, slots ascending; those that use the base model alone come last.
 *
 * @param tokens new tokens of all sequences, [T]
 * @param positions place of each in its sequence, [T]
 * @param slots place of each in the cache: block * blockSize + offset, [T], distinct
 * @param cuQ where each sequence begins, with T at the end, [B+1]
 * @param kvLen tokens in each sequence's cache, new ones included, [B]
 * @param blockTables blocks of each sequence, [B][...]
 * @param adapterSlots adapter of each sequence in the pool, -1 for none, [B]
 * @param logitRows places in {@code tokens} whose logits are wanted, [n]
 */
public record PagedBatch(
        int[] tokens,
        int[] positions,
        int[] slots,
        int[] cuQ,
        int[] kvLen,
        int[][] blockTables,
        int[] adapterSlots,
        int[] logitRows) {}
