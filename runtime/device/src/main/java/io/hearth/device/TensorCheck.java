package io.hearth.device;

import java.util.Arrays;
import java.util.stream.Collectors;

/** What a kernel wants of one argument; every wish that is not met is an {@link IllegalArgumentException}. */
record TensorCheck(String name, Tensor tensor) {
    /** A size that may be anything. */
    static final long ANY = -1;

    static TensorCheck of(String name, Tensor tensor) {
        if (tensor == null) {
            throw new IllegalArgumentException(name + " is missing");
        }
        return new TensorCheck(name, tensor);
    }

    /** Wants this shape; {@link #ANY} stands for whatever size. */
    TensorCheck shape(long... wanted) {
        boolean fits = tensor.rank() == wanted.length;
        for (int axis = 0; fits && axis < wanted.length; axis++) {
            fits = wanted[axis] == ANY || wanted[axis] == tensor.dim(axis);
        }
        if (!fits) {
            String shape = Arrays.stream(wanted)
                    .mapToObj(size -> size == ANY ? "?" : Long.toString(size))
                    .collect(Collectors.joining(", ", "[", "]"));
            throw refused("the shape " + shape);
        }
        return this;
    }

    TensorCheck sameShape(TensorCheck other) {
        return shape(other.tensor.shape());
    }

    TensorCheck type(DType... allowed) {
        if (!Arrays.asList(allowed).contains(tensor.type())) {
            throw refused(Arrays.stream(allowed).distinct().map(DType::name).collect(Collectors.joining(" or ")));
        }
        return this;
    }

    /** Wants a type that is computed with. */
    TensorCheck act() {
        return type(DType.F32, DType.BF16, DType.F16);
    }

    TensorCheck sameType(TensorCheck other) {
        return type(other.tensor.type());
    }

    TensorCheck f32() {
        return type(DType.F32);
    }

    TensorCheck i32() {
        return type(DType.I32);
    }

    /** Wants rows without gaps between them. */
    TensorCheck contiguous() {
        if (!tensor.isContiguous()) {
            throw refused("a contiguous tensor");
        }
        return this;
    }

    /** Size along an axis. */
    long dim(int axis) {
        return tensor.dim(axis);
    }

    private IllegalArgumentException refused(String wanted) {
        return new IllegalArgumentException(name + " is " + tensor + ", but the kernel needs " + wanted);
    }
}
