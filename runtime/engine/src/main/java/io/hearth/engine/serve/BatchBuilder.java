package io.hearth.engine.serve;

import io.hearth.engine.model.PagedBatch;
import java.util.List;
import java.util.stream.IntStream;

/** Lays the chunks of a step out as the arrays that the model takes. */
final class BatchBuilder {
    private BatchBuilder() {}

    /** @param chunks those of one adapter together, the base model's last */
    static PagedBatch build(List<Chunk> chunks, int blockSize) {
        int total = chunks.stream().mapToInt(Chunk::count).sum();
        int[] tokens = new int[total];
        int[] positions = new int[total];
        int[] slots = new int[total];
        int[] cuQ = new int[chunks.size() + 1];
        int[] kvLen = new int[chunks.size()];
        int[][] blockTables = new int[chunks.size()][];
        int[] adapterSlots = new int[chunks.size()];
        IntStream.Builder logitRows = IntStream.builder();
        int row = 0;
        for (int c = 0; c < chunks.size(); c++) {
            Chunk chunk = chunks.get(c);
            Sequence sequence = chunk.sequence();
            for (int i = 0; i < chunk.count(); i++, row++) {
                int position = chunk.from() + i;
                tokens[row] = sequence.token(position);
                positions[row] = position;
                slots[row] = sequence.slot(position, blockSize);
            }
            cuQ[c + 1] = row;
            kvLen[c] = chunk.from() + chunk.count();
            blockTables[c] = sequence.blocks().toArray();
            adapterSlots[c] = sequence.adapter();
            if (chunk.draws()) {
                logitRows.add(row - 1);
            }
        }
        return new PagedBatch(
                tokens,
                positions,
                slots,
                cuQ,
                kvLen,
                blockTables,
                adapterSlots,
                logitRows.build().toArray());
    }
}
