package io.hearth.device.ascend.kernels;

import io.hearth.device.SortedIds;
import io.hearth.device.Tensor;
import io.hearth.device.ascend.aclnn.Operators;
import io.hearth.device.ascend.aclnn.Scratch;

/** Norms, activation, embedding and rotary embedding. */
final class LayerKernels {
    private final Operators operators;
    private final Scratch scratch;

    LayerKernels(Operators operators, Scratch scratch) {
        this.operators = operators;
        this.scratch = scratch;
    }

    void biasGrad(Tensor dy, Tensor dBias) {
        throw new UnsupportedOperationException("biasGrad");
    }

    void rmsNorm(Tensor x, Tensor gamma, float eps, Tensor y, Tensor rstd) {
        throw new UnsupportedOperationException("rmsNorm");
    }

    void addRmsNorm(Tensor residual, Tensor x, Tensor gamma, float eps, Tensor sum, Tensor y, Tensor rstd) {
        throw new UnsupportedOperationException("addRmsNorm");
    }

    void rmsNormGrad(Tensor dy, Tensor x, Tensor rstd, Tensor gamma, Tensor dResidual, Tensor dx, Tensor dGamma) {
        throw new UnsupportedOperationException("rmsNormGrad");
    }

    void swiGlu(Tensor gateUp, Tensor h) {
        throw new UnsupportedOperationException("swiGlu");
    }

    void swiGluGrad(Tensor dh, Tensor gateUp, Tensor dGateUp) {
        throw new UnsupportedOperationException("swiGluGrad");
    }

    void embedding(Tensor table, Tensor ids, Tensor out) {
        throw new UnsupportedOperationException("embedding");
    }

    void embeddingGrad(Tensor dx, SortedIds ids, Tensor dTable) {
        throw new UnsupportedOperationException("embeddingGrad");
    }

    void ropeTable(Tensor positions, Tensor table, Tensor cos, Tensor sin) {
        throw new UnsupportedOperationException("ropeTable");
    }

    void qkvRope(
            Tensor qkv,
            Tensor cos,
            Tensor sin,
            Tensor qGamma,
            Tensor kGamma,
            float eps,
            Tensor q,
            Tensor k,
            Tensor v,
            Tensor qRstd,
            Tensor kRstd) {
        throw new UnsupportedOperationException("qkvRope");
    }

    void qkvRopeGrad(
            Tensor dq,
            Tensor dk,
            Tensor dv,
            Tensor qkv,
            Tensor cos,
            Tensor sin,
            Tensor qGamma,
            Tensor kGamma,
            Tensor qRstd,
            Tensor kRstd,
            Tensor dqkv,
            Tensor dqGamma,
            Tensor dkGamma) {
        throw new UnsupportedOperationException("qkvRopeGrad");
    }
}
