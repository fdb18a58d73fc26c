package io.hearth.device.ascend.aclnn;

import io.hearth.device.Tensor;
import java.util.function.Consumer;

/**
 * One call of an operator: its arguments in the order of the operator's signature, then {@link #run}. Kinds are checked
 * against the signature. A device has one of these, which is used again and again.
 */
public final class Call {
    /** A tensor as it is: its shape, and the row stride of a view. */
    public Call tensor(Tensor tensor) {
        throw new UnsupportedOperationException();
    }

    /** A contiguous tensor seen in another shape of as many elements. */
    public Call tensor(Tensor tensor, long... shape) {
        throw new UnsupportedOperationException();
    }

    /** A tensor of two dimensions with dimensions and strides exchanged. */
    public Call transposed(Tensor tensor) {
        throw new UnsupportedOperationException();
    }

    /**
     * Any window on a tensor's buffer.
     *
     * @param strides in elements
     * @param offset in elements from the tensor's first one
     */
    public Call strided(Tensor tensor, long[] shape, long[] strides, long offset) {
        throw new UnsupportedOperationException();
    }

    /** A contiguous tensor anywhere in the card's memory. */
    public Call tensor(long address, AclType type, long... shape) {
        throw new UnsupportedOperationException();
    }

    /**
     * A window on any memory of the card.
     *
     * @param strides in elements
     * @param offset in elements from the address
     * @param storageElements elements that may be touched from the address on
     */
    public Call strided(long address, AclType type, long[] shape, long[] strides, long offset, long storageElements) {
        throw new UnsupportedOperationException();
    }

    /**
     * A tensor in a layout of its own.
     *
     * @param shape as the operator sees it
     * @param storageShape as it lies in memory, padding included
     */
    public Call formatted(long address, AclType type, AclFormat format, long[] shape, long[] storageShape) {
        throw new UnsupportedOperationException();
    }

    /** NULL for a tensor, list or array that is not given. */
    public Call none() {
        throw new UnsupportedOperationException();
    }

    /** A tensor of no elements. */
    public Call empty(AclType type) {
        throw new UnsupportedOperationException();
    }

    /** A list of tensors as they are. */
    public Call list(Tensor... tensors) {
        throw new UnsupportedOperationException();
    }

    /** A list of the tensors that are named within. */
    public Call listOf(Consumer<Call> tensors) {
        throw new UnsupportedOperationException();
    }

    /** A scalar of the host: FLOAT, DOUBLE, INT32, INT64 or BOOL. */
    public Call scalar(double value, AclType type) {
        throw new UnsupportedOperationException();
    }

    /** An array of integers of the host. */
    public Call array(long... values) {
        throw new UnsupportedOperationException();
    }

    /** {@code count} elements of an array from {@code from} on. */
    public Call array(int[] values, int from, int count) {
        throw new UnsupportedOperationException();
    }

    public Call i64(long value) {
        throw new UnsupportedOperationException();
    }

    public Call u64(long value) {
        throw new UnsupportedOperationException();
    }

    public Call i32(int value) {
        throw new UnsupportedOperationException();
    }

    public Call i8(int value) {
        throw new UnsupportedOperationException();
    }

    public Call f64(double value) {
        throw new UnsupportedOperationException();
    }

    public Call f32(float value) {
        throw new UnsupportedOperationException();
    }

    public Call bool(boolean value) {
        throw new UnsupportedOperationException();
    }

    public Call type(AclType type) {
        throw new UnsupportedOperationException();
    }

    public Call text(String text) {
        throw new UnsupportedOperationException();
    }

    /**
     * Queues the operator on the device's stream.
     *
     * @throws io.hearth.device.DeviceException with a sentence that names the operator, the code and CANN's own text
     */
    public void run() {
        throw new UnsupportedOperationException();
    }
}
