package io.hearth.engine.model;

import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.Kernels;
import io.hearth.device.LoraSegments;
import io.hearth.device.SeqLens;
import io.hearth.device.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Runs serving steps: owns the paged key-value cache, the places for a step's integers and the step's memory, all
 * allocated once.
 */
public final class PagedRunner implements AutoCloseable {
    private final LoadedModel model;
    private final boolean adapters;
    private final Device device;
    private final int blockSize;
    private final int maxBlocks;
    private final List<Tensor> owned = new ArrayList<>();
    private final List<Tensor> keys = new ArrayList<>();
    private final List<Tensor> values = new ArrayList<>();
    private final Tensor tokens;
    private final Tensor positions;
    private final Tensor slots;
    private final Tensor cuQ;
    private final Tensor kvLen;
    private final Tensor blockTable;
    private final Tensor segmentAdapters;
    private final Tensor segmentRows;
    private final Tensor logitRows;
    private final Tensor logits;
    private final StepMemory memory;

    /**
     * Allocates everything that steps within these bounds need.
     *
     * @param pool adapters, or null
     * @param blocks blocks of the cache
     * @param blockSize tokens in a block
     * @param maxTokens most new tokens in a step
     * @param maxSequences most sequences in a step, and most rows of logits
     * @param maxBlocksPerSequence longest block table
     * @throws io.hearth.device.DeviceException if the device has not enough memory
     */
    public PagedRunner(
            LoadedModel model,
            AdapterPool pool,
            int blocks,
            int blockSize,
            int maxTokens,
            int maxSequences,
            int maxBlocksPerSequence) {
        this.model = model;
        this.adapters = pool != null && pool.slots() > 0;
        this.device = model.device();
        this.blockSize = blockSize;
        this.maxBlocks = maxBlocksPerSequence;
        ModelConfig config = model.config();
        for (int layer = 0; layer < config.numHiddenLayers(); layer++) {
            keys.add(cache(config, blocks));
            values.add(cache(config, blocks));
        }
        this.tokens = own(DType.I32, maxTokens);
        this.positions = own(DType.I32, maxTokens);
        this.slots = own(DType.I32, maxTokens);
        this.cuQ = own(DType.I32, maxSequences + 1);
        this.kvLen = own(DType.I32, maxSequences);
        this.blockTable = own(DType.I32, (long) maxSequences * maxBlocks);
        this.segmentAdapters = own(DType.I32, maxSequences);
        this.segmentRows = own(DType.I32, maxSequences + 1);
        this.logitRows = own(DType.I32, maxSequences);
        this.logits = own(DType.F32, maxSequences, config.vocabSize());
        this.memory = StepMemory.allocate(device, plannedBytes(maxTokens, maxSequences));
    }

    /** Bytes that one block takes over all layers, keys and values. */
    public static long cacheBytesPerBlock(ModelConfig config, DType act, int blockSize) {
        return 2L * config.numHiddenLayers() * blockSize * config.keyValueWidth() * act.bytes();
    }

    private Tensor cache(ModelConfig config, int blocks) {
        return own(model.act(), blocks, blockSize, config.numKeyValueHeads(), config.headDim());
    }

    private Tensor own(DType type, long... shape) {
        Tensor tensor = device.allocate(type, shape);
        owned.add(tensor);
        return tensor;
    }

    /** Runs the largest step on a memory that only counts, with kernels that do nothing. */
    private long plannedBytes(int maxTokens, int maxSequences) {
        StepMemory measuring = StepMemory.measuring();
        int sequences = Math.min(maxTokens, maxSequences);
        int[] starts = new int[sequences + 1];
        int[] lengths = new int[sequences];
        for (int b = 0; b < sequences; b++) {
            starts[b + 1] = b + 1 == sequences ? maxTokens : b + 1;
            lengths[b] = starts[b + 1] - starts[b];
        }
        int[] wanted = new int[sequences];
        Arrays.setAll(wanted, b -> b);
        PagedBatch largest = new PagedBatch(
                new int[maxTokens],
                new int[maxTokens],
                new int[maxTokens],
                starts,
                lengths,
                new int[sequences][0],
                new int[sequences],
                wanted);
        forward(largest, measuring, device.plan().kernels());
        return measuring.peak();
    }

    /**
     * Runs one step: writes the new keys and values into the cache and returns logits.
     *
     * @return f32 [n, V] on the device, valid until the next call; may be overwritten
     */
    public Tensor logits(PagedBatch batch) {
        upload(batch);
        return forward(batch, memory, device.kernels());
    }

    private void upload(PagedBatch batch) {
        put(batch.tokens(), tokens);
        put(batch.positions(), positions);
        put(batch.slots(), slots);
        put(batch.logitRows(), logitRows);
        int sequences = batch.kvLen().length;
        int[] table = new int[sequences * maxBlocks];
        for (int b = 0; b < sequences; b++) {
            int[] row = batch.blockTables()[b];
            System.arraycopy(row, 0, table, b * maxBlocks, row.length);
        }
        put(table, blockTable);
    }

    private void put(int[] host, Tensor place) {
        device.upload(MemorySegment.ofArray(host), place.slice(0, host.length));
    }

    private Tensor forward(PagedBatch batch, StepMemory stack, Kernels kernels) {
        int count = batch.tokens().length;
        int sequences = batch.kvLen().length;
        int width = model.config().headDim();
        long mark = stack.mark();
        Tensor cos = stack.take(model.act(), count, width);
        Tensor sin = stack.take(model.act(), count, width);
        Decoder decoder = model.decoder();
        decoder.rotary(kernels, positions.slice(0, count), cos, sin);
        SeqLens lens = SeqLens.upload(device, batch.cuQ(), batch.kvLen(), cuQ, kvLen);
        Tensor table = blockTable.slice(0, (long) sequences * maxBlocks).reshape(sequences, maxBlocks);
        Step step = Step.on(kernels, model.act(), tokens.slice(0, count))
                .inference(stack)
                .rotary(cos, sin)
                .pattern(new AttentionPattern.Paged(lens, slots.slice(0, count), table, keys, values))
                .segments(adapters ? segments(batch) : null)
                .build();
        Tensor hidden = decoder.forward(step);
        int wanted = batch.logitRows().length;
        Tensor result = logits.rows(0, wanted);
        if (wanted > 0) {
            Tensor rows = stack.take(model.act(), wanted, hidden.cols());
            kernels.gatherRows(hidden, logitRows.slice(0, wanted), rows);
            decoder.head().logits(step, rows, result);
        }
        stack.release(mark);
        return result;
    }

    /** Runs of sequences with the same adapter become segments; null if no sequence uses one. */
    private LoraSegments segments(PagedBatch batch) {
        int[] slot = new int[batch.kvLen().length];
        int[] rows = new int[batch.kvLen().length + 1];
        int count = 0;
        for (int b = 0; b < batch.kvLen().length && batch.adapterSlots()[b] >= 0; b++) {
            if (count == 0 || slot[count - 1] != batch.adapterSlots()[b]) {
                slot[count++] = batch.adapterSlots()[b];
            }
            rows[count] = batch.cuQ()[b + 1];
        }
        if (count == 0) {
            return null;
        }
        int[] segmentSlots = Arrays.copyOf(slot, count);
        int[] cuRows = Arrays.copyOf(rows, count + 1);
        put(segmentSlots, segmentAdapters);
        put(cuRows, segmentRows);
        return new LoraSegments(segmentSlots, cuRows, segmentAdapters.slice(0, count), segmentRows.slice(0, count + 1));
    }

    @Override
    public void close() {
        memory.close();
        owned.forEach(tensor -> tensor.buffer().close());
    }
}
