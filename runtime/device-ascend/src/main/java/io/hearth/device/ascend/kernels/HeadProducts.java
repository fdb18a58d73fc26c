package io.hearth.device.ascend.kernels;

import static io.hearth.device.ascend.aclnn.AclType.FLOAT;
import static io.hearth.device.ascend.aclnn.AclType.FLOAT16;

import io.hearth.device.ascend.aclnn.AclnnOperators;
import io.hearth.device.ascend.aclnn.Call;
import io.hearth.device.ascend.aclnn.Operators;
import io.hearth.device.ascend.aclnn.Scratch;

/**
 * Products of f32 matrices, one for each head.
 *
 * <p>The 310P's matrix unit takes f32 only if it may round it to f16. What came from f16 loses nothing by that; probabilities
 * are divided into what f16 holds of them and the rest, and multiplied twice. Where tensors are f32 themselves, its vector
 * unit multiplies and adds up: slow, but f32.
 */
abstract sealed class HeadProducts {
    final Operators operators;
    final Steps steps;

    private HeadProducts(Operators operators, Steps steps) {
        this.operators = operators;
        this.steps = steps;
    }

    /**
     * Takes the scratch memory that products need.
     *
     * @param f32 whether what is multiplied comes from tensors of f32
     */
    static HeadProducts of(Operators operators, Steps steps, Scratch scratch, boolean f32) {
        if (operators.soc().f32Products()) {
            return new Direct(operators, steps);
        }
        return f32 ? new ByVectors(operators, steps, scratch) : new Divided(operators, steps, scratch);
    }

    /** {@code out = a b} where both came from tensors. */
    void multiply(Matrices a, Matrices b, Matrices out) {
        multiplyComputed(a, b, out);
    }

    /** {@code out = a b} where {@code a} was computed in f32. */
    abstract void multiplyComputed(Matrices a, Matrices b, Matrices out);

    /** @param mode {@code cubeMathType}: 0 keeps f32, 1 lets it be rounded */
    void byMatrices(Matrices a, Matrices b, Matrices out, int mode) {
        Call call = operators.call(AclnnOperators.BATCH_MAT_MUL);
        a.to(call);
        b.to(call);
        out.to(call);
        call.i8(mode).run();
    }

    private static final class Direct extends HeadProducts {
        Direct(Operators operators, Steps steps) {
            super(operators, steps);
        }

        @Override
        void multiplyComputed(Matrices a, Matrices b, Matrices out) {
            byMatrices(a, b, out, 0);
        }
    }

    private static final class Divided extends HeadProducts {
        private static final long MOST_ELEMENTS = 1 << 20;

        private final long elements;
        private final long half;
        private final long held;
        private final long rest;
        private final long term;

        Divided(Operators operators, Steps steps, Scratch scratch) {
            super(operators, steps);
            elements = Math.min(MOST_ELEMENTS, scratch.left() / 64);
            half = scratch.take(FLOAT16, elements);
            held = scratch.take(FLOAT, elements);
            rest = scratch.take(FLOAT, elements);
            term = scratch.take(FLOAT, elements);
        }

        @Override
        void multiply(Matrices a, Matrices b, Matrices out) {
            byMatrices(a, b, out, 1);
        }

        @Override
        void multiplyComputed(Matrices a, Matrices b, Matrices out) {
            long width = Math.max(a.cols(), out.cols());
            if (a.heads() * a.rows() * width <= elements) {
                multiplyPart(a, b, out);
                return;
            }
            long rows = Math.max(1, elements / width);
            for (long head = 0; head < a.heads(); head++) {
                for (long row = 0; row < a.rows(); row += rows) {
                    long end = Math.min(a.rows(), row + rows);
                    multiplyPart(
                            a.head(head).rows(row, end),
                            b.head(head),
                            out.head(head).rows(row, end));
                }
            }
        }

        private void multiplyPart(Matrices a, Matrices b, Matrices out) {
            Operand rounded = new Piece(half, FLOAT16, a.heads(), a.rows(), a.cols());
            Matrices inHalf = Matrices.of(held, a.heads(), a.rows(), a.cols());
            Matrices left = Matrices.of(rest, a.heads(), a.rows(), a.cols());
            Matrices added = Matrices.of(term, out.heads(), out.rows(), out.cols());
            steps.copy(a, rounded);
            steps.copy(rounded, inHalf);
            steps.sub(a, inHalf, left);
            byMatrices(inHalf, b, out, 1);
            byMatrices(left, b, added, 1);
            steps.addTo(out, added, 1);
        }
    }

    private static final class ByVectors extends HeadProducts {
        /** Products that have not been added up yet. */
        private static final long MOST_ELEMENTS = 4 << 20;

        private final long elements;
        private final long area;

        ByVectors(Operators operators, Steps steps, Scratch scratch) {
            super(operators, steps);
            elements = Math.min(MOST_ELEMENTS, scratch.left() / 16);
            area = scratch.take(FLOAT, elements);
        }

        @Override
        void multiplyComputed(Matrices a, Matrices b, Matrices out) {
            long sum = a.cols();
            long cols = Math.clamp(elements / sum, 1, b.cols());
            long rows = Math.clamp(elements / (sum * cols), 1, a.rows());
            for (long head = 0; head < a.heads(); head++) {
                for (long row = 0; row < a.rows(); row += rows) {
                    Matrices left = a.head(head).rows(row, Math.min(a.rows(), row + rows));
                    for (long col = 0; col < b.cols(); col += cols) {
                        Matrices right = b.head(head).cols(col, Math.min(b.cols(), col + cols));
                        Matrices part =
                                out.head(head).rows(row, row + left.rows()).cols(col, col + right.cols());
                        multiplyPart(left, right, part);
                    }
                }
            }
        }

        /** As [rows, 1, sum] times [1, cols, sum]. */
        private void multiplyPart(Matrices left, Matrices right, Matrices out) {
            long sum = left.cols();
            Operand products = Matrices.of(area, left.rows(), right.cols(), sum);
            steps.mul(
                    left.window(
                            new long[] {left.rows(), 1, sum},
                            new long[] {left.rowStride(), left.colStride(), left.colStride()}),
                    right.window(
                            new long[] {1, right.cols(), sum},
                            new long[] {right.colStride(), right.colStride(), right.rowStride()}),
                    products);
            long[] strides = {out.rowStride(), out.colStride()};
            steps.reduceSum(products, 2, false, out.window(new long[] {out.rows(), out.cols()}, strides));
        }
    }
}
