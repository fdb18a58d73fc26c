package io.hearth.engine.model;

import java.util.Arrays;

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
 * @param logitRows places in {@code tokens} whose logits are wanted, ascending, [n]
 */
public record PagedBatch(
        int[] tokens,
        int[] positions,
        int[] slots,
        int[] cuQ,
        int[] kvLen,
        int[][] blockTables,
        int[] adapterSlots,
        int[] logitRows) {
    int sequences() {
        return kvLen.length;
    }

    int maxKv() {
        return Arrays.stream(kvLen).max().orElse(0);
    }

    /** Whether every sequence has one new token and wants its logits. */
    boolean decodes() {
        return tokens.length == sequences() && logitRows.length == sequences();
    }

    /**
     * A decoding step with more sequences behind its own: of one token each, without an adapter, with blocks that belong
     * to nobody.
     *
     * @param rows sequences afterwards
     * @param trash first of the blocks that belong to nobody; enough of them for one slot per added sequence
     */
    PagedBatch padded(int rows, int trash, int blockSize) {
        int own = sequences();
        int[] slots = Arrays.copyOf(this.slots, rows);
        int[] cuQ = new int[rows + 1];
        int[] kvLen = Arrays.copyOf(this.kvLen, rows);
        int[][] blockTables = Arrays.copyOf(this.blockTables, rows);
        int[] adapterSlots = Arrays.copyOf(this.adapterSlots, rows);
        int[] logitRows = new int[rows];
        for (int b = 0; b < rows; b++) {
            cuQ[b + 1] = b + 1;
            logitRows[b] = b;
        }
        for (int b = own; b < rows; b++) {
            int block = trash + (b - own) / blockSize;
            slots[b] = block * blockSize + (b - own) % blockSize;
            kvLen[b] = 1;
            blockTables[b] = new int[] {block};
            adapterSlots[b] = -1;
        }
        return new PagedBatch(
                Arrays.copyOf(tokens, rows),
                Arrays.copyOf(positions, rows),
                slots,
                cuQ,
                kvLen,
                blockTables,
                adapterSlots,
                logitRows);
    }
}
