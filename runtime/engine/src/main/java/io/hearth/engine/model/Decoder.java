package io.hearth.engine.model;

import io.hearth.device.Device;
import io.hearth.device.Kernels;
import io.hearth.device.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * A decoder-only transformer: embedding, layers, final norm, and the head. The same object trains and serves; what differs
 * is the {@link Step}.
 */
public final class Decoder implements AutoCloseable {
    private final ModelConfig config;
    private final Weights weights;
    private final RopeTable ropeTable;
    private final List<Block> blocks = new ArrayList<>();
    private final RmsNorm finalNorm;
    private final LanguageModelHead head;

    private Tensor lastStream;

    /**
     * @param weights on the device; stays the caller's
     * @param positions longest sequence
     * @param recompute whether layers make their activations again in the backward pass
     */
    public Decoder(Device device, ModelConfig config, Weights weights, int positions, boolean recompute) {
        this.config = config;
        this.weights = weights;
        this.ropeTable = new RopeTable(device, config, positions);
        for (int i = 0; i < config.numHiddenLayers(); i++) {
            blocks.add(new Block(device, config, i, weights.layers().get(i), recompute));
        }
        this.finalNorm = new RmsNorm(weights.finalNorm(), config.rmsNormEps());
        this.head = new LanguageModelHead(device, weights.head());
    }

    public ModelConfig config() {
        return config;
    }

    public Weights weights() {
        return weights;
    }

    public LanguageModelHead head() {
        return head;
    }

    /** Longest sequence. */
    public int positions() {
        return ropeTable.positions();
    }

    /** Every linear layer, from the first block to the last. */
    public List<Linear> linears() {
        return blocks.stream().flatMap(block -> block.linears().stream()).toList();
    }

    /** Takes over weights that training has changed. */
    public void refresh() {
        linears().forEach(Linear::refresh);
        head.refresh();
    }

    /** Rotary cosines and sines at these positions, i32[T], into [T, D] each. */
    public void rotary(Kernels kernels, Tensor positions, Tensor cos, Tensor sin) {
        kernels.ropeTable(positions, ropeTable.table(), cos, sin);
    }

    /**
     * Hidden states after the final norm.
     *
     * @return [T, H], valid until the step's memory is released
     */
    public Tensor forward(Step step) {
        Tensor stream = step.keep(step.act, step.tokens, config.hiddenSize());
        step.kernels.embedding(weights.embedding().value(), step.ids, stream);
        observe(step, 0, stream);
        for (int i = 0; i < blocks.size(); i++) {
            stream = blocks.get(i).forward(step, stream);
            if (i + 1 < blocks.size()) {
                observe(step, i + 1, stream);
            }
        }
        lastStream = stream;
        Tensor hidden = step.keep(step.act, step.tokens, config.hiddenSize());
        finalNorm.forward(step, stream, hidden);
        observe(step, blocks.size(), hidden);
        return hidden;
    }

    private static void observe(Step step, int layer, Tensor stream) {
        if (step.observer != null) {
            step.observer.hidden(layer, stream);
        }
    }

    /**
     * Adds to the gradients of whatever is trained; after {@link #forward} on the same step.
     *
     * @param dHidden gradient of what {@link #forward} returned [T, H]; undefined afterwards
     */
    public void backward(Step step, Tensor dHidden) {
        boolean embeddingTrained = weights.embedding().gradient() != null;
        finalNorm.backward(step, dHidden, lastStream, null, dHidden);
        for (int i = blocks.size() - 1; i >= 0; i--) {
            blocks.get(i).backward(step, dHidden, i > 0 || embeddingTrained);
        }
        if (embeddingTrained) {
            step.kernels.embeddingGrad(
                    dHidden, step.sortedIds, weights.embedding().gradient());
        }
    }

    @Override
    public void close() {
        blocks.forEach(Block::close);
        head.close();
        ropeTable.close();
    }
}
