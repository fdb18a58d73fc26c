package io.hearth.device;

import java.util.Arrays;

/**
 * A typed, shaped, row-major window on a device buffer.
 *
 * <p>The last dimension is always contiguous. A tensor of two dimensions may be a <em>view</em> whose rows are further
 * apart than they are wide ({@link #columns}); every other tensor is contiguous. Kernels accept views only where they say
 * so. A tensor owns nothing: the buffer's owner decides when it goes.
 */
public final class Tensor {
    private final DeviceBuffer buffer;
    private final long offset;
    private final DType type;
    private final long[] shape;
    private final long rowStride;

    private Tensor(DeviceBuffer buffer, long offset, DType type, long[] shape, long rowStride) {
        this.buffer = buffer;
        this.offset = offset;
        this.type = type;
        this.shape = shape;
        this.rowStride = rowStride;
    }

    /**
     * A contiguous tensor on a buffer.
     *
     * @param byteOffset where the first element lies, in bytes from the buffer's start
     * @throws IllegalArgumentException if the shape is empty or does not fit into the buffer
     */
    public static Tensor of(DeviceBuffer buffer, long byteOffset, DType type, long... shape) {
        long[] dimensions = checkedShape(shape);
        long end = Math.addExact(byteOffset, Math.multiplyExact(elements(dimensions), type.bytes()));
        if (byteOffset < 0 || byteOffset % type.bytes() != 0 || end > buffer.bytes()) {
            throw new IllegalArgumentException("a tensor " + type + Arrays.toString(shape) + " at byte " + byteOffset
                    + " does not fit into a buffer of " + buffer.bytes() + " bytes");
        }
        return new Tensor(buffer, byteOffset, type, dimensions, dimensions[dimensions.length - 1]);
    }

    private static long[] checkedShape(long[] shape) {
        if (shape.length == 0 || shape.length > 4) {
            throw new IllegalArgumentException("a tensor has one to four dimensions, not " + shape.length);
        }
        for (long dimension : shape) {
            if (dimension < 0) {
                throw new IllegalArgumentException("negative dimension in " + Arrays.toString(shape));
            }
        }
        return shape.clone();
    }

    private static long elements(long[] shape) {
        long product = 1;
        for (long dimension : shape) {
            product = Math.multiplyExact(product, dimension);
        }
        return product;
    }

    public DeviceBuffer buffer() {
        return buffer;
    }

    /** Offset of the first element from the buffer's start, in bytes. */
    public long byteOffset() {
        return offset;
    }

    /** Address of the first element in the device's address space. */
    public long address() {
        return buffer.address() + offset;
    }

    public DType type() {
        return type;
    }

    public int rank() {
        return shape.length;
    }

    public long dim(int axis) {
        return shape[axis];
    }

    public long[] shape() {
        return shape.clone();
    }

    /** Number of elements. */
    public long elements() {
        return elements(shape);
    }

    /** Bytes of the elements, without the gaps of a view. */
    public long bytes() {
        return elements() * type.bytes();
    }

    /** Size of the last dimension. */
    public int cols() {
        return Math.toIntExact(shape[shape.length - 1]);
    }

    /** Product of all dimensions but the last. */
    public int rows() {
        long cols = shape[shape.length - 1];
        return cols == 0 ? 0 : Math.toIntExact(elements() / cols);
    }

    /** Distance between rows in elements; equals {@link #cols()} unless this is a view. */
    public long rowStride() {
        return rowStride;
    }

    public boolean isContiguous() {
        return rowStride == shape[shape.length - 1] || rows() <= 1;
    }

    /**
     * Rows {@code from} (inclusive) to {@code to} (exclusive) of the first dimension.
     *
     * @throws IndexOutOfBoundsException if they are not there
     */
    public Tensor rows(long from, long to) {
        if (from < 0 || to < from || to > shape[0]) {
            throw new IndexOutOfBoundsException("rows " + from + " to " + to + " of " + this);
        }
        long[] part = shape.clone();
        part[0] = to - from;
        long perRow = rank() == 1 ? 1 : rank() == 2 ? rowStride : elements(shape) / Math.max(1, shape[0]);
        long stride = rank() == 1 ? part[0] : rowStride;
        return new Tensor(buffer, offset + from * perRow * type.bytes(), type, part, stride);
    }

    /**
     * A view on columns {@code from} to {@code to} of a tensor of two dimensions.
     *
     * @throws IndexOutOfBoundsException if they are not there
     */
    public Tensor columns(long from, long to) {
        if (rank() != 2 || from < 0 || to < from || to > shape[1]) {
            throw new IndexOutOfBoundsException("columns " + from + " to " + to + " of " + this);
        }
        return new Tensor(buffer, offset + from * type.bytes(), type, new long[] {shape[0], to - from}, rowStride);
    }

    /**
     * The same elements in another shape.
     *
     * @throws IllegalArgumentException if this is a view or the number of elements differs
     */
    public Tensor reshape(long... newShape) {
        if (!isContiguous()) {
            throw new IllegalArgumentException("a view cannot be reshaped: " + this);
        }
        long[] dimensions = checkedShape(newShape);
        if (elements(dimensions) != elements()) {
            throw new IllegalArgumentException(this + " has not as many elements as " + Arrays.toString(newShape));
        }
        return new Tensor(buffer, offset, type, dimensions, dimensions[dimensions.length - 1]);
    }

    /** {@code length} elements of a contiguous tensor from element {@code from} on, as one dimension. */
    public Tensor slice(long from, long length) {
        if (!isContiguous() || from < 0 || length < 0 || from + length > elements()) {
            throw new IndexOutOfBoundsException("elements " + from + " to " + (from + length) + " of " + this);
        }
        return new Tensor(buffer, offset + from * type.bytes(), type, new long[] {length}, length);
    }

    @Override
    public String toString() {
        return type + Arrays.toString(shape) + (isContiguous() ? "" : "/" + rowStride);
    }
}
