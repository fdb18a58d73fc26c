package io.hearth.device.cuda.kernels;

import io.hearth.device.*;
import io.hearth.device.cuda.driver.*;

// Its kernels are not written yet.
final class PagedKernels {
    PagedKernels(KernelLibrary library, Workspace workspace, Stream stream) {}

    void kvWrite(Tensor k, Tensor v, Tensor slots, Tensor kCache, Tensor vCache) { throw new UnsupportedOperationException("kvWrite"); }

    void pagedAttention(Tensor q, Tensor kCache, Tensor vCache, Tensor blockTable, SeqLens lens, float scale, int window, Tensor out) { throw new UnsupportedOperationException("pagedAttention"); }

    void copyBlocks(Tensor cache, Tensor source, Tensor target) { throw new UnsupportedOperationException("copyBlocks"); }
}
