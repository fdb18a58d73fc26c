package io.hearth.device.ascend.kernels;

import static io.hearth.device.ascend.aclnn.AclnnOperators.ADDMM;
import static io.hearth.device.ascend.aclnn.AclnnOperators.INPLACE_ADDMM;
import static io.hearth.device.ascend.aclnn.AclnnOperators.MM;

import io.hearth.device.DType;
import io.hearth.device.Tensor;
import io.hearth.device.ascend.aclnn.AclType;
import io.hearth.device.ascend.aclnn.Call;
import io.hearth.device.ascend.aclnn.Operator;
import io.hearth.device.ascend.aclnn.Operators;
import io.hearth.device.ascend.aclnn.Scratch;
import io.hearth.device.ascend.aclnn.Soc;

/**
 * Products of two matrices, in every combination of types that {@link io.hearth.device.Kernels#matmul} allows.
 *
 * <p>The matrix unit sums in f32, but an operator gives what it sums in f32 only if its operands are f32: products of bf16
 * come rounded to bf16, and whatever is added or multiplied then is a second rounding. Where the result must be rounded once
 * or not at all, there are two ways: newer versions of CANN have a way of computing (4, USE_FP32_ADD) that older ones refuse,
 * which is tried once; else the operands are converted to f32, block by block, in scratch memory ({@link WideProducts}).
 */
final class Products {
    /** Ways of computing: {@code cubeMathType}. */
    static final int KEEP_TYPE = 0;

    private static final int F32_ADD = 4;

    private final Operators operators;
    private final Scratch scratch;
    private final Steps steps;
    private final WideProducts wide;
    private final boolean newerWay;
    private final Refusals refusals = new Refusals();

    Products(Operators operators, Scratch scratch) {
        this.operators = operators;
        this.scratch = scratch;
        steps = new Steps(operators);
        wide = new WideProducts(operators, scratch);
        Soc.Family family = operators.soc().family();
        newerWay = family == Soc.Family.A2 || family == Soc.Family.A3;
    }

    /** See {@link io.hearth.device.Kernels#matmul}. */
    void multiply(Tensor a, boolean transposeA, Tensor b, boolean transposeB, float alpha, float beta, Tensor out) {
        if (out.elements() == 0) {
            return;
        }
        boolean f32 = a.type() == DType.F32;
        boolean direct = f32 ? operators.soc().f32Products() : beta == 0 && exact(alpha) && out.type() == a.type();
        if (direct && beta == 0) {
            product(a, transposeA, b, transposeB, out);
            if (alpha != 1) {
                steps.scale(Operand.of(out), alpha);
            }
        } else if (direct) {
            addProduct(a, transposeA, b, transposeB, alpha, out, KEEP_TYPE);
        } else if (f32 || !addedInF32(a, transposeA, b, transposeB, alpha, beta, out)) {
            wide.multiply(a, transposeA, b, transposeB, alpha, beta, out);
        }
    }

    /** Whether multiplying by it rounds nothing. */
    private static boolean exact(float alpha) {
        return (Float.floatToRawIntBits(alpha) & 0x7fffff) == 0;
    }

    /** {@code y = x weight^T + bias}. */
    void linear(Tensor x, Tensor weight, Tensor bias, Tensor y) {
        if (y.elements() == 0) {
            return;
        }
        boolean plain = x.type() == y.type()
                && (x.type() != DType.F32 || operators.soc().f32Products());
        if (plain && bias == null) {
            product(x, false, weight, true, y);
        } else if (plain) {
            addmm(Operand.of(bias), x, false, weight, true, 1, y, KEEP_TYPE);
        } else if (x.type() == DType.F32 || !linearInF32(x, weight, bias, y)) {
            wide.multiply(x, false, weight, true, 1, 0, y);
            addBias(bias, y);
        }
    }

    /** {@code y += x weight^T}; in a short type the product may be rounded before it is added. */
    void add(Tensor x, Tensor weight, Tensor y) {
        if (x.type() == DType.F32) {
            multiply(x, false, weight, true, 1, 1, y);
        } else {
            addProduct(x, false, weight, true, 1, y, KEEP_TYPE);
        }
    }

    private void addBias(Tensor bias, Tensor y) {
        if (bias == null) {
            return;
        }
        if (bias.type() == y.type()) {
            steps.addTo(Operand.of(y), Operand.of(bias), 1);
            return;
        }
        scratch.reset();
        Piece converted = Piece.take(scratch, AclType.of(y.type()), bias.elements());
        steps.cast(Operand.of(bias), AclType.of(y.type()), converted);
        steps.addTo(Operand.of(y), converted, 1);
    }

    private void product(Tensor a, boolean transposeA, Tensor b, boolean transposeB, Tensor out) {
        Call call = operators.call(MM);
        Operand.of(a, transposeA).to(call);
        Operand.of(b, transposeB).to(call);
        call.tensor(out).i8(KEEP_TYPE).run();
    }

    /**
     * {@code out += alpha * op(a) op(b)} by one operator. In a short type the product may be rounded before it is added.
     *
     * @param way of computing
     */
    private void addProduct(
            Tensor a, boolean transposeA, Tensor b, boolean transposeB, float alpha, Tensor out, int way) {
        Call call = operators.call(INPLACE_ADDMM).tensor(out);
        Operand.of(a, transposeA).to(call);
        Operand.of(b, transposeB).to(call);
        call.scalar(1, AclType.FLOAT).scalar(alpha, AclType.FLOAT).i8(way).run();
    }

    private void addmm(
            Operand added,
            Tensor a,
            boolean transposeA,
            Tensor b,
            boolean transposeB,
            float alpha,
            Tensor out,
            int way) {
        Call call = operators.call(ADDMM);
        added.to(call);
        Operand.of(a, transposeA).to(call);
        Operand.of(b, transposeB).to(call);
        call.scalar(1, AclType.FLOAT)
                .scalar(alpha, AclType.FLOAT)
                .tensor(out)
                .i8(way)
                .run();
    }

    // ---- Short operands, sums in f32 -------------------------------------------------------------------------------

    /** Whether this version of CANN could do it in its newer way. */
    private boolean addedInF32(
            Tensor a, boolean transposeA, Tensor b, boolean transposeB, float alpha, float beta, Tensor out) {
        if (beta == 0) {
            return attempt(
                    ADDMM, out.type(), () -> addmm(zeros(out, a), a, transposeA, b, transposeB, alpha, out, F32_ADD));
        }
        // What is added must have the operands' type.
        return out.type() == a.type()
                && attempt(
                        INPLACE_ADDMM, out.type(), () -> addProduct(a, transposeA, b, transposeB, alpha, out, F32_ADD));
    }

    private boolean linearInF32(Tensor x, Tensor weight, Tensor bias, Tensor y) {
        return attempt(
                ADDMM,
                y.type(),
                () -> addmm(bias == null ? zeros(y, x) : Operand.of(bias), x, false, weight, true, 1, y, F32_ADD));
    }

    /** A row of zeros of the operands' type, that every row of out begins with. */
    private Piece zeros(Tensor out, Tensor operand) {
        scratch.reset();
        Piece zeros = Piece.take(scratch, AclType.of(operand.type()), out.dim(1));
        operators.memset(zeros.address(), 0, zeros.bytes());
        return zeros;
    }

    private boolean attempt(Operator operator, DType result, Runnable call) {
        return newerWay && refusals.attempt(operator, "sums in f32 that become " + result, call);
    }
}
