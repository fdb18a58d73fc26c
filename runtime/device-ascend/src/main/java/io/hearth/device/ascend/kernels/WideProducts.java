package io.hearth.device.ascend.kernels;

import static io.hearth.device.ascend.aclnn.AclnnOperators.INPLACE_ADDMM;
import static io.hearth.device.ascend.aclnn.AclnnOperators.MM;

import io.hearth.device.DType;
import io.hearth.device.Tensor;
import io.hearth.device.ascend.aclnn.AclType;
import io.hearth.device.ascend.aclnn.Call;
import io.hearth.device.ascend.aclnn.Operators;
import io.hearth.device.ascend.aclnn.Scratch;

/**
 * Products of two matrices whose operands are converted to f32 in scratch memory, a block of rows of each at a time, so that
 * nothing is rounded but the result. A product of two bf16 or f16 is exact in f32.
 *
 * <p>A 310P multiplies f32 in its matrix unit only after rounding to f16. There the vector unit multiplies, and sums are
 * those of ReduceSum: slow, but f32.
 */
final class WideProducts {
    private final Operators operators;
    private final Scratch scratch;
    private final Steps steps;
    private final boolean vector;

    WideProducts(Operators operators, Scratch scratch) {
        this.operators = operators;
        this.scratch = scratch;
        steps = new Steps(operators);
        vector = !operators.soc().f32Products();
    }

    /**
     * Rows of an operand as the product sees it, [rows, k].
     *
     * @param memory as it was stored: [rows, k], or [k, rows]
     * @param transposed whether it is [k, rows]
     */
    private record Block(Piece memory, boolean transposed) {
        /** As the left operand of a product, [rows, k]. */
        Operand left() {
            return transposed ? memory.transposed() : memory;
        }

        /** As the right operand of a product, [k, rows]. */
        Operand right() {
            return transposed ? memory : memory.transposed();
        }

        /** Seen as [rows, 1, k] or [1, rows, k]. */
        Operand spread(boolean ahead) {
            long[] dims = memory.shape();
            long rows = dims[transposed ? 1 : 0];
            long k = dims[transposed ? 0 : 1];
            long rowStride = transposed ? 1 : dims[1];
            long innerStride = transposed ? dims[1] : 1;
            return ahead
                    ? memory.window(new long[] {1, rows, k}, new long[] {rowStride, rowStride, innerStride}, 0)
                    : memory.window(new long[] {rows, 1, k}, new long[] {rowStride, innerStride, innerStride}, 0);
        }
    }

    /** Products [rows, cols, k], and their sums [rows, cols]. */
    private record Sums(Piece products, Piece sums, long k) {
        static Sums take(Scratch scratch, long elements, long k) {
            return new Sums(
                    Piece.take(scratch, AclType.FLOAT, elements * k), Piece.take(scratch, AclType.FLOAT, elements), k);
        }

        Sums of(long rows, long cols) {
            return new Sums(products.as(rows, cols, k), sums.as(rows, cols), k);
        }
    }

    /** How many rows of each operand are taken at a time. */
    private record Cut(long left, long right) {}

    /** See {@link io.hearth.device.Kernels#matmul}. */
    void multiply(Tensor a, boolean transposeA, Tensor b, boolean transposeB, float alpha, float beta, Tensor out) {
        scratch.reset();
        long rows = out.dim(0);
        long cols = out.dim(1);
        long k = a.dim(transposeA ? 0 : 1);
        Cut cut = cut(rows, cols, k);
        Piece left = Piece.take(scratch, AclType.FLOAT, cut.left * k);
        Piece right = Piece.take(scratch, AclType.FLOAT, cut.right * k);
        Piece result = Piece.take(scratch, AclType.FLOAT, cut.left * cut.right);
        Sums sums = vector ? Sums.take(scratch, cut.left * cut.right, k) : null;
        Block leftBlock = null;
        for (long col = 0; col < cols; col += cut.right) {
            long colEnd = Math.min(cols, col + cut.right);
            Block rightBlock = load(b, !transposeB, col, colEnd, right);
            for (long row = 0; row < rows; row += cut.left) {
                long rowEnd = Math.min(rows, row + cut.left);
                if (leftBlock == null || cut.left < rows) {
                    leftBlock = load(a, transposeA, row, rowEnd, left);
                }
                Tensor part = out.rows(row, rowEnd).columns(col, colEnd);
                block(leftBlock, rightBlock, alpha, beta, part, sums, result.as(rowEnd - row, colEnd - col));
            }
        }
    }

    private Cut cut(long rows, long cols, long k) {
        // Room for the pieces' alignment is left.
        long room = scratch.left() / Float.BYTES - 1024;
        if (k > room / 8) {
            throw new IllegalArgumentException(
                    "a product in f32 sums up to " + room / 8 + " elements on this card, but was asked for " + k);
        }
        if (!vector) {
            long right = Math.min(cols, room / 3 / k);
            return new Cut(Math.min(rows, Math.min(room / 3 / k, room / 3 / right)), right);
        }
        // The products take half of the room before they are summed.
        long right = Math.min(cols, room / 8 / k);
        long left = Math.min(room / 8 / k, Math.min(room / 2 / (right * k), room / 16 / right));
        return new Cut(Math.max(1, Math.min(rows, left)), right);
    }

    /** Rows {@code from} to {@code to} of an operand. */
    private Block load(Tensor stored, boolean transposed, long from, long to, Piece room) {
        Tensor part = transposed ? stored.columns(from, to) : stored.rows(from, to);
        Piece memory = room.as(part.shape());
        if (part.type() != DType.F32 && part.isContiguous()) {
            steps.cast(Operand.of(part), AclType.FLOAT, memory);
        } else {
            steps.copy(Operand.of(part), memory);
        }
        return new Block(memory, transposed);
    }

    private void block(Block left, Block right, float alpha, float beta, Tensor out, Sums sums, Piece result) {
        boolean narrow = out.type() != DType.F32;
        Operand target = narrow ? result : Operand.of(out);
        if (narrow && beta == 1) {
            steps.copy(Operand.of(out), result);
        }
        if (vector) {
            byVectors(left, right, alpha, beta, target, sums.of(out.dim(0), out.dim(1)));
        } else {
            byMatrices(left, right, alpha, beta, target);
        }
        if (narrow) {
            steps.copy(result, Operand.of(out));
        }
    }

    private void byMatrices(Block left, Block right, float alpha, float beta, Operand target) {
        if (beta == 1) {
            Call call = operators.call(INPLACE_ADDMM);
            target.to(call);
            left.left().to(call);
            right.right().to(call);
            call.scalar(1, AclType.FLOAT)
                    .scalar(alpha, AclType.FLOAT)
                    .i8(Products.KEEP_TYPE)
                    .run();
            return;
        }
        Call call = operators.call(MM);
        left.left().to(call);
        right.right().to(call);
        target.to(call);
        call.i8(Products.KEEP_TYPE).run();
        if (alpha != 1) {
            steps.scale(target, alpha);
        }
    }

    private void byVectors(Block left, Block right, float alpha, float beta, Operand target, Sums room) {
        steps.mul(left.spread(false), right.spread(true), room.products);
        steps.reduceSum(room.products, 2, false, room.sums);
        if (alpha != 1) {
            steps.scale(room.sums, alpha);
        }
        if (beta == 1) {
            steps.addTo(target, room.sums, 1);
        } else {
            steps.copy(room.sums, target);
        }
    }
}
