package io.hearth.device.ascend.kernels;

import io.hearth.device.Tensor;
import io.hearth.device.ascend.aclnn.AclType;
import io.hearth.device.ascend.aclnn.Call;

/** What an operator is given as one tensor: one of the caller's, or a {@link Piece} of scratch memory. */
@FunctionalInterface
interface Operand {
    /** Adds it to the arguments of a call. */
    void to(Call call);

    /** A tensor as it is, views included. */
    static Operand of(Tensor tensor) {
        return call -> call.tensor(tensor);
    }

    /** A contiguous tensor seen in another shape. */
    static Operand of(Tensor tensor, long... shape) {
        return call -> call.tensor(tensor, shape);
    }

    /** A matrix with rows and columns exchanged, if {@code transposed} says so. */
    static Operand of(Tensor tensor, boolean transposed) {
        return transposed ? call -> call.transposed(tensor) : of(tensor);
    }

    /** The elements of a vector or matrix, views included, taken for elements of another type of the same size. */
    static Operand as(AclType type, Tensor tensor) {
        long elements = tensor.buffer().bytes() / type.bytes();
        long first = tensor.byteOffset() / type.bytes();
        long[] strides = tensor.rank() == 1 ? new long[] {1} : new long[] {tensor.rowStride(), 1};
        return call -> call.strided(tensor.buffer().address(), type, tensor.shape(), strides, first, elements);
    }
}
