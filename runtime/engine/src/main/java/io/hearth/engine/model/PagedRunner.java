package io.hearth.engine.model;

import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.Kernels;
import io.hearth.device.LoraSegments;
import io.hearth.device.SeqLens;
import io.hearth.device.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Runs serving steps: owns the paged key-value cache, the places for a step's integers and the step's memory, all
 * allocated once.
 *
 * <p>On a device that records work, steps in which every sequence has one new token are padded to one of a few shapes and
 * queued as a whole. Padding writes to blocks of its own and attends to one token of them; nothing in such a step depends
 * on lengths that the host knows.
 */
public final class PagedRunner implements AutoCloseable {
    /** Recordings that are kept: the buckets that steady traffic walks through, a few times over. */
    private static final int MOST_RECORDINGS = 64;

    private final LoadedModel model;
    private final Device device;
    private final int blocks;
    private final int blockSize;
    private final DecodeBuckets buckets;
    private final boolean adapters;
    private final List<Tensor> owned = new ArrayList<>();
    private final List<Tensor> keys = new ArrayList<>();
    private final List<Tensor> values = new ArrayList<>();
    private final PagedInputs inputs;
    private final Tensor logits;
    private final StepMemory memory;
    private final RecordedSteps recorded;

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
        this.device = model.device();
        this.blocks = blocks;
        this.blockSize = blockSize;
        int slots = pool == null ? 0 : pool.slots();
        this.adapters = slots > 0;
        int decoding = Math.min(maxTokens, maxSequences);
        this.buckets = new DecodeBuckets(decoding, maxBlocksPerSequence, Math.min(slots, decoding));
        ModelConfig config = model.config();
        this.logits = own(DType.F32, maxSequences, config.vocabSize());
        boolean records =
                RecordedSteps.possibleOn(device, () -> device.kernels().fill(logits, 0));
        this.recorded = records ? new RecordedSteps(device, MOST_RECORDINGS) : null;
        int all = blocks + (records ? Math.ceilDiv(buckets.mostPadding(), blockSize) : 0);
        for (int layer = 0; layer < config.numHiddenLayers(); layer++) {
            keys.add(cache(config, all));
            values.add(cache(config, all));
        }
        this.inputs = new PagedInputs(
                device,
                new PagedInputs.Shape(maxTokens, maxSequences, maxBlocksPerSequence, maxSequences, maxSequences));
        this.memory = StepMemory.allocate(device, plannedBytes(maxTokens, decoding));
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
    private long plannedBytes(int maxTokens, int sequences) {
        StepMemory measuring = StepMemory.measuring();
        int[] starts = new int[sequences + 1];
        int[] lengths = new int[sequences];
        for (int b = 0; b < sequences; b++) {
            starts[b + 1] = b + 1 == sequences ? maxTokens : b + 1;
            lengths[b] = starts[b + 1] - starts[b];
        }
        AdapterRuns runs = adapters ? AdapterRuns.upperBound(1, maxTokens) : AdapterRuns.NONE;
        PagedInputs.Placed places =
                inputs.at(new PagedInputs.Shape(maxTokens, sequences, buckets.maxBlocks(), runs.count(), sequences));
        SeqLens lens = SeqLens.of(starts, lengths, places.cuQ(), places.kvLen());
        forward(
                places,
                lens,
                places.segments(runs),
                false,
                measuring,
                device.plan().kernels());
        return measuring.peak();
    }

    /**
     * Queues one step: writes the new keys and values into the cache and makes logits.
     *
     * @return f32 [n, V] on the device, valid until the next call; may be overwritten
     */
    public Tensor logits(PagedBatch batch) {
        if (recorded != null && batch.decodes()) {
            decode(batch);
        } else {
            direct(batch);
        }
        return logits.rows(0, batch.logitRows().length);
    }

    private void direct(PagedBatch batch) {
        AdapterRuns runs = adapters ? AdapterRuns.of(batch) : AdapterRuns.NONE;
        PagedInputs.Placed places = inputs.upload(
                batch,
                runs,
                new PagedInputs.Shape(
                        batch.tokens().length,
                        batch.sequences(),
                        Math.ceilDiv(batch.maxKv(), blockSize),
                        runs.count(),
                        batch.logitRows().length));
        SeqLens lens = SeqLens.of(batch.cuQ(), batch.kvLen(), places.cuQ(), places.kvLen());
        forward(places, lens, places.segments(runs), batch.decodes(), memory, device.kernels());
    }

    /** What the host says of lengths and segments is the same for all steps of a shape: upper bounds. */
    private void decode(PagedBatch batch) {
        AdapterRuns runs = adapters ? AdapterRuns.of(batch) : AdapterRuns.NONE;
        int rows = buckets.sequences(batch.sequences());
        PagedInputs.Shape shape = new PagedInputs.Shape(
                rows,
                rows,
                buckets.blocks(Math.ceilDiv(batch.maxKv(), blockSize)),
                buckets.adapters(runs.count()),
                rows);
        PagedBatch padded = batch.padded(rows, blocks, blockSize);
        PagedInputs.Placed places = inputs.upload(padded, runs.padded(shape.segments()), shape);
        int[] longest = new int[rows];
        Arrays.fill(longest, shape.columns() * blockSize);
        SeqLens lens = SeqLens.of(padded.cuQ(), longest, places.cuQ(), places.kvLen());
        LoraSegments segments = places.segments(AdapterRuns.upperBound(shape.segments(), rows));
        recorded.run(shape, () -> forward(places, lens, segments, true, memory, device.kernels()));
    }

    /** @param everyRow whether the logits of every row are wanted */
    private void forward(
            PagedInputs.Placed places,
            SeqLens lens,
            LoraSegments segments,
            boolean everyRow,
            StepMemory stack,
            Kernels kernels) {
        long mark = stack.mark();
        try {
            int count = places.tokens().cols();
            Tensor cos = stack.take(model.act(), count, model.config().headDim());
            Tensor sin = stack.take(model.act(), count, model.config().headDim());
            Decoder decoder = model.decoder();
            decoder.rotary(kernels, places.positions(), cos, sin);
            Step step = Step.on(kernels, model.act(), places.tokens())
                    .inference(stack)
                    .rotary(cos, sin)
                    .pattern(new AttentionPattern.Paged(lens, places.slots(), places.blockTable(), keys, values))
                    .segments(segments)
                    .build();
            Tensor hidden = decoder.forward(step);
            int wanted = places.logitRows().cols();
            if (everyRow) {
                decoder.head().logits(step, hidden, logits.rows(0, wanted));
            } else if (wanted > 0) {
                Tensor rows = stack.take(model.act(), wanted, hidden.cols());
                kernels.gatherRows(hidden, places.logitRows(), rows);
                decoder.head().logits(step, rows, logits.rows(0, wanted));
            }
        } finally {
            stack.release(mark);
        }
    }

    @Override
    public void close() {
        if (recorded != null) {
            recorded.close();
        }
        memory.close();
        inputs.close();
        owned.forEach(tensor -> tensor.buffer().close());
    }
}
