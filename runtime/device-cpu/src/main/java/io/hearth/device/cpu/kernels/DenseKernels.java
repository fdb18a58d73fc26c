package io.hearth.device.cpu.kernels;

import static io.hearth.device.cpu.host.NativeFunction.failed;

import io.hearth.device.DType;
import io.hearth.device.LoraSegments;
import io.hearth.device.Tensor;
import io.hearth.device.cpu.onednn.MatmulShape;
import io.hearth.device.cpu.onednn.Matmuls;

/**
 * Matrix products: our own kernel for few rows, oneDNN above, bf16 widened to f32 where oneDNN has no bf16.
 *
 * <p>Every method answers false, without having done anything, for a product that it cannot do.
 */
final class DenseKernels {
    /** Up to so many rows a row's result does not depend on the others: one kernel with one order of sums. */
    static final int FEW_ROWS = 64;

    private final Functions functions;
    private final Matmuls matmuls;
    private final Workspace workspace;
    private final WidenedMatmul widened;

    /** @param matmuls oneDNN, or null */
    DenseKernels(Functions functions, Matmuls matmuls, Workspace workspace) {
        this.functions = functions;
        this.matmuls = matmuls;
        this.workspace = workspace;
        this.widened =
                !functions.present() || matmuls == null ? null : new WidenedMatmul(functions, matmuls, workspace);
    }

    boolean linear(Tensor x, Tensor weight, Tensor bias, Tensor y) {
        return few(x, weight, bias, y, false) || product(x, false, weight, true, 1, false, bias, y);
    }

    boolean matmul(Tensor a, boolean transposeA, Tensor b, boolean transposeB, float alpha, float beta, Tensor out) {
        return product(a, transposeA, b, transposeB, alpha, beta != 0, null, out);
    }

    /** See {@link io.hearth.device.Kernels#lora}; segments of few rows by our own kernel, like {@link #linear}. */
    boolean lora(Tensor x, Tensor a, Tensor b, LoraSegments segments, Tensor scratch, Tensor y) {
        if (functions.of(x.type()) == null) {
            return false;
        }
        int[] cuRows = segments.cuRows();
        for (int s = 0; s < segments.adapter().length; s++) {
            if (cuRows[s + 1] == cuRows[s]) {
                continue;
            }
            Tensor rows = x.rows(cuRows[s], cuRows[s + 1]);
            Tensor low = scratch.rows(cuRows[s], cuRows[s + 1]);
            Tensor out = y.rows(cuRows[s], cuRows[s + 1]);
            Tensor down = matrix(a, segments.adapter()[s]);
            Tensor up = matrix(b, segments.adapter()[s]);
            require(few(rows, down, null, low, false) || product(rows, false, down, true, 1, false, null, low), rows);
            require(few(low, up, null, out, true) || product(low, false, up, true, 1, true, null, out), rows);
        }
        return true;
    }

    /** Scratch memory of a product; 0 if it needs none or is not done here. */
    long scratchBytes(MatmulShape shape) {
        if (matmuls == null || shape.m() == 0 || shape.n() == 0 || shape.k() == 0) {
            return 0;
        }
        if (matmuls.serves(shape)) {
            return matmuls.scratchBytes(shape);
        }
        return shape.type() == DType.BF16 && widened != null ? WidenedMatmul.SCRATCH_BYTES : 0;
    }

    private static void require(boolean done, Tensor rows) {
        if (!done) {
            throw new IllegalStateException("no kernel for the adapter product of " + rows);
        }
    }

    static Tensor matrix(Tensor stack, int index) {
        return stack.rows(index, index + 1).reshape(stack.dim(1), stack.dim(2));
    }

    private boolean few(Tensor x, Tensor weight, Tensor bias, Tensor y, boolean accumulate) {
        ActFunctions act = x.rows() > FEW_ROWS ? null : functions.of(x.type());
        if (act == null || !weight.isContiguous()) {
            return false;
        }
        try {
            act.linear.invokeExact(
                    x.address(),
                    x.rowStride(),
                    weight.address(),
                    bias == null ? 0L : bias.address(),
                    y.address(),
                    y.rowStride(),
                    y.type() == DType.F32 ? 1 : 0,
                    accumulate ? 1 : 0,
                    (long) x.rows(),
                    (long) weight.rows(),
                    (long) weight.cols());
            return true;
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    private boolean product(
            Tensor a,
            boolean transposeA,
            Tensor b,
            boolean transposeB,
            float alpha,
            boolean add,
            Tensor bias,
            Tensor out) {
        int inner = transposeA ? a.rows() : a.cols();
        if (matmuls == null || out.elements() == 0 || inner == 0) {
            return false;
        }
        MatmulShape shape = MatmulShape.of(a, transposeA, b, transposeB, alpha, add, bias, out);
        if (matmuls.serves(shape)) {
            long scratch = workspace.address(matmuls.scratchBytes(shape));
            matmuls.run(shape, a.address(), b.address(), bias == null ? 0 : bias.address(), out.address(), scratch);
            return true;
        }
        return widened != null && widened.run(shape, a, b, bias, out);
    }
}
