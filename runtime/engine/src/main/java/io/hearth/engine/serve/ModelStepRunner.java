package io.hearth.engine.serve;

import io.hearth.device.Tensor;
import io.hearth.engine.model.AdapterPool;
import io.hearth.engine.model.LoadedModel;
import io.hearth.engine.model.PagedBatch;
import io.hearth.engine.model.PagedRunner;
import java.util.List;

/** Runs steps on a model: lays the batch out, computes its logits, draws the tokens. */
public final class ModelStepRunner implements StepRunner {
    private static final int[] NONE = {};

    private final int blockSize;
    private final PagedRunner runner;
    private final Sampler sampler;

    /**
     * Allocates the cache and everything that a step needs.
     *
     * @param adapters beside the model, or null; belongs to the caller like the model
     * @param limits bounds of every step
     * @throws io.hearth.device.DeviceException if the device has not enough memory
     */
    public ModelStepRunner(LoadedModel model, AdapterPool adapters, EngineLimits limits) {
        this.blockSize = limits.blockSize();
        this.runner = new PagedRunner(
                model,
                adapters,
                limits.blocks(),
                blockSize,
                limits.maxBatchTokens(),
                limits.maxSequences(),
                Math.ceilDiv(limits.contextLength(), blockSize));
        this.sampler = new Sampler(model.device(), limits.maxSequences());
    }

    @Override
    public int[] run(List<Chunk> chunks) {
        PagedBatch batch = BatchBuilder.build(chunks, blockSize);
        List<Sequence> drawing =
                chunks.stream().filter(Chunk::draws).map(Chunk::sequence).toList();
        Tensor logits = runner.logits(batch);
        return drawing.isEmpty() ? NONE : sampler.draw(logits, drawing);
    }

    @Override
    public void close() {
        sampler.close();
        runner.close();
    }
}
