package io.hearth.device.cuda.kernels;

import io.hearth.device.*;
import io.hearth.device.cuda.driver.*;

// Its kernels are not written yet.
final class AttentionKernels {
    AttentionKernels(KernelLibrary library, Workspace workspace, Stream stream) {}

    void attention(Tensor q, Tensor k, Tensor v, SeqLens lens, float scale, int window, Tensor out, Tensor stats) { throw new UnsupportedOperationException("attention"); }

    void attentionGrad(Tensor dOut, Tensor q, Tensor k, Tensor v, Tensor out, Tensor stats, SeqLens lens, float scale, int window, Tensor dq, Tensor dk, Tensor dv) { throw new UnsupportedOperationException("attentionGrad"); }
}
