package io.hearth.device.cuda.kernels;

import io.hearth.device.*;
import io.hearth.device.cuda.driver.*;

// Its kernels are not written yet.
final class DenseKernels {
    DenseKernels(KernelLibrary library, Workspace workspace, Stream stream, io.hearth.device.cuda.blas.Gemm gemm) {}

    void matmul(Tensor a, boolean transposeA, Tensor b, boolean transposeB, float alpha, float beta, Tensor out) { throw new UnsupportedOperationException("matmul"); }

    void linear(Tensor x, PreparedWeight weight, Tensor bias, Tensor y) { throw new UnsupportedOperationException("linear"); }

    void weightGrad(Tensor dy, Tensor x, Tensor dWeight) { throw new UnsupportedOperationException("weightGrad"); }

    void groupedMatmul(Tensor x, Tensor weight, int[] hostOffsets, Tensor offsets, Tensor y) { throw new UnsupportedOperationException("groupedMatmul"); }

    void lora(Tensor x, Tensor a, Tensor b, LoraSegments segments, Tensor scratch, Tensor y) { throw new UnsupportedOperationException("lora"); }

    PreparedWeight prepareWeight(Tensor weight) { throw new UnsupportedOperationException(); }
}
