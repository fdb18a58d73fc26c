package io.hearth.engine.train;

import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.Kernels;
import io.hearth.device.Tensor;
import io.hearth.engine.model.AttentionPattern;
import io.hearth.engine.model.Decoder;
import io.hearth.engine.model.LoadedModel;
import io.hearth.engine.model.PackedBatch;
import io.hearth.engine.model.PackedInputs;
import io.hearth.engine.model.ParameterArena;
import io.hearth.engine.model.Step;
import io.hearth.engine.model.StepMemory;
import io.hearth.engine.parallel.Ranks;
import io.hearth.engine.parallel.Share;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Runs optimiser steps and evaluations on a device. Everything is allocated when it is made; a step allocates nothing.
 *
 * <p>With several ranks, each computes the gradients of its share of a step; the sum over the ranks is what each takes its
 * step with.
 *
 * <p>The same weights, optimiser state and batches give the same bits.
 */
public final class Trainer implements AutoCloseable {
    /** Weights that are compared between the ranks at a time. */
    private static final long COMPARED = 1 << 20;

    private final LoadedModel model;
    private final Device device;
    private final Ranks ranks;
    private final ParameterArena trained;
    private final AdamW optimizer;
    private final double maxGradNorm;
    private final long seed;
    private final boolean embeddingTrained;
    private final PackedInputs inputs;
    private final StepMemory kept;
    private final StepMemory scratch;
    private final List<Tensor> owned = new ArrayList<>();
    private final Tensor lossSum;
    private final Tensor nll;
    private final Tensor squaredNorm;
    private final Tensor coefficient;

    /**
     * What a step did.
     *
     * @param loss sum of the micro-batches' weighted losses: the mean over counted tokens if weights add up to 1
     * @param gradNorm norm of the gradient before clipping
     */
    public record Result(double loss, double gradNorm) {
        /** Whether training can go on from here. */
        public boolean isFinite() {
            return Double.isFinite(loss) && Double.isFinite(gradNorm);
        }
    }

    /**
     * @param trained the model's own arena for full training, an adapter's for LoRA; it has gradients
     * @param maxGradNorm gradients are scaled down to this norm; 0 = never
     * @param seed for dropout
     * @param maxTokens most tokens of a micro-batch
     * @throws io.hearth.device.DeviceException if the device has not enough memory
     */
    public Trainer(
            LoadedModel model,
            ParameterArena trained,
            AdamW.Settings settings,
            double maxGradNorm,
            long seed,
            int maxTokens) {
        this(model, trained, settings, maxGradNorm, seed, maxTokens, Ranks.alone());
    }

    /** @param ranks who trains together; they must begin with the same weights */
    Trainer(
            LoadedModel model,
            ParameterArena trained,
            AdamW.Settings settings,
            double maxGradNorm,
            long seed,
            int maxTokens,
            Ranks ranks) {
        this.model = model;
        this.device = model.device();
        this.ranks = ranks;
        this.trained = trained;
        this.maxGradNorm = maxGradNorm;
        this.seed = seed;
        this.embeddingTrained = model.weights().embedding().gradient() != null;
        this.optimizer = new AdamW(device, trained, settings);
        this.inputs = new PackedInputs(device, maxTokens);
        this.lossSum = own(1);
        this.nll = own(maxTokens);
        this.squaredNorm = own(1);
        this.coefficient = own(1);
        StepMemory keptMeasure = StepMemory.measuring();
        StepMemory scratchMeasure = StepMemory.measuring();
        PackedBatch largest = PackedBatch.of(List.of(PackedBatch.Row.allCounted(new int[maxTokens])), 1);
        Kernels idle = device.plan().kernels();
        forwardBackward(new Share.Part(0, 0, largest), 0, idle, keptMeasure, scratchMeasure);
        forward(largest, idle, keptMeasure);
        this.kept = StepMemory.allocate(device, keptMeasure.peak());
        this.scratch = StepMemory.allocate(device, scratchMeasure.peak());
    }

    private Tensor own(long elements) {
        Tensor tensor = device.allocate(DType.F32, elements);
        owned.add(tensor);
        return tensor;
    }

    /** Bytes kept from the forward for the backward pass. */
    public long activationBytes() {
        return kept.bytes();
    }

    /** Bytes of scratch memory. */
    public long scratchBytes() {
        return scratch.bytes();
    }

    public AdamW optimizer() {
        return optimizer;
    }

    /**
     * One optimiser step. If the result is not finite, the weights are as they were before.
     *
     * @param microBatches batches whose gradients are added up, of all ranks together; their weights are already scaled
     * @param step from 1
     */
    public Result step(List<PackedBatch> microBatches, int step, double learningRate) {
        Result result = gradients(microBatches, step);
        if (result.isFinite()) {
            Kernels kernels = device.kernels();
            float limit = maxGradNorm > 0 ? (float) maxGradNorm : Float.POSITIVE_INFINITY;
            kernels.clipCoefficient(squaredNorm, limit, coefficient);
            optimizer.step(kernels, coefficient, step, learningRate);
            model.decoder().refresh();
        }
        return result;
    }

    /** Computes gradients, summed over all ranks, without changing the weights. Every rank gets the same result. */
    public Result gradients(List<PackedBatch> microBatches, int step) {
        Kernels kernels = device.kernels();
        kernels.fill(trained.gradients(), 0);
        kernels.fill(lossSum, 0);
        for (Share.Part part : Share.of(microBatches, ranks.rank(), ranks.size())) {
            forwardBackward(part, step * 4096L + part.microBatch(), kernels, kept, scratch);
        }
        ranks.sum(trained.gradients());
        kernels.fill(squaredNorm, 0);
        kernels.squaredNorm(trained.gradients(), squaredNorm);
        double loss = ranks.sum(read(lossSum));
        return new Result(loss, Math.sqrt(ranks.fromFirst(read(squaredNorm))));
    }

    private double read(Tensor scalar) {
        float[] value = new float[1];
        device.download(scalar, MemorySegment.ofArray(value));
        return value[0];
    }

    private void forwardBackward(
            Share.Part part, long dropoutStep, Kernels kernels, StepMemory keptMemory, StepMemory scratchMemory) {
        long keptMark = keptMemory.mark();
        long scratchMark = scratchMemory.mark();
        PackedInputs.Uploaded uploaded = inputs.upload(part.batch(), embeddingTrained);
        Step step = begin(uploaded, kernels, keptMemory)
                .training(keptMemory, scratchMemory)
                .sortedIds(uploaded.sortedIds())
                .dropout(seed, dropoutStep, part.firstToken())
                .build();
        Decoder decoder = model.decoder();
        Tensor hidden = decoder.forward(step);
        Tensor dHidden = scratchMemory.take(model.act(), hidden.shape());
        decoder.head().loss(step, hidden, uploaded.targets(), lossSum, nll, dHidden);
        decoder.backward(step, dHidden);
        scratchMemory.release(scratchMark);
        keptMemory.release(keptMark);
    }

    private Step.Builder begin(PackedInputs.Uploaded uploaded, Kernels kernels, StepMemory memory) {
        int tokens = (int) uploaded.ids().elements();
        int width = model.config().headDim();
        Tensor cos = memory.take(model.act(), tokens, width);
        Tensor sin = memory.take(model.act(), tokens, width);
        model.decoder().rotary(kernels, uploaded.positions(), cos, sin);
        return Step.on(kernels, model.act(), uploaded.ids())
                .rotary(cos, sin)
                .pattern(new AttentionPattern.Packed(uploaded.lens()));
    }

    private void forward(PackedBatch batch, Kernels kernels, StepMemory memory) {
        long mark = memory.mark();
        PackedInputs.Uploaded uploaded = inputs.upload(batch, false);
        Step step = begin(uploaded, kernels, memory).inference(memory).build();
        Decoder decoder = model.decoder();
        Tensor hidden = decoder.forward(step);
        decoder.head().loss(step, hidden, uploaded.targets(), lossSum, nll, null);
        memory.release(mark);
    }

    /** Gives every rank the first one's weights and moments. */
    public void copyFromFirst() {
        optimizer.state().values().forEach(ranks::copyFromFirst);
    }

    /**
     * Makes sure that the ranks have not drifted apart, by a part of the weights: another one at each step.
     *
     * @throws IllegalStateException if they have
     */
    public void requireSameWeights(int step) {
        if (ranks.size() == 1) {
            return;
        }
        Tensor master = optimizer.master();
        long count = Math.min(COMPARED, master.elements());
        long from = step * count % (master.elements() - count + 1);
        float[] part = new float[(int) count];
        device.download(master.slice(from, count), MemorySegment.ofArray(part));
        ranks.differing(Arrays.hashCode(part)).ifPresent(other -> {
            throw new IllegalStateException("rank " + other + " has other weights after step " + step + " than rank 0");
        });
    }

    /** Sum of weighted losses of a batch, on this rank alone; no gradient, no dropout. */
    public double loss(PackedBatch batch) {
        device.kernels().fill(lossSum, 0);
        forward(batch, device.kernels(), kept);
        return read(lossSum);
    }

    @Override
    public void close() {
        optimizer.close();
        inputs.close();
        kept.close();
        scratch.close();
        owned.forEach(tensor -> tensor.buffer().close());
    }
}
