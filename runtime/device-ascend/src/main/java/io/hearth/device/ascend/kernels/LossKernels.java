package io.hearth.device.ascend.kernels;

import io.hearth.device.Tensor;
import io.hearth.device.ascend.aclnn.Operators;
import io.hearth.device.ascend.aclnn.Scratch;

/** Loss, norm of gradients, and optimiser. */
final class LossKernels {
    private final Operators operators;
    private final Scratch scratch;

    LossKernels(Operators operators, Scratch scratch) {
        this.operators = operators;
        this.scratch = scratch;
    }

    void crossEntropyStats(Tensor logits, Tensor targets, int vocabStart, boolean merge, Tensor stats) {
        throw new UnsupportedOperationException("crossEntropyStats");
    }

    void crossEntropyLoss(Tensor stats, Tensor targets, Tensor weights, Tensor nll, Tensor lossSum) {
        throw new UnsupportedOperationException("crossEntropyLoss");
    }

    void crossEntropyGrad(Tensor logits, Tensor stats, Tensor targets, Tensor weights, int vocabStart, Tensor dLogits) {
        throw new UnsupportedOperationException("crossEntropyGrad");
    }

    void squaredNorm(Tensor x, Tensor out) {
        throw new UnsupportedOperationException("squaredNorm");
    }

    void clipCoefficient(Tensor squaredNorm, float maxNorm, Tensor coefficient) {
        throw new UnsupportedOperationException("clipCoefficient");
    }

    void adamW(
            Tensor parameter,
            Tensor m,
            Tensor v,
            Tensor gradient,
            Tensor gradientScale,
            int step,
            float learningRate,
            float beta1,
            float beta2,
            float eps,
            float weightDecay,
            Tensor activations) {
        throw new UnsupportedOperationException("adamW");
    }
}
