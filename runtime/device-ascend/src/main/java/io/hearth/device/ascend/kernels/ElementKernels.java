package io.hearth.device.ascend.kernels;

import io.hearth.device.Tensor;
import io.hearth.device.ascend.aclnn.Operators;
import io.hearth.device.ascend.aclnn.Scratch;

/** Copies and arithmetic on single elements. */
final class ElementKernels {
    private final Operators operators;
    private final Scratch scratch;

    ElementKernels(Operators operators, Scratch scratch) {
        this.operators = operators;
        this.scratch = scratch;
    }

    void fill(Tensor x, float value) {
        throw new UnsupportedOperationException("fill");
    }

    void copy(Tensor source, Tensor target) {
        throw new UnsupportedOperationException("copy");
    }

    void add(Tensor a, Tensor b, Tensor out) {
        throw new UnsupportedOperationException("add");
    }

    void axpy(float alpha, Tensor x, Tensor y) {
        throw new UnsupportedOperationException("axpy");
    }

    void scale(Tensor x, float factor) {
        throw new UnsupportedOperationException("scale");
    }

    void scale(Tensor x, Tensor factor) {
        throw new UnsupportedOperationException("scale");
    }

    void gatherRows(Tensor source, Tensor index, Tensor target) {
        throw new UnsupportedOperationException("gatherRows");
    }

    void scatterRows(Tensor source, Tensor index, Tensor target) {
        throw new UnsupportedOperationException("scatterRows");
    }

    void dropout(Tensor x, float probability, long seed, long offset, Tensor y, Tensor mask) {
        throw new UnsupportedOperationException("dropout");
    }

    void dropoutGrad(Tensor dy, float probability, Tensor mask, Tensor dx) {
        throw new UnsupportedOperationException("dropoutGrad");
    }
}
