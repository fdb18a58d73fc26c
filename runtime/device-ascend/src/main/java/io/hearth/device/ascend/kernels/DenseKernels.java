package io.hearth.device.ascend.kernels;

import io.hearth.device.LoraSegments;
import io.hearth.device.PreparedWeight;
import io.hearth.device.Tensor;
import io.hearth.device.ascend.aclnn.Operators;
import io.hearth.device.ascend.aclnn.Scratch;

/** Products of matrices. */
final class DenseKernels {
    private final Operators operators;
    private final Scratch scratch;

    DenseKernels(Operators operators, Scratch scratch) {
        this.operators = operators;
        this.scratch = scratch;
    }

    PreparedWeight prepareWeight(Tensor weight) {
        throw new UnsupportedOperationException("prepareWeight");
    }

    void matmul(Tensor a, boolean transposeA, Tensor b, boolean transposeB, float alpha, float beta, Tensor out) {
        throw new UnsupportedOperationException("matmul");
    }

    void linear(Tensor x, PreparedWeight weight, Tensor bias, Tensor y) {
        throw new UnsupportedOperationException("linear");
    }

    void weightGrad(Tensor dy, Tensor x, Tensor dWeight) {
        throw new UnsupportedOperationException("weightGrad");
    }

    void groupedMatmul(Tensor x, Tensor weight, int[] hostOffsets, Tensor offsets, Tensor y) {
        throw new UnsupportedOperationException("groupedMatmul");
    }

    void lora(Tensor x, Tensor a, Tensor b, LoraSegments segments, Tensor scratch, Tensor y) {
        throw new UnsupportedOperationException("lora");
    }
}
