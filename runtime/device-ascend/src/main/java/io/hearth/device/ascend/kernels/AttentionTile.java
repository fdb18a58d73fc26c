package io.hearth.device.ascend.kernels;

import io.hearth.device.Tensor;

/**
 * Some queries of some heads of one sequence. Their rows lie in scratch memory as [heads, group, rows, D], their scores as
 * [heads, group, rows, hi - lo].
 *
 * @param head first key-value head
 * @param heads key-value heads
 * @param member first query head within the group of each
 * @param group query heads of each
 * @param row first query, counted in q's rows
 * @param rows queries
 * @param position of the first query in its sequence
 * @param lo first key that a query sees
 * @param hi end of the keys that queries see
 */
record AttentionTile(int head, int heads, int member, int group, long row, int rows, int position, int lo, int hi) {
    int span() {
        return hi - lo;
    }

    /** Rows in scratch memory. */
    Matrices rows(long address, long size) {
        return Matrices.of(address, heads, (long) group * rows, size);
    }

    /** The same rows in [T, Nq, D], as [heads, group, rows, D]. */
    Operand rows(Tensor tensor, int keyHeads) {
        long queryHeads = tensor.dim(1);
        long size = tensor.dim(2);
        long members = queryHeads / keyHeads;
        long[] strides = {members * size, size, queryHeads * size, 1};
        long first = (row * queryHeads + head * members + member) * size;
        return call -> call.strided(tensor, new long[] {heads, group, rows, size}, strides, first);
    }

    Matrices scores(long address) {
        return rows(address, span());
    }

    /** Scores of the keys from {@code begin} to {@code end}. */
    Matrices scores(long address, int begin, int end) {
        return scores(address).cols(begin - lo, end - lo);
    }

    /** A square of the scores of each query head. */
    Operand square(long address, int fromRow, int fromCol, int side) {
        return scores(address)
                .rows(fromRow, rows)
                .cols(fromCol, span())
                .window(
                        new long[] {heads, group, side, side},
                        new long[] {(long) group * rows * span(), (long) rows * span(), span(), 1});
    }
}
