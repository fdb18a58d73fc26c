package io.hearth.device.cuda.kernels;

import io.hearth.device.*;
import io.hearth.device.cuda.driver.*;

// Its kernels are not written yet.
final class SamplingKernels {
    SamplingKernels(KernelLibrary library, Workspace workspace, Stream stream) {}

    void argmax(Tensor logits, Tensor out) { throw new UnsupportedOperationException("argmax"); }

    void topK(Tensor logits, Tensor values, Tensor indices) { throw new UnsupportedOperationException("topK"); }

    void sample(Tensor logits, Tensor temperature, Tensor topK, Tensor topP, Tensor minP, Tensor uniform, Tensor token, Tensor logprob) { throw new UnsupportedOperationException("sample"); }
}
