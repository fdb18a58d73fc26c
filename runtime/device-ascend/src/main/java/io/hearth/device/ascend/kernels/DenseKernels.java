package io.hearth.device.ascend.kernels;

import static io.hearth.device.ascend.aclnn.AclnnOperators.GROUPED_MATMUL_ADD;

import io.hearth.device.DType;
import io.hearth.device.LoraSegments;
import io.hearth.device.PreparedWeight;
import io.hearth.device.Tensor;
import io.hearth.device.ascend.aclnn.AclType;
import io.hearth.device.ascend.aclnn.Call;
import io.hearth.device.ascend.aclnn.Operators;
import io.hearth.device.ascend.aclnn.Scratch;

/** Products of matrices. */
final class DenseKernels {
    /** Columns that grouped products take at most, less one. */
    private static final int MOST_COLUMNS = 65536;

    private final Operators operators;
    private final Scratch scratch;
    private final Steps steps;
    private final Products products;
    private final GroupedProducts groups;
    private final Refusals refusals = new Refusals();

    DenseKernels(Operators operators, Scratch scratch) {
        this.operators = operators;
        this.scratch = scratch;
        steps = new Steps(operators);
        products = new Products(operators, scratch);
        groups = new GroupedProducts(operators, scratch);
    }

    /** The plain layout: matrices in tiles would be a second copy, and training has no use for it. */
    PreparedWeight prepareWeight(Tensor weight) {
        return new PlainWeight(weight);
    }

    void matmul(Tensor a, boolean transposeA, Tensor b, boolean transposeB, float alpha, float beta, Tensor out) {
        products.multiply(a, transposeA, b, transposeB, alpha, beta, out);
    }

    void linear(Tensor x, PreparedWeight weight, Tensor bias, Tensor y) {
        products.linear(x, ((PlainWeight) weight).weight(), bias, y);
    }

    /**
     * See {@link io.hearth.device.Kernels#weightGrad}. A grouped product with one group is CANN's one operator that adds
     * products of bf16 to f32.
     */
    void weightGrad(Tensor dy, Tensor x, Tensor dWeight) {
        if (dWeight.elements() == 0 || dy.dim(0) == 0) {
            return;
        }
        if (x.type() == DType.F32 || !addedByGroup(dy, x, dWeight)) {
            products.multiply(dy, true, x, false, 1, 1, dWeight);
        }
    }

    private boolean addedByGroup(Tensor dy, Tensor x, Tensor dWeight) {
        long gaps = (dy.isContiguous() ? 0 : dy.bytes()) + (x.isContiguous() ? 0 : x.bytes());
        String like = "a group of " + x.type();
        if (!operators.has(GROUPED_MATMUL_ADD)
                || refusals.contains(like)
                || dy.cols() >= MOST_COLUMNS
                || x.cols() >= MOST_COLUMNS
                || gaps > scratch.bytes() - 1024) {
            return false;
        }
        scratch.reset();
        Piece rows = Piece.take(scratch, AclType.INT64, 1);
        Operand left = packed(dy);
        Operand right = packed(x);
        steps.fill(rows, dy.dim(0), AclType.INT64);
        return refusals.attempt(GROUPED_MATMUL_ADD, like, () -> {
            Call call = operators.call(GROUPED_MATMUL_ADD);
            left.to(call);
            right.to(call);
            rows.to(call);
            call.tensor(dWeight)
                    .bool(true)
                    .bool(false)
                    .i64(GroupedProducts.GROUPS_OF_SUMS)
                    .run();
        });
    }

    /** A matrix without gaps. */
    private Operand packed(Tensor matrix) {
        if (matrix.isContiguous()) {
            return Operand.of(matrix, matrix.shape());
        }
        Piece copy = Piece.take(scratch, AclType.of(matrix.type()), matrix.shape());
        steps.copy(Operand.of(matrix), copy);
        return copy;
    }

    void groupedMatmul(Tensor x, Tensor weight, int[] hostOffsets, Tensor offsets, Tensor y) {
        if (y.elements() == 0 || groups.multiply(x, weight, offsets, y)) {
            return;
        }
        for (int group = 0; group + 1 < hostOffsets.length; group++) {
            Tensor rows = x.rows(hostOffsets[group], hostOffsets[group + 1]);
            products.linear(rows, matrix(weight, group), null, y.rows(hostOffsets[group], hostOffsets[group + 1]));
        }
    }

    private static Tensor matrix(Tensor stack, int index) {
        return stack.rows(index, index + 1).reshape(stack.dim(1), stack.dim(2));
    }

    /**
     * See {@link io.hearth.device.Kernels#lora}: two grouped products for several segments, two products for one.
     *
     * @param low [T, r], receives {@code x A^T}
     */
    void lora(Tensor x, Tensor a, Tensor b, LoraSegments segments, Tensor low, Tensor y) {
        int[] cuRows = segments.cuRows();
        int used = 0;
        for (int s = 0; s + 1 < cuRows.length; s++) {
            used += cuRows[s] < cuRows[s + 1] ? 1 : 0;
        }
        if (used > 1 && groups.lora(x, a, b, segments, low, y)) {
            return;
        }
        for (int s = 0; s + 1 < cuRows.length; s++) {
            int from = cuRows[s];
            int to = cuRows[s + 1];
            if (from < to) {
                Tensor rows = low.rows(from, to);
                products.linear(x.rows(from, to), matrix(a, segments.adapter()[s]), null, rows);
                products.add(rows, matrix(b, segments.adapter()[s]), y.rows(from, to));
            }
        }
    }
}
