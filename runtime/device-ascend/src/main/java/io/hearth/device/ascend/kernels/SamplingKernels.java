package io.hearth.device.ascend.kernels;

import io.hearth.device.Tensor;
import io.hearth.device.ascend.aclnn.Operators;
import io.hearth.device.ascend.aclnn.Scratch;

/** Choice of tokens. */
final class SamplingKernels {
    private final Operators operators;
    private final Scratch scratch;

    SamplingKernels(Operators operators, Scratch scratch) {
        this.operators = operators;
        this.scratch = scratch;
    }

    void argmax(Tensor logits, Tensor out) {
        throw new UnsupportedOperationException("argmax");
    }

    void topK(Tensor logits, Tensor values, Tensor indices) {
        throw new UnsupportedOperationException("topK");
    }

    void sample(
            Tensor logits,
            Tensor temperature,
            Tensor topK,
            Tensor topP,
            Tensor minP,
            Tensor uniform,
            Tensor token,
            Tensor logprob) {
        throw new UnsupportedOperationException("sample");
    }
}
