package io.hearth.device.ascend.kernels;

import io.hearth.device.DType;
import io.hearth.device.Tensor;
import io.hearth.device.ascend.aclnn.AclType;
import io.hearth.device.ascend.aclnn.Operators;
import io.hearth.device.ascend.aclnn.Scratch;

/** Copies and arithmetic on single elements. */
final class ElementKernels {
    private final Operators operators;
    private final Scratch scratch;
    private final Steps steps;
    private final BfloatBits bits;
    private final DropoutMask masks;

    ElementKernels(Operators operators, Scratch scratch) {
        this.operators = operators;
        this.scratch = scratch;
        steps = new Steps(operators);
        bits = new BfloatBits(operators, scratch);
        masks = new DropoutMask(operators, scratch);
    }

    void fill(Tensor x, float value) {
        if (x.elements() == 0) {
            return;
        }
        if (Float.floatToRawIntBits(value) == 0) {
            operators.memset(x.address(), 0, x.bytes());
        } else if (x.type() == DType.I32) {
            steps.fill(Operand.of(x), (int) value, AclType.INT32);
        } else {
            steps.fill(Operand.of(x), value, AclType.FLOAT);
        }
    }

    void copy(Tensor source, Tensor target) {
        if (source.elements() == 0) {
            return;
        }
        boolean contiguous = source.isContiguous() && target.isContiguous();
        boolean same = source.type() == target.type();
        if (same && contiguous) {
            operators.copyOnCard(target.address(), source.address(), source.bytes());
        } else if ((source.type() == DType.BF16 || target.type() == DType.BF16)
                && !operators.soc().bf16()) {
            bits.copy(source, target);
        } else if (contiguous) {
            long count = source.elements();
            steps.cast(Operand.of(source, count), AclType.of(target.type()), Operand.of(target, count));
        } else {
            steps.copy(Operand.of(source), Operand.of(target));
        }
    }

    void add(Tensor a, Tensor b, Tensor out) {
        long count = out.elements();
        if (count == 0) {
            return;
        }
        if (out.address() == a.address()) {
            steps.addTo(Operand.of(out, count), Operand.of(b, count), 1);
        } else if (out.address() == b.address()) {
            steps.addTo(Operand.of(out, count), Operand.of(a, count), 1);
        } else {
            steps.add(Operand.of(a, count), Operand.of(b, count), Operand.of(out, count));
        }
    }

    void axpy(float alpha, Tensor x, Tensor y) {
        long count = y.elements();
        if (count > 0) {
            steps.addTo(Operand.of(y, count), Operand.of(x, count), alpha);
        }
    }

    void scale(Tensor x, float factor) {
        if (x.elements() > 0) {
            steps.scale(Operand.of(x, x.elements()), factor);
        }
    }

    /**
     * See {@link io.hearth.device.Kernels#scale(Tensor, Tensor)}. The factor is f32: short types are multiplied in f32 and
     * rounded once, because rounding the factor to them would be a second rounding.
     */
    void scale(Tensor x, Tensor factor) {
        if (x.type() == DType.F32) {
            if (x.elements() > 0) {
                steps.mulBy(Operand.of(x, x.elements()), Operand.of(factor));
            }
            return;
        }
        scratch.reset();
        long most = scratch.left() / Float.BYTES;
        Piece wide = Piece.take(scratch, AclType.FLOAT, Math.min(most, Math.max(1, x.elements())));
        for (long from = 0; from < x.elements(); from += most) {
            Tensor part = x.slice(from, Math.min(most, x.elements() - from));
            Piece values = wide.as(part.elements());
            steps.cast(Operand.of(part), AclType.FLOAT, values);
            steps.mulBy(values, Operand.of(factor));
            steps.cast(values, AclType.of(x.type()), Operand.of(part));
        }
    }

    void gatherRows(Tensor source, Tensor index, Tensor target) {
        if (target.elements() > 0) {
            steps.gather(Operand.of(source), Operand.of(index), Operand.of(target));
        }
    }

    void scatterRows(Tensor source, Tensor index, Tensor target) {
        if (source.elements() > 0) {
            steps.scatter(Operand.of(target), index, Operand.of(source));
        }
    }

    void dropout(Tensor x, float probability, long seed, long offset, Tensor y, Tensor mask) {
        masks.draw(probability, seed, offset, mask);
        dropoutGrad(x, probability, mask, y);
    }

    void dropoutGrad(Tensor dy, float probability, Tensor mask, Tensor dx) {
        AclType type = AclType.of(dy.type());
        scratch.reset();
        long most = scratch.left() / type.bytes();
        Piece factors = Piece.take(scratch, type, Math.min(most, Math.max(1, dy.elements())));
        for (long from = 0; from < dy.elements(); from += most) {
            long count = Math.min(most, dy.elements() - from);
            Piece kept = factors.as(count);
            Operand out = Operand.of(dx.slice(from, count));
            steps.cast(Operand.of(mask.slice(from, count)), type, kept);
            if (dx.address() == dy.address()) {
                steps.mulBy(out, kept);
            } else {
                steps.mul(Operand.of(dy.slice(from, count)), kept, out);
            }
            // Multiplying by 0 and 1 is exact, so that this is the only rounding.
            steps.scale(out, 1 / (1 - (double) probability));
        }
    }
}
