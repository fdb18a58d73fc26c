package io.hearth.engine.model;

import io.hearth.device.DType;
import io.hearth.device.Kernels;
import io.hearth.device.Tensor;

/**
 * A low-rank adapter on one projection while it is trained: {@code y += scale * dropout(x) A^T B^T} (Hu et al. 2021).
 *
 * <p>Keeps the product with A, [T, r], and the dropout mask.
 */
public final class LoraBranch {
    private final Projection projection;
    private final Parameter a;
    private final Parameter b;
    private final float scale;
    private final float dropout;
    private final int number;
    private Tensor inner;
    private Tensor mask;

    /**
     * @param a [r, in]
     * @param b [out, r]
     * @param scale alpha / r
     * @param number distinct among the branches of a model, so that each draws its own dropout masks
     */
    LoraBranch(Projection projection, Parameter a, Parameter b, float scale, float dropout, int number) {
        this.projection = projection;
        this.a = a;
        this.b = b;
        this.scale = scale;
        this.dropout = dropout;
        this.number = number;
    }

    public Projection projection() {
        return projection;
    }

    public Parameter a() {
        return a;
    }

    public Parameter b() {
        return b;
    }

    /** Adds the branch to {@code y}, the whole output of the linear layer. */
    void forward(Step step, Tensor x, Tensor y) {
        Kernels kernels = step.kernels;
        inner = step.keep(step.act, x.rows(), a.value().rows());
        boolean drops = dropout > 0 && step.training;
        if (drops) {
            mask = step.keep(DType.I8, x.rows(), x.cols());
        }
        long mark = step.scratch.mark();
        Tensor input = x;
        if (drops) {
            input = step.scratch(step.act, x.rows(), x.cols());
            kernels.dropout(x, dropout, step.dropoutSeed, maskOffset(step, x.cols()), input, mask);
        }
        kernels.matmul(input, false, a.value(), true, scale, 0, inner);
        kernels.matmul(inner, false, b.value(), true, 1, 1, part(y));
        step.scratch.release(mark);
    }

    /** A range of 2^40 numbers for each micro-batch, of 2^28 for each branch of it. */
    private long maskOffset(Step step, int columns) {
        return (step.dropoutStep << 40) + ((long) number << 28) + (long) step.dropoutToken * columns;
    }

    /** Adds to the gradients of A and B, and to {@code dx} unless that is null. */
    void backward(Step step, Tensor x, Tensor dy, Tensor dx) {
        Kernels kernels = step.kernels;
        long mark = step.scratch.mark();
        Tensor dPart = part(dy);
        kernels.weightGrad(dPart, inner, b.gradient());
        Tensor dInner = step.scratch(step.act, x.rows(), a.value().rows());
        kernels.matmul(dPart, false, b.value(), false, scale, 0, dInner);
        if (dropout > 0) {
            Tensor dropped = step.scratch(step.act, x.rows(), x.cols());
            kernels.dropoutGrad(x, dropout, mask, dropped);
            kernels.weightGrad(dInner, dropped, a.gradient());
            if (dx != null) {
                kernels.matmul(dInner, false, a.value(), false, 1, 0, dropped);
                kernels.dropoutGrad(dropped, dropout, mask, dropped);
                kernels.add(dx, dropped, dx);
            }
        } else {
            kernels.weightGrad(dInner, x, a.gradient());
            if (dx != null) {
                kernels.matmul(dInner, false, a.value(), false, 1, 1, dx);
            }
        }
        step.scratch.release(mark);
    }

    private Tensor part(Tensor y) {
        return y.columns(projection.from(), projection.to());
    }
}
