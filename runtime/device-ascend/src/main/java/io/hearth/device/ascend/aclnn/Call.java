package io.hearth.device.ascend.aclnn;

import io.hearth.device.Tensor;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * One call of an operator: its arguments in the order of the operator's signature, then {@link #run}. Kinds are checked
 * against the signature. A device has one of these, which is used again and again.
 */
public final class Call {
    private final Runner runner;
    private final Arguments arguments = new Arguments();
    private final Map<String, Long> texts = new HashMap<>();
    private Bound bound;
    private int position;
    private boolean inList;

    Call(Runner runner) {
        this.runner = runner;
    }

    Call begin(Bound operator) {
        bound = operator;
        position = 0;
        inList = false;
        arguments.clear();
        return this;
    }

    /** Turns to the next argument, which is of this kind. */
    private void next(Kind kind) {
        if (inList) {
            if (kind != Kind.TENSOR) {
                throw wrong(kind.name());
            }
            return;
        }
        if (position >= bound.operator().arguments() || bound.operator().kind(position) != kind) {
            throw wrong(kind.name());
        }
        position++;
    }

    private IllegalStateException wrong(String given) {
        Operator operator = bound.operator();
        return new IllegalStateException(
                position >= operator.arguments()
                        ? operator.name() + " takes " + operator.arguments() + " arguments, and was given one more: "
                                + given
                        : operator.name() + " takes " + operator.kind(position) + " \"" + operator.parameter(position)
                                + "\" as argument " + (position + 1) + (inList ? ", a list of tensors" : "")
                                + ", and was given " + given);
    }

    /** A tensor as it is: its shape, and the row stride of a view. */
    public Call tensor(Tensor tensor) {
        long[] shape = tensor.shape();
        long[] strides = Arguments.contiguous(shape);
        long storage = tensor.elements();
        if (!tensor.isContiguous()) {
            strides[0] = tensor.rowStride();
            storage = (shape[0] - 1) * tensor.rowStride() + shape[1];
        }
        return add(tensor, shape, strides, 0, storage);
    }

    /** A contiguous tensor seen in another shape of as many elements. */
    public Call tensor(Tensor tensor, long... shape) {
        Tensor seen = checked(tensor, shape);
        return add(seen, shape, Arguments.contiguous(shape), 0, seen.elements());
    }

    private static Tensor checked(Tensor tensor, long[] shape) {
        long elements = 1;
        for (long dimension : shape) {
            elements *= dimension;
        }
        if (!tensor.isContiguous() || elements != tensor.elements()) {
            throw new IllegalArgumentException(tensor + " cannot be seen as " + Arrays.toString(shape));
        }
        return tensor;
    }

    /** A tensor of two dimensions with dimensions and strides exchanged. */
    public Call transposed(Tensor tensor) {
        if (tensor.rank() != 2) {
            throw new IllegalArgumentException(tensor + " has not two dimensions");
        }
        long rows = tensor.dim(0);
        long columns = tensor.dim(1);
        long stride = Math.max(tensor.rowStride(), columns);
        long storage = rows == 0 ? 0 : (rows - 1) * stride + columns;
        return add(tensor, new long[] {columns, rows}, new long[] {1, stride}, 0, storage);
    }

    /**
     * Any window on a tensor's buffer.
     *
     * @param strides in elements
     * @param offset in elements from the tensor's first one
     */
    public Call strided(Tensor tensor, long[] shape, long[] strides, long offset) {
        long last = offset;
        for (int axis = 0; axis < shape.length; axis++) {
            last += (shape[axis] - 1) * strides[axis];
        }
        return add(tensor, shape, strides, offset, last + 1);
    }

    private Call add(Tensor tensor, long[] shape, long[] strides, long offset, long storage) {
        next(Kind.TENSOR);
        arguments.tensor(
                tensor.address(),
                AclType.of(tensor.type()),
                AclFormat.ND,
                shape,
                strides,
                offset,
                Math.max(0, storage));
        return this;
    }

    /** A contiguous tensor anywhere in the card's memory. */
    public Call tensor(long address, AclType type, long... shape) {
        long elements = 1;
        for (long dimension : shape) {
            elements *= dimension;
        }
        return strided(address, type, shape, Arguments.contiguous(shape), 0, elements);
    }

    /**
     * A window on any memory of the card.
     *
     * @param strides in elements
     * @param offset in elements from the address
     * @param storageElements elements that may be touched from the address on
     */
    public Call strided(long address, AclType type, long[] shape, long[] strides, long offset, long storageElements) {
        next(Kind.TENSOR);
        arguments.tensor(address, type, AclFormat.ND, shape, strides, offset, storageElements);
        return this;
    }

    /**
     * A tensor in a layout of its own.
     *
     * @param shape as the operator sees it
     * @param storageShape as it lies in memory, padding included
     */
    public Call formatted(long address, AclType type, AclFormat format, long[] shape, long[] storageShape) {
        next(Kind.TENSOR);
        arguments.tensor(address, type, format, shape, Arguments.contiguous(shape), 0, storageShape);
        return this;
    }

    /** NULL for a tensor, list or array that is not given. */
    public Call none() {
        if (inList
                || position >= bound.operator().arguments()
                || !bound.operator().kind(position).mayBeMissing()) {
            throw wrong("NULL");
        }
        position++;
        arguments.mark(Arguments.Mark.NONE);
        return this;
    }

    /** A tensor of no elements. */
    public Call empty(AclType type) {
        next(Kind.TENSOR);
        arguments.tensor(0, type, AclFormat.ND, new long[] {0}, new long[] {1}, 0, 0);
        return this;
    }

    /** A list of tensors as they are. */
    public Call list(Tensor... tensors) {
        beginList();
        for (Tensor tensor : tensors) {
            tensor(tensor);
        }
        return endList();
    }

    /** A list of the tensors that are named within. */
    public Call listOf(Consumer<Call> tensors) {
        beginList();
        tensors.accept(this);
        return endList();
    }

    private void beginList() {
        if (inList) {
            throw wrong("a list");
        }
        next(Kind.LIST);
        arguments.mark(Arguments.Mark.LIST);
        inList = true;
    }

    private Call endList() {
        inList = false;
        arguments.mark(Arguments.Mark.LIST_END);
        return this;
    }

    /** A scalar of the host: FLOAT, DOUBLE, INT32, INT64 or BOOL. */
    public Call scalar(double value, AclType type) {
        next(Kind.SCALAR);
        arguments.scalar(
                type,
                switch (type) {
                    case FLOAT -> Float.floatToRawIntBits((float) value) & 0xffff_ffffL;
                    case DOUBLE -> Double.doubleToRawLongBits(value);
                    case INT32 -> (int) value & 0xffff_ffffL;
                    case INT64 -> (long) value;
                    case BOOL -> value != 0 ? 1 : 0;
                    default -> throw new IllegalArgumentException("a scalar of " + type + " is given as FLOAT");
                });
        return this;
    }

    /** An array of integers of the host. */
    public Call array(long... values) {
        next(Kind.ARRAY);
        arguments.array(values.length);
        arguments.attributes.addAll(values);
        return this;
    }

    /** {@code count} elements of an array from {@code from} on. */
    public Call array(int[] values, int from, int count) {
        next(Kind.ARRAY);
        arguments.array(count);
        for (int i = from; i < from + count; i++) {
            arguments.attributes.add(values[i]);
        }
        return this;
    }

    public Call i64(long value) {
        return value(Kind.I64, value);
    }

    public Call u64(long value) {
        return value(Kind.U64, value);
    }

    public Call i32(int value) {
        return value(Kind.INT, value);
    }

    public Call i8(int value) {
        return value(Kind.I8, value);
    }

    public Call f64(double value) {
        return value(Kind.DOUBLE, Double.doubleToRawLongBits(value));
    }

    public Call f32(float value) {
        return value(Kind.FLOAT, Float.floatToRawIntBits(value));
    }

    public Call bool(boolean value) {
        return value(Kind.BOOL, value ? 1 : 0);
    }

    public Call type(AclType type) {
        return value(Kind.TYPE, type.code());
    }

    /** Text; null for NULL. */
    public Call text(String text) {
        return value(Kind.TEXT, text == null ? 0 : texts.computeIfAbsent(text, Call::keep));
    }

    /** There are a dozen different texts in the life of a process. */
    private static long keep(String text) {
        return Arena.global().allocateFrom(text).address();
    }

    private Call value(Kind kind, long bits) {
        next(kind);
        arguments.value(bits);
        return this;
    }

    /**
     * Queues the operator on the device's stream.
     *
     * @throws io.hearth.device.DeviceException with a sentence that names the operator, the code and CANN's own text
     */
    public void run() {
        if (position < bound.operator().arguments()) {
            throw wrong("no more");
        }
        runner.run(bound, arguments);
    }
}
