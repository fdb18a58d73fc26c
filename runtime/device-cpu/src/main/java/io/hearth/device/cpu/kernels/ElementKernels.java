package io.hearth.device.cpu.kernels;

import static io.hearth.device.cpu.host.NativeFunction.failed;

import io.hearth.device.DType;
import io.hearth.device.SortedIds;
import io.hearth.device.Tensor;
import java.lang.invoke.MethodHandle;

/**
 * Memory, elementwise operations, rows by index and dropout.
 *
 * <p>Every method answers false, without having done anything, where there is no such kernel for the type.
 */
final class ElementKernels {
    private final Functions functions;

    ElementKernels(Functions functions) {
        this.functions = functions;
    }

    boolean add(Tensor a, Tensor b, Tensor out) {
        ActFunctions act = functions.of(a.type());
        if (act == null) {
            return false;
        }
        try {
            act.add.invokeExact(a.address(), b.address(), out.address(), a.elements());
            return true;
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    boolean axpy(float alpha, Tensor x, Tensor y) {
        ActFunctions act = functions.of(x.type());
        if (act == null) {
            return false;
        }
        try {
            act.axpy.invokeExact(alpha, x.address(), y.address(), x.elements());
            return true;
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    boolean scale(Tensor x, float factor) {
        ActFunctions act = functions.of(x.type());
        if (act == null) {
            return false;
        }
        try {
            act.scale.invokeExact(x.address(), factor, x.elements());
            return true;
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    boolean scale(Tensor x, Tensor factor) {
        ActFunctions act = functions.of(x.type());
        if (act == null) {
            return false;
        }
        try {
            act.scaleBy.invokeExact(x.address(), factor.address(), x.elements());
            return true;
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    boolean gatherRows(Tensor source, Tensor index, Tensor target) {
        ActFunctions act = functions.of(source.type());
        if (act == null) {
            return false;
        }
        try {
            act.gatherRows.invokeExact(
                    source.address(), index.address(), target.address(), index.elements(), (long) source.cols());
            return true;
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    boolean scatterRows(Tensor source, Tensor index, Tensor target) {
        ActFunctions act = functions.of(source.type());
        if (act == null) {
            return false;
        }
        try {
            act.scatterRows.invokeExact(
                    source.address(), index.address(), target.address(), index.elements(), (long) source.cols());
            return true;
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    boolean embeddingGrad(Tensor dx, SortedIds ids, Tensor dTable) {
        ActFunctions act = functions.of(dx.type());
        if (act == null) {
            return false;
        }
        try {
            act.embeddingGrad.invokeExact(
                    dx.address(),
                    ids.order().address(),
                    ids.starts().address(),
                    ids.ids().address(),
                    dTable.address(),
                    (long) ids.distinct(),
                    (long) dx.rows(),
                    (long) dx.cols());
            return true;
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    boolean biasGrad(Tensor dy, Tensor dBias) {
        ActFunctions act = functions.of(dy.type());
        if (act == null) {
            return false;
        }
        try {
            act.biasGrad.invokeExact(dy.address(), dy.rowStride(), dBias.address(), (long) dy.rows(), (long) dy.cols());
            return true;
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    boolean dropout(Tensor x, float probability, long seed, long offset, Tensor y, Tensor mask) {
        ActFunctions act = functions.of(x.type());
        if (act == null) {
            return false;
        }
        try {
            act.dropout.invokeExact(x.address(), probability, seed, offset, y.address(), mask.address(), x.elements());
            return true;
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    boolean dropoutGrad(Tensor dy, float probability, Tensor mask, Tensor dx) {
        ActFunctions act = functions.of(dy.type());
        if (act == null) {
            return false;
        }
        try {
            act.dropoutGrad.invokeExact(dy.address(), probability, mask.address(), dx.address(), dy.elements());
            return true;
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    boolean copy(Tensor source, Tensor target) {
        DType from = source.type();
        DType to = target.type();
        if (!functions.present()) {
            return false;
        }
        if (from == to && from.bytes() == DType.F32.bytes()) {
            call(functions.f32.copy, source, target);
        } else if (from == to && from.bytes() == DType.BF16.bytes()) {
            call(functions.bf16.copy, source, target);
        } else if (from == DType.F32 && to == DType.BF16) {
            call(functions.bf16.copyFromF32, source, target);
        } else if (from == DType.BF16 && to == DType.F32) {
            call(functions.bf16.copyToF32, source, target);
        } else {
            return false;
        }
        return true;
    }

    private static void call(MethodHandle copy, Tensor source, Tensor target) {
        try {
            copy.invokeExact(
                    source.address(),
                    source.rowStride(),
                    target.address(),
                    target.rowStride(),
                    (long) source.rows(),
                    (long) source.cols());
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /** Zeros only. */
    boolean fill(Tensor x, float value) {
        if (Float.floatToRawIntBits(value) != 0) {
            return false;
        }
        x.buffer().host().asSlice(x.byteOffset(), x.bytes()).fill((byte) 0);
        return true;
    }
}
