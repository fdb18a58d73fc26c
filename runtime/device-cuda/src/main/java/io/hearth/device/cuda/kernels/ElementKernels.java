package io.hearth.device.cuda.kernels;

import io.hearth.device.*;
import io.hearth.device.cuda.driver.*;

// Its kernels are not written yet.
final class ElementKernels {
    ElementKernels(KernelLibrary library, Workspace workspace, Stream stream) {}

    void fill(Tensor x, float value) { throw new UnsupportedOperationException("fill"); }

    void copy(Tensor source, Tensor target) { throw new UnsupportedOperationException("copy"); }

    void add(Tensor a, Tensor b, Tensor out) { throw new UnsupportedOperationException("add"); }

    void axpy(float alpha, Tensor x, Tensor y) { throw new UnsupportedOperationException("axpy"); }

    void scale(Tensor x, float factor) { throw new UnsupportedOperationException("scale"); }

    void scale(Tensor x, Tensor factor) { throw new UnsupportedOperationException("scale"); }

    void gatherRows(Tensor source, Tensor index, Tensor target) { throw new UnsupportedOperationException("gatherRows"); }

    void scatterRows(Tensor source, Tensor index, Tensor target) { throw new UnsupportedOperationException("scatterRows"); }

    void dropout(Tensor x, float probability, long seed, long offset, Tensor y, Tensor mask) { throw new UnsupportedOperationException("dropout"); }

    void dropoutGrad(Tensor dy, float probability, Tensor mask, Tensor dx) { throw new UnsupportedOperationException("dropoutGrad"); }
}
