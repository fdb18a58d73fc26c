package io.hearth.device.ascend.kernels;

import static io.hearth.device.ascend.aclnn.AclnnOperators.GROUPED_MATMUL_V4;
import static io.hearth.device.ascend.aclnn.AclnnOperators.GROUPED_MATMUL_V5;

import io.hearth.device.DType;
import io.hearth.device.LoraSegments;
import io.hearth.device.Tensor;
import io.hearth.device.ascend.aclnn.AclType;
import io.hearth.device.ascend.aclnn.Call;
import io.hearth.device.ascend.aclnn.Operator;
import io.hearth.device.ascend.aclnn.Operators;
import io.hearth.device.ascend.aclnn.Scratch;
import java.util.function.Consumer;

/**
 * Products of groups of rows with a matrix each, in one call. Whether a version of CANN takes matrices that are transposed by
 * their strides is not documented; one that refuses a type once is not asked for it again, and the caller goes through the
 * groups by itself.
 */
final class GroupedProducts {
    /** Groups are stretches of what is summed over: {@code groupType}. */
    static final int GROUPS_OF_SUMS = 2;

    private static final int GROUPS_OF_ROWS = 0;
    private static final int ONE_RESULT = 3;
    private static final int MOST_COLUMNS = 65536;

    private final Operators operators;
    private final Scratch scratch;
    private final Steps steps;
    private final Operator operator;
    private final Refusals refusals = new Refusals();

    GroupedProducts(Operators operators, Scratch scratch) {
        this.operators = operators;
        this.scratch = scratch;
        steps = new Steps(operators);
        operator = operators.has(GROUPED_MATMUL_V4) ? GROUPED_MATMUL_V4 : GROUPED_MATMUL_V5;
    }

    /**
     * See {@link io.hearth.device.Kernels#groupedMatmul}.
     *
     * @return false if nothing was done
     */
    boolean multiply(Tensor x, Tensor weight, Tensor offsets, Tensor y) {
        long in = weight.dim(2);
        long out = weight.dim(1);
        if (!takes(x.type(), in, out)) {
            return false;
        }
        scratch.reset();
        Piece ends = ends(offsets);
        long[] shape = {weight.dim(0), in, out};
        long[] strides = {in * out, 1, in};
        return run(x, list -> list.strided(weight, shape, strides, 0), ends, Operand.of(y));
    }

    /**
     * See {@link io.hearth.device.Kernels#lora}.
     *
     * @return false if nothing was done
     */
    boolean lora(Tensor x, Tensor a, Tensor b, LoraSegments segments, Tensor low, Tensor y) {
        int[] cuRows = segments.cuRows();
        int covered = cuRows[cuRows.length - 1];
        AclType type = AclType.of(x.type());
        long added = (long) covered * y.cols() * type.bytes();
        if (!takes(x.type(), a.dim(2), a.dim(1), b.dim(1)) || added > scratch.bytes() - (1 << 20)) {
            return false;
        }
        scratch.reset();
        Piece ends = ends(segments.cuRowsDevice().rows(0, cuRows.length));
        Piece up = Piece.take(scratch, type, covered, y.cols());
        Tensor rows = low.rows(0, covered);
        if (!run(x.rows(0, covered), matrices(a, segments.adapter()), ends, Operand.of(rows))
                || !run(rows, matrices(b, segments.adapter()), ends, up)) {
            return false;
        }
        steps.addTo(Operand.of(y.rows(0, covered)), up, 1);
        return true;
    }

    private boolean takes(DType type, long... columns) {
        boolean narrow = true;
        for (long count : columns) {
            narrow &= count < MOST_COLUMNS;
        }
        return narrow && operators.has(operator) && !refusals.contains(like(type));
    }

    /** Where each group ends, i64, from cumulative rows with a leading 0. */
    private Piece ends(Tensor offsets) {
        long groups = offsets.elements() - 1;
        Piece ends = Piece.take(scratch, AclType.INT64, groups);
        steps.copy(Operand.of(offsets.rows(1, groups + 1)), ends);
        return ends;
    }

    /** Some matrices of a stack, transposed. */
    private static Consumer<Call> matrices(Tensor stack, int[] indices) {
        long rows = stack.dim(1);
        long cols = stack.dim(2);
        long[] shape = {cols, rows};
        long[] strides = {1, cols};
        return list -> {
            for (int index : indices) {
                list.strided(stack, shape, strides, index * rows * cols);
            }
        };
    }

    private static String like(DType type) {
        return "transposed matrices of " + type;
    }

    private boolean run(Tensor x, Consumer<Call> weights, Piece ends, Operand y) {
        return refusals.attempt(operator, like(x.type()), () -> {
            Call call = operators.call(operator);
            call.list(x).listOf(weights);
            for (int unused = 0; unused < 6; unused++) {
                call.none();
            }
            ends.to(call);
            call.none().none().none();
            call.i64(ONE_RESULT).i64(GROUPS_OF_ROWS).i64(0).i64(0);
            if (operator == GROUPED_MATMUL_V5) {
                call.none();
            }
            call.listOf(y::to).none().none().run();
        });
    }
}
