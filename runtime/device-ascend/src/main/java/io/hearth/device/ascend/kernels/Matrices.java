package io.hearth.device.ascend.kernels;

import io.hearth.device.ascend.aclnn.AclType;
import io.hearth.device.ascend.aclnn.Call;

/**
 * As many f32 matrices as there are heads, anywhere in scratch memory; strides and offset in elements.
 *
 * @param address of the memory that they lie in
 * @param storage elements of that memory
 */
record Matrices(
        long address,
        long heads,
        long rows,
        long cols,
        long headStride,
        long rowStride,
        long colStride,
        long offset,
        long storage)
        implements Operand {
    /** Without gaps. */
    static Matrices of(long address, long heads, long rows, long cols) {
        return new Matrices(address, heads, rows, cols, rows * cols, cols, 1, 0, heads * rows * cols);
    }

    Matrices transposed() {
        return new Matrices(address, heads, cols, rows, headStride, colStride, rowStride, offset, storage);
    }

    Matrices head(long head) {
        return new Matrices(
                address, 1, rows, cols, headStride, rowStride, colStride, offset + head * headStride, storage);
    }

    Matrices rows(long from, long to) {
        return new Matrices(
                address, heads, to - from, cols, headStride, rowStride, colStride, offset + from * rowStride, storage);
    }

    Matrices cols(long from, long to) {
        return new Matrices(
                address, heads, rows, to - from, headStride, rowStride, colStride, offset + from * colStride, storage);
    }

    @Override
    public void to(Call call) {
        window(new long[] {heads, rows, cols}, new long[] {headStride, rowStride, colStride})
                .to(call);
    }

    /** Any window that begins where they do. */
    Operand window(long[] shape, long[] strides) {
        return call -> call.strided(address, AclType.FLOAT, shape, strides, offset, storage);
    }
}
