package io.hearth.device.cuda.kernels;

import io.hearth.device.*;
import io.hearth.device.cuda.driver.*;

// Its kernels are not written yet.
final class LossKernels {
    LossKernels(KernelLibrary library, Workspace workspace, Stream stream) {}

    void crossEntropyStats(Tensor logits, Tensor targets, int vocabStart, boolean merge, Tensor stats) { throw new UnsupportedOperationException("crossEntropyStats"); }

    void crossEntropyLoss(Tensor stats, Tensor targets, Tensor weights, Tensor nll, Tensor lossSum) { throw new UnsupportedOperationException("crossEntropyLoss"); }

    void crossEntropyGrad(Tensor logits, Tensor stats, Tensor targets, Tensor weights, int vocabStart, Tensor dLogits) { throw new UnsupportedOperationException("crossEntropyGrad"); }

    void squaredNorm(Tensor x, Tensor out) { throw new UnsupportedOperationException("squaredNorm"); }

    void clipCoefficient(Tensor squaredNorm, float maxNorm, Tensor coefficient) { throw new UnsupportedOperationException("clipCoefficient"); }

    void adamW(Tensor parameter, Tensor m, Tensor v, Tensor gradient, Tensor gradientScale, int step, float learningRate, float beta1, float beta2, float eps, float weightDecay, Tensor activations) { throw new UnsupportedOperationException("adamW"); }
}
