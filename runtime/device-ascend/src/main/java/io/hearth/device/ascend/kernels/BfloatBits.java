package io.hearth.device.ascend.kernels;

import io.hearth.device.DType;
import io.hearth.device.Tensor;
import io.hearth.device.ascend.aclnn.AclType;
import io.hearth.device.ascend.aclnn.Operators;
import io.hearth.device.ascend.aclnn.Scratch;

/**
 * Copies of bf16 on a card whose operators refuse it: a bf16 is the upper half of an f32, and halves of 16 bits can be moved
 * as integers. Cards are little-endian, so that the upper half is the second. Not-a-numbers may change.
 */
final class BfloatBits {
    private final Operators operators;
    private final Scratch scratch;
    private final Steps steps;

    BfloatBits(Operators operators, Scratch scratch) {
        this.operators = operators;
        this.scratch = scratch;
        steps = new Steps(operators);
    }

    /** See {@link io.hearth.device.Kernels#copy}; at least one of the two is bf16. */
    void copy(Tensor source, Tensor target) {
        boolean contiguous = source.isContiguous() && target.isContiguous();
        Tensor from = contiguous ? source.reshape(source.elements(), 1) : source;
        Tensor to = contiguous ? target.reshape(target.elements(), 1) : target;
        if (source.type() == target.type()) {
            steps.copy(Operand.as(AclType.INT16, from), Operand.as(AclType.INT16, to));
            return;
        }
        scratch.reset();
        int group = Steps.rowsAtOnce(scratch, 4L * Float.BYTES * from.cols(), from.dim(0));
        for (long row = 0; row < from.dim(0); row += group) {
            long end = Math.min(from.dim(0), row + group);
            scratch.reset();
            if (source.type() == DType.BF16) {
                widen(from.rows(row, end), to.rows(row, end));
            } else {
                narrow(from.rows(row, end), to.rows(row, end));
            }
        }
    }

    /** The upper halves of f32 elements. */
    private static Operand upper(Piece wide) {
        long cols = wide.shape()[1];
        long[] strides = {2 * cols, 2};
        return wide.as(AclType.INT16, wide.shape()[0], 2 * cols).window(wide.shape(), strides, 1);
    }

    private void widen(Tensor from, Tensor to) {
        Piece wide = Piece.take(scratch, AclType.FLOAT, from.shape());
        operators.memset(wide.address(), 0, wide.bytes());
        steps.copy(Operand.as(AclType.INT16, from), upper(wide));
        steps.copy(wide, Operand.of(to));
    }

    /**
     * Rounds to nearest even by integers: half a unit, less one, plus the last bit that stays, is added to the bits before
     * they are cut.
     */
    private void narrow(Tensor from, Tensor to) {
        Piece wide = Piece.take(scratch, AclType.FLOAT, from.shape());
        Piece half = Piece.take(scratch, AclType.FLOAT, from.shape());
        Piece whole = Piece.take(scratch, AclType.INT32, from.shape());
        Piece odd = Piece.take(scratch, AclType.FLOAT, from.shape());
        steps.copy(Operand.of(from), wide);
        steps.copy(upper(wide), odd);
        // x - 2 trunc(x / 2) is 0 for even numbers, 1 or -1 for odd ones.
        steps.copy(odd, half);
        steps.scale(half, 0.5);
        steps.cast(half, AclType.INT32, whole);
        steps.cast(whole, AclType.FLOAT, half);
        steps.addTo(odd, half, -2);
        steps.mul(odd, odd, half);
        steps.cast(half, AclType.INT32, whole);
        Piece integers = wide.as(AclType.INT32, wide.shape());
        steps.addTo(integers, whole, 1, AclType.INT32);
        steps.addScalar(integers, 0x7fff, AclType.INT32);
        steps.copy(upper(wide), Operand.as(AclType.INT16, to));
    }
}
