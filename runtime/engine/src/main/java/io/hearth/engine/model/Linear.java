package io.hearth.engine.model;

import io.hearth.device.Device;
import io.hearth.device.Kernels;
import io.hearth.device.PreparedWeight;
import io.hearth.device.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code y = x W^T + b}, and the adapters on it: branches that are being trained, or a pool of finished ones from which
 * each row of a batch picks.
 */
public final class Linear implements AutoCloseable {
    private final Parameter weight;
    private final Parameter bias;
    private final PreparedWeight prepared;
    private final List<Projection> projections;
    private final List<LoraBranch> branches = new ArrayList<>();
    private final List<Pooled> pool = new ArrayList<>();

    /**
     * Adapters of one projection.
     *
     * @param a [E, r, in]
     * @param b [E, out, r], scale folded in
     */
    record Pooled(Projection projection, Tensor a, Tensor b) {}

    Linear(Device device, Parameter weight, Parameter bias, List<Projection> projections) {
        this.weight = weight;
        this.bias = bias;
        this.prepared = device.prepareWeight(weight.value());
        this.projections = projections;
    }

    public List<Projection> projections() {
        return projections;
    }

    public int inFeatures() {
        return weight.value().cols();
    }

    public int outFeatures() {
        return weight.value().rows();
    }

    void addBranch(LoraBranch branch) {
        branches.add(branch);
    }

    void setPool(List<Pooled> adapters) {
        pool.clear();
        pool.addAll(adapters);
    }

    /** Takes over weights that training has changed. */
    void refresh() {
        prepared.refresh();
    }

    /**
     * @param x [T, in], act
     * @param y [T, out], act; overwritten
     */
    void forward(Step step, Tensor x, Tensor y) {
        step.kernels.linear(x, prepared, bias == null ? null : bias.value(), y);
        for (LoraBranch branch : branches) {
            branch.forward(step, x, y);
        }
        if (step.segments != null) {
            applyPool(step, x, y);
        }
    }

    private void applyPool(Step step, Tensor x, Tensor y) {
        for (Pooled adapters : pool) {
            long mark = step.scratch.mark();
            Tensor inner = step.scratch(step.act, x.rows(), adapters.a().dim(1));
            Projection at = adapters.projection();
            step.kernels.lora(x, adapters.a(), adapters.b(), step.segments, inner, y.columns(at.from(), at.to()));
            step.scratch.release(mark);
        }
    }

    /**
     * Adds to the gradients of whatever is trained here.
     *
     * @param x input of the forward pass
     * @param dy gradient of the output
     * @param dx gradient of the input, overwritten; null if nobody needs it
     */
    void backward(Step step, Tensor x, Tensor dy, Tensor dx) {
        Kernels kernels = step.kernels;
        if (weight.gradient() != null) {
            kernels.weightGrad(dy, x, weight.gradient());
            if (bias != null) {
                kernels.biasGrad(dy, bias.gradient());
            }
        }
        if (dx != null) {
            kernels.matmul(dy, false, weight.value(), false, 1, 0, dx);
        }
        for (LoraBranch branch : branches) {
            branch.backward(step, x, dy, dx);
        }
    }

    @Override
    public void close() {
        prepared.close();
    }
}
