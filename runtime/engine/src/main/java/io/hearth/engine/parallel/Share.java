package io.hearth.engine.parallel;

import io.hearth.engine.model.PackedBatch;
import java.util.ArrayList;
import java.util.List;

/**
 * What one rank computes of the micro-batches of a step. All shares together are the step, each row once; the weights of the
 * loss stay those of the whole step, so that sums over the ranks are what one card would have computed.
 *
 * <p>If the micro-batches can be dealt out evenly they stay whole. Else the rows of the step are cut into one run for each
 * rank, with about as many tokens each; a rank may be left without any.
 */
public final class Share {
    private Share() {}

    /**
     * A part of a micro-batch.
     *
     * @param microBatch number of the micro-batch in the step
     * @param firstToken place of the part's first token in the micro-batch
     * @param batch the part
     */
    public record Part(int microBatch, int firstToken, PackedBatch batch) {}

    /** The parts of a rank, in the order of the step. */
    public static List<Part> of(List<PackedBatch> microBatches, int rank, int size) {
        int count = microBatches.size();
        if (count % size == 0) {
            List<Part> parts = new ArrayList<>();
            for (int i = rank * (count / size); i < (rank + 1) * (count / size); i++) {
                parts.add(new Part(i, 0, microBatches.get(i)));
            }
            return parts;
        }
        return cut(microBatches, rank, size);
    }

    /** A row belongs to the rank in whose part of the tokens its middle lies. */
    private static List<Part> cut(List<PackedBatch> microBatches, int rank, int size) {
        long tokens = microBatches.stream().mapToLong(PackedBatch::tokens).sum();
        List<Part> parts = new ArrayList<>();
        long before = 0;
        for (int i = 0; i < microBatches.size(); i++) {
            PackedBatch batch = microBatches.get(i);
            int from = 0;
            while (from < batch.rows() && owner(before, batch, from, tokens, size) < rank) {
                from++;
            }
            int to = from;
            while (to < batch.rows() && owner(before, batch, to, tokens, size) == rank) {
                to++;
            }
            if (to > from) {
                parts.add(new Part(i, batch.cuRows()[from], batch.part(from, to)));
            }
            before += batch.tokens();
        }
        return parts;
    }

    private static int owner(long before, PackedBatch batch, int row, long tokens, int size) {
        long twiceMiddle = 2 * before + batch.cuRows()[row] + batch.cuRows()[row + 1];
        return (int) Math.min(size - 1, twiceMiddle * size / (2 * tokens));
    }
}
