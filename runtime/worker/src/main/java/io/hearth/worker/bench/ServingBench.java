package io.hearth.worker.bench;

import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.Tensor;
import io.hearth.engine.model.LoadedModel;
import io.hearth.engine.model.PagedBatch;
import io.hearth.engine.model.PagedRunner;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Steps of the server without the server: a prompt, and single tokens for some sequences at once. */
final class ServingBench implements AutoCloseable {
    private static final int BLOCK_SIZE = 128;

    private final LoadedModel model;
    private final Device device;
    private final PagedRunner runner;
    private final int blocksPerSequence;
    private final Tensor best;
    private final int[] host;

    /**
     * @param maxSequences most sequences of a step
     * @param maxContext longest sequence
     */
    ServingBench(LoadedModel model, int maxSequences, int maxContext) {
        this.model = model;
        this.device = model.device();
        this.blocksPerSequence = (maxContext + BLOCK_SIZE - 1) / BLOCK_SIZE;
        int maxTokens = Math.max(maxContext, maxSequences);
        this.runner = new PagedRunner(
                model, null, maxSequences * blocksPerSequence, BLOCK_SIZE, maxTokens, maxSequences, blocksPerSequence);
        this.best = device.allocate(DType.I32, maxSequences);
        this.host = new int[maxSequences];
    }

    /** A prompt of so many tokens, and the likeliest next one. */
    void prefill(int tokens) {
        prefill(0, tokens);
    }

    /** A prompt of so many tokens for each sequence, so that what decoding then reads of the cache are numbers, not zeros. */
    void fill(int sequences, int context) {
        for (int sequence = 0; sequence < sequences; sequence++) {
            prefill(sequence, context);
        }
    }

    private void prefill(int sequence, int tokens) {
        int[] rows = {tokens - 1};
        step(batch(sequence, 1, 0, tokens, rows), 1);
    }

    /** The likeliest next token of each sequence, whose context ends with the one that is fed. */
    void decode(int sequences, int context) {
        int[] rows = new int[sequences];
        Arrays.setAll(rows, b -> b);
        step(batch(0, sequences, context - 1, 1, rows), sequences);
    }

    private void step(PagedBatch batch, int sequences) {
        Tensor chosen = best.slice(0, sequences);
        device.kernels().argmax(runner.logits(batch), chosen);
        device.download(chosen, MemorySegment.ofArray(host).asSlice(0, 4L * sequences));
    }

    private PagedBatch batch(int firstSequence, int sequences, int cached, int fresh, int[] logitRows) {
        int tokens = sequences * fresh;
        int[] ids = new int[tokens];
        int[] positions = new int[tokens];
        int[] slots = new int[tokens];
        int[] cuQ = new int[sequences + 1];
        int[] kvLen = new int[sequences];
        int[][] tables = new int[sequences][blocksPerSequence];
        int[] adapters = new int[sequences];
        Arrays.fill(adapters, -1);
        for (int b = 0; b < sequences; b++) {
            int first = (firstSequence + b) * blocksPerSequence;
            Arrays.setAll(tables[b], block -> first + block);
            for (int t = 0; t < fresh; t++) {
                int at = b * fresh + t;
                ids[at] = (31 * at + 7) % model.config().vocabSize();
                positions[at] = cached + t;
                slots[at] = first * BLOCK_SIZE + cached + t;
            }
            cuQ[b + 1] = (b + 1) * fresh;
            kvLen[b] = cached + fresh;
        }
        return new PagedBatch(ids, positions, slots, cuQ, kvLen, tables, adapters, logitRows);
    }

    @Override
    public void close() {
        runner.close();
        best.buffer().close();
    }
}
