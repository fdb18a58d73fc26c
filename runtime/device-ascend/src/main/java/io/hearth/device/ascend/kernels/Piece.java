package io.hearth.device.ascend.kernels;

import io.hearth.device.ascend.aclnn.AclType;
import io.hearth.device.ascend.aclnn.Call;
import io.hearth.device.ascend.aclnn.Scratch;
import java.util.Arrays;

/**
 * A contiguous tensor in scratch memory.
 *
 * @param address of its first element, aligned to 256 bytes where it was taken
 * @param type of its elements
 * @param shape its dimensions
 */
record Piece(long address, AclType type, long... shape) implements Operand {
    static Piece take(Scratch scratch, AclType type, long... shape) {
        return new Piece(scratch.take(type, shape), type, shape);
    }

    @Override
    public void to(Call call) {
        call.tensor(address, type, shape);
    }

    long elements() {
        return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    }

    long bytes() {
        return elements() * type.bytes();
    }

    /** Its first elements in another shape. */
    Piece as(long... other) {
        return new Piece(address, type, other);
    }

    /** The memory of its elements, taken for elements of another type. */
    Piece as(AclType other, long... otherShape) {
        return new Piece(address, other, otherShape);
    }

    /** Any window on it; strides and offset in elements. */
    Operand window(long[] dims, long[] strides, long offset) {
        long elements = elements();
        return call -> call.strided(address, type, dims, strides, offset, elements);
    }

    /** {@code count} elements of a vector from {@code from} on. */
    Operand slice(long from, long count) {
        return window(new long[] {count}, new long[] {1}, from);
    }

    /** Columns {@code from} to {@code to} of a matrix. */
    Operand columns(long from, long to) {
        return window(new long[] {shape[0], to - from}, new long[] {shape[1], 1}, from);
    }

    /** A matrix with rows and columns exchanged. */
    Operand transposed() {
        return window(new long[] {shape[1], shape[0]}, new long[] {1, shape[1]}, 0);
    }
}
