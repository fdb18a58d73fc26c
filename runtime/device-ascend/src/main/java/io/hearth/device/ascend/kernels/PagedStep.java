package io.hearth.device.ascend.kernels;

import io.hearth.device.SeqLens;
import io.hearth.device.Tensor;

/** The arguments of {@link io.hearth.device.Kernels#pagedAttention}. */
record PagedStep(
        Tensor q, Tensor kCache, Tensor vCache, Tensor blockTable, SeqLens lens, float scale, int window, Tensor out) {
    int sequences() {
        return lens.sequences();
    }

    /** Queries of a sequence. */
    int queries(int b) {
        return lens.cuQ()[b + 1] - lens.cuQ()[b];
    }

    long heads() {
        return q.dim(1);
    }

    long keyHeads() {
        return kCache.dim(2);
    }

    /** Of a head. */
    long size() {
        return q.dim(2);
    }

    long blockSize() {
        return kCache.dim(1);
    }
}
