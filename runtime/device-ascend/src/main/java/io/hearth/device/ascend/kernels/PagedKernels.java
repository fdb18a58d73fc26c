package io.hearth.device.ascend.kernels;

import io.hearth.device.SeqLens;
import io.hearth.device.Tensor;
import io.hearth.device.ascend.aclnn.Operators;
import io.hearth.device.ascend.aclnn.Scratch;

/** The paged cache, and attention over it. */
final class PagedKernels {
    private final Operators operators;
    private final Scratch scratch;

    PagedKernels(Operators operators, Scratch scratch) {
        this.operators = operators;
        this.scratch = scratch;
    }

    void kvWrite(Tensor k, Tensor v, Tensor slots, Tensor kCache, Tensor vCache) {
        throw new UnsupportedOperationException("kvWrite");
    }

    void pagedAttention(
            Tensor q,
            Tensor kCache,
            Tensor vCache,
            Tensor blockTable,
            SeqLens lens,
            float scale,
            int window,
            Tensor out) {
        throw new UnsupportedOperationException("pagedAttention");
    }

    void copyBlocks(Tensor cache, Tensor source, Tensor target) {
        throw new UnsupportedOperationException("copyBlocks");
    }
}
