package io.hearth.device.ascend.kernels;

import static io.hearth.device.ascend.aclnn.AclnnOperators.ADD;
import static io.hearth.device.ascend.aclnn.AclnnOperators.CAST;
import static io.hearth.device.ascend.aclnn.AclnnOperators.GE_SCALAR;
import static io.hearth.device.ascend.aclnn.AclnnOperators.INDEX_SELECT;
import static io.hearth.device.ascend.aclnn.AclnnOperators.INPLACE_ADD;
import static io.hearth.device.ascend.aclnn.AclnnOperators.INPLACE_ADDS;
import static io.hearth.device.ascend.aclnn.AclnnOperators.INPLACE_COPY;
import static io.hearth.device.ascend.aclnn.AclnnOperators.INPLACE_FILL_SCALAR;
import static io.hearth.device.ascend.aclnn.AclnnOperators.INPLACE_INDEX_COPY;
import static io.hearth.device.ascend.aclnn.AclnnOperators.INPLACE_MUL;
import static io.hearth.device.ascend.aclnn.AclnnOperators.INPLACE_MULS;
import static io.hearth.device.ascend.aclnn.AclnnOperators.MUL;
import static io.hearth.device.ascend.aclnn.AclnnOperators.REDUCE_SUM;
import static io.hearth.device.ascend.aclnn.AclnnOperators.SCATTER_ND_UPDATE;
import static io.hearth.device.ascend.aclnn.AclnnOperators.SUB;

import io.hearth.device.Tensor;
import io.hearth.device.ascend.aclnn.AclType;
import io.hearth.device.ascend.aclnn.Call;
import io.hearth.device.ascend.aclnn.Operator;
import io.hearth.device.ascend.aclnn.Operators;
import io.hearth.device.ascend.aclnn.Scratch;

/** The small operators that kernels are composed of, a line each. Shapes are broadcast as the operators do it. */
final class Steps {
    private final Operators operators;

    Steps(Operators operators) {
        this.operators = operators;
    }

    /** Contiguous elements into another type, to nearest even. */
    void cast(Operand from, AclType type, Operand to) {
        Call call = operators.call(CAST);
        from.to(call);
        call.type(type);
        finish(call, to);
    }

    /** Any elements into any others of the same shape, converted where the types differ. */
    void copy(Operand from, Operand to) {
        Call call = operators.call(INPLACE_COPY);
        to.to(call);
        finish(call, from);
    }

    void fill(Operand target, double value, AclType scalar) {
        Call call = operators.call(INPLACE_FILL_SCALAR);
        target.to(call);
        call.scalar(value, scalar).run();
    }

    void add(Operand a, Operand b, Operand out) {
        sum(ADD, a, b, 1, out);
    }

    /** {@code out = a - b} */
    void sub(Operand a, Operand b, Operand out) {
        sum(SUB, a, b, 1, out);
    }

    private void sum(Operator operator, Operand a, Operand b, double alpha, Operand out) {
        Call call = operators.call(operator);
        a.to(call);
        b.to(call);
        call.scalar(alpha, AclType.FLOAT);
        finish(call, out);
    }

    /** {@code target += alpha * other} */
    void addTo(Operand target, Operand other, double alpha) {
        addTo(target, other, alpha, AclType.FLOAT);
    }

    void addTo(Operand target, Operand other, double alpha, AclType scalar) {
        Call call = operators.call(INPLACE_ADD);
        target.to(call);
        other.to(call);
        call.scalar(alpha, scalar).run();
    }

    /** {@code target += value} */
    void addScalar(Operand target, double value, AclType scalar) {
        Call call = operators.call(INPLACE_ADDS);
        target.to(call);
        call.scalar(value, scalar).scalar(1, scalar).run();
    }

    void mul(Operand a, Operand b, Operand out) {
        Call call = operators.call(MUL);
        a.to(call);
        b.to(call);
        finish(call, out);
    }

    /** {@code target *= factor} */
    void mulBy(Operand target, Operand factor) {
        Call call = operators.call(INPLACE_MUL);
        target.to(call);
        finish(call, factor);
    }

    /** {@code target *= factor} */
    void scale(Operand target, double factor) {
        Call call = operators.call(INPLACE_MULS);
        target.to(call);
        call.scalar(factor, AclType.FLOAT).run();
    }

    /** An operator that takes one tensor and gives one. */
    void map(Operator operator, Operand x, Operand out) {
        Call call = operators.call(operator);
        x.to(call);
        finish(call, out);
    }

    /** Whether each element is at least {@code value}; {@code out} BOOL. */
    void atLeast(Operand x, double value, Operand out) {
        Call call = operators.call(GE_SCALAR);
        x.to(call);
        call.scalar(value, AclType.FLOAT);
        finish(call, out);
    }

    /** Sums over one dimension in f32. */
    void reduceSum(Operand x, long dimension, boolean keep, Operand out) {
        Call call = operators.call(REDUCE_SUM);
        x.to(call);
        call.array(dimension).bool(keep).type(AclType.FLOAT);
        finish(call, out);
    }

    /** {@code out[i] = x[index[i]]} along the first dimension; {@code index} i32. */
    void gather(Operand x, Operand index, Operand out) {
        Call call = operators.call(INDEX_SELECT);
        x.to(call);
        call.i64(0);
        index.to(call);
        finish(call, out);
    }

    /**
     * {@code target[index[i]] = source[i]} along the first dimension.
     *
     * @param index i32, distinct
     */
    void scatter(Operand target, Tensor index, Operand source) {
        if (!operators.has(INPLACE_INDEX_COPY) && operators.has(SCATTER_ND_UPDATE)) {
            Call call = operators.call(SCATTER_ND_UPDATE);
            target.to(call);
            call.tensor(index, index.elements(), 1);
            finish(call, source);
            return;
        }
        Call call = operators.call(INPLACE_INDEX_COPY);
        target.to(call);
        call.i64(0).tensor(index);
        finish(call, source);
    }

    private static void finish(Call call, Operand last) {
        last.to(call);
        call.run();
    }

    /** How many rows of so many bytes fit into what is left of scratch memory; at least 1, at most {@code rows}. */
    static int rowsAtOnce(Scratch scratch, long bytesPerRow, long rows) {
        // Up to sixteen pieces begin at multiples of 256 bytes.
        long room = scratch.left() - 16 * 256;
        return (int) Math.max(1, Math.min(rows, room / Math.max(1, bytesPerRow)));
    }
}
