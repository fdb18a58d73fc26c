package io.hearth.device.ascend.kernels;

import io.hearth.device.SeqLens;
import io.hearth.device.Tensor;
import io.hearth.device.ascend.aclnn.Operators;
import io.hearth.device.ascend.aclnn.Scratch;

/** Attention within sequences, and its gradient. */
final class AttentionKernels {
    private final Operators operators;
    private final Scratch scratch;

    AttentionKernels(Operators operators, Scratch scratch) {
        this.operators = operators;
        this.scratch = scratch;
    }

    void attention(Tensor q, Tensor k, Tensor v, SeqLens lens, float scale, int window, Tensor out, Tensor stats) {
        throw new UnsupportedOperationException("attention");
    }

    void attentionGrad(
            Tensor dOut,
            Tensor q,
            Tensor k,
            Tensor v,
            Tensor out,
            Tensor stats,
            SeqLens lens,
            float scale,
            int window,
            Tensor dq,
            Tensor dk,
            Tensor dv) {
        throw new UnsupportedOperationException("attentionGrad");
    }
}
