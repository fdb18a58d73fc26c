package io.hearth.engine.model;

import io.hearth.device.Device;
import io.hearth.device.Tensor;
import java.util.List;

/**
 * Feed-forward layer with a gate: {@code down(silu(gate(x)) * up(x))} (Shazeer 2020).
 *
 * <p>Keeps the output of gate and up; their product is cheap and is made again in the backward pass.
 */
final class GatedMlp implements AutoCloseable {
    private final int intermediateSize;
    private final Linear gateUpProjection;
    private final Linear downProjection;
    private Tensor gateUp;

    GatedMlp(Device device, ModelConfig config, int layer, Weights.Layer weights) {
        this.intermediateSize = config.intermediateSize();
        String path = "model.layers." + layer + ".mlp.";
        this.gateUpProjection = new Linear(
                device,
                weights.gateUp(),
                null,
                List.of(
                        new Projection(path + "gate_proj", 0, intermediateSize),
                        new Projection(path + "up_proj", intermediateSize, 2 * intermediateSize)));
        this.downProjection = new Linear(
                device, weights.down(), null, List.of(new Projection(path + "down_proj", 0, config.hiddenSize())));
    }

    List<Linear> linears() {
        return List.of(gateUpProjection, downProjection);
    }

    /**
     * @param x normalised input [T, H]
     * @param y [T, H]
     */
    void forward(Step step, Tensor x, Tensor y) {
        long mark = step.scratch.mark();
        gateUp = step.keep(step.act, step.tokens, 2L * intermediateSize);
        gateUpProjection.forward(step, x, gateUp);
        Tensor h = step.scratch(step.act, step.tokens, intermediateSize);
        step.kernels.swiGlu(gateUp, h);
        downProjection.forward(step, h, y);
        step.scratch.release(mark);
    }

    /**
     * @param x input of the forward pass
     * @param dy gradient of the output [T, H]
     * @param dx gradient of the input, overwritten
     */
    void backward(Step step, Tensor x, Tensor dy, Tensor dx) {
        long mark = step.scratch.mark();
        Tensor h = step.scratch(step.act, step.tokens, intermediateSize);
        step.kernels.swiGlu(gateUp, h);
        Tensor dh = step.scratch(step.act, step.tokens, intermediateSize);
        downProjection.backward(step, h, dy, dh);
        step.kernels.swiGluGrad(dh, gateUp, gateUp);
        gateUpProjection.backward(step, x, gateUp, dx);
        step.scratch.release(mark);
    }

    @Override
    public void close() {
        gateUpProjection.close();
        downProjection.close();
    }
}
