package io.hearth.device.ascend.kernels;

import io.hearth.device.Tensor;
import io.hearth.device.ascend.aclnn.Operators;

/**
 * Keys, or values, of some heads of a sequence as f32 in scratch memory: all of them where they fit, and else the stretch
 * that was asked for last.
 */
final class KeyStretch {
    private final Operators operators;
    private final KeySource source;
    private final Tensor tensor;
    private final long address;
    private final int capacity;
    private final int context;
    private int head = -1;
    private int heads;
    private int from;
    private int to;

    /**
     * @param tensor keys or values, wherever the source finds them
     * @param address room for {@code capacity} keys of as many heads as are asked for
     * @param context tokens of the sequence
     */
    KeyStretch(Operators operators, KeySource source, Tensor tensor, long address, int capacity, int context) {
        this.operators = operators;
        this.source = source;
        this.tensor = tensor;
        this.address = address;
        this.capacity = capacity;
        this.context = context;
    }

    /** Where the stretch ends that begins at a key and goes at most to another. */
    int end(int begin, int limit) {
        return capacity == context ? limit : Math.min(limit, begin + capacity);
    }

    /** These keys, [heads, end - begin, D], until others are asked for. */
    Matrices rows(int firstHead, int count, int begin, int end) {
        if (head != firstHead || heads != count || begin < from || end > to) {
            head = firstHead;
            heads = count;
            from = capacity == context ? 0 : begin;
            to = capacity == context ? context : end;
            source.copy(operators, tensor, head, heads, from, to, address);
        }
        return Matrices.of(address, heads, to - from, tensor.cols()).rows(begin - from, end - from);
    }
}
