package io.hearth.device.ascend.kernels;

import io.hearth.device.ascend.aclnn.AclnnOperators;
import io.hearth.device.ascend.aclnn.Call;
import io.hearth.device.ascend.aclnn.Operators;
import io.hearth.device.ascend.aclnn.Scratch;

/**
 * Products of f32 matrices, one for each head.
 *
 * <p>The 310P's matrix unit takes f32 only if it may round it to f16. Operands that came from f16 lose nothing by that but
 * in the probabilities, which fused operators round as well; for operands that are f32 themselves its vector unit multiplies
 * and adds up.
 */
final class HeadProducts {
    /** Elements for products that have not been added up yet. */
    private static final long VECTOR_ELEMENTS = 4 << 20;

    /** {@code cubeMathType}: keep f32, or let it be rounded. */
    private static final int KEEP = 0;

    private static final int ROUND = 1;

    private final Operators operators;
    private final Steps steps;
    private final long area;

    /** @param exact whether operands are f32 that must not be rounded */
    HeadProducts(Operators operators, Steps steps, Scratch scratch, boolean exact) {
        this.operators = operators;
        this.steps = steps;
        boolean vector = exact && !operators.soc().f32Products();
        area = vector ? scratch.take(VECTOR_ELEMENTS * Float.BYTES) : 0;
    }

    /** {@code out = a b} */
    void multiply(Matrices a, Matrices b, Matrices out) {
        if (area != 0) {
            for (long head = 0; head < a.heads(); head++) {
                byVectors(a.head(head), b.head(head).transposed(), out.head(head));
            }
            return;
        }
        Call call = operators.call(AclnnOperators.BATCH_MAT_MUL);
        a.to(call);
        b.to(call);
        out.to(call);
        call.i8(operators.soc().f32Products() ? KEEP : ROUND).run();
    }

    /** @param b transposed: its rows are the product's columns */
    private void byVectors(Matrices a, Matrices b, Matrices out) {
        long sum = a.cols();
        long cols = Math.max(1, Math.min(b.rows(), VECTOR_ELEMENTS / sum));
        long rows = Math.max(1, Math.min(a.rows(), VECTOR_ELEMENTS / (sum * cols)));
        for (long row = 0; row < a.rows(); row += rows) {
            Matrices left = a.rows(row, Math.min(a.rows(), row + rows));
            for (long col = 0; col < b.rows(); col += cols) {
                Matrices right = b.rows(col, Math.min(b.rows(), col + cols));
                long[] shape = {left.rows(), right.rows(), sum};
                Operand products = Matrices.of(area, shape[0], shape[1], shape[2]);
                steps.mul(
                        left.window(
                                new long[] {shape[0], 1, sum},
                                new long[] {left.rowStride(), left.colStride(), left.colStride()}),
                        right.window(
                                new long[] {1, shape[1], sum},
                                new long[] {right.rowStride(), right.rowStride(), right.colStride()}),
                        products);
                Matrices part = out.rows(row, row + shape[0]).cols(col, col + shape[1]);
                steps.reduceSum(products, 2, false, part.window(new long[] {shape[0], shape[1]}, new long[] {
                    part.rowStride(), part.colStride()
                }));
            }
        }
    }
}
