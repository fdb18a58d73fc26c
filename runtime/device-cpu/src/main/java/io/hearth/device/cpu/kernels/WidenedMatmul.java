package io.hearth.device.cpu.kernels;

import static io.hearth.device.cpu.host.NativeFunction.failed;

import io.hearth.device.DType;
import io.hearth.device.Tensor;
import io.hearth.device.cpu.onednn.MatmulShape;
import io.hearth.device.cpu.onednn.Matmuls;

/**
 * bf16 products on a processor for which oneDNN has none: blocks of both matrices are widened to f32 in scratch memory of
 * a fixed size, multiplied there, and rounded on the way out.
 */
final class WidenedMatmul {
    /** Floats of a widened block of either matrix, and of a block of the result. */
    private static final long BLOCK = 1 << 21;

    /** Longest stretch of the inner dimension; the next one is added in f32. */
    private static final int INNER = 4096;

    /** Both blocks, the result's, a bias, and room for oneDNN's own scratch. */
    static final long SCRATCH_BYTES = 4 * (3 * BLOCK + (1 << 16)) + (64 << 20);

    private final Functions functions;
    private final Matmuls matmuls;
    private final Workspace workspace;

    WidenedMatmul(Functions functions, Matmuls matmuls, Workspace workspace) {
        this.functions = functions;
        this.matmuls = matmuls;
        this.workspace = workspace;
    }

    /** False for a type that is not bf16. */
    boolean run(MatmulShape s, Tensor a, Tensor b, Tensor bias, Tensor out) {
        if (s.type() != DType.BF16) {
            return false;
        }
        int inner = Math.min(s.k(), INNER);
        int side = (int) Math.min(BLOCK / inner, 1 << 11);
        for (int j = 0; j < s.n(); j += Math.min(side, 1 << 10)) {
            int cols = Math.min(Math.min(side, 1 << 10), s.n() - j);
            for (int i = 0; i < s.m(); i += side) {
                block(s, a, b, bias, out, i, Math.min(side, s.m() - i), j, cols, inner);
            }
        }
        return true;
    }

    private void block(
            MatmulShape s, Tensor a, Tensor b, Tensor bias, Tensor out, int i, int rows, int j, int cols, int inner) {
        long left = workspace.address(SCRATCH_BYTES);
        long right = left + 4 * BLOCK;
        long result = right + 4 * BLOCK;
        long own = result + 4 * BLOCK + (4 << 16);
        for (int p = 0; p < s.k(); p += inner) {
            int depth = Math.min(inner, s.k() - p);
            int leftCols = s.transposeA() ? rows : depth;
            int rightCols = s.transposeB() ? depth : cols;
            widen(a, s.transposeA() ? p : i, s.transposeA() ? i : p, s.transposeA() ? depth : rows, leftCols, left);
            widen(b, s.transposeB() ? j : p, s.transposeB() ? p : j, s.transposeB() ? cols : depth, rightCols, right);
            MatmulShape part = new MatmulShape(
                    DType.F32,
                    DType.F32,
                    rows,
                    cols,
                    depth,
                    s.transposeA(),
                    s.transposeB(),
                    leftCols,
                    rightCols,
                    cols,
                    s.alpha(),
                    p > 0,
                    false);
            if (!matmuls.serves(part) || matmuls.scratchBytes(part) > SCRATCH_BYTES - (own - left)) {
                throw new IllegalStateException("oneDNN has no f32 product for " + part);
            }
            matmuls.run(part, left, right, 0, result, own);
        }
        if (bias != null) {
            long biases = result + 4 * BLOCK;
            widen(bias, 0, j, 1, cols, biases);
            for (int row = 0; row < rows; row++) {
                move(true, DType.F32, biases, cols, result + 4L * row * cols, cols, 1, cols);
            }
        }
        long target = out.address() + (i * out.rowStride() + j) * out.type().bytes();
        move(s.accumulate(), out.type(), result, cols, target, out.rowStride(), rows, cols);
    }

    private void widen(Tensor t, int row, int col, int rows, int cols, long target) {
        long source = t.address() + (row * t.rowStride() + col) * t.type().bytes();
        try {
            functions.bf16.copyToF32.invokeExact(source, t.rowStride(), target, (long) cols, (long) rows, (long) cols);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /** Puts f32 numbers, or adds them, to rows of another type. */
    private void move(
            boolean add, DType type, long source, long stride, long target, long targetStride, long rows, long cols) {
        ActFunctions act = functions.of(type);
        try {
            if (add) {
                act.addFromF32.invokeExact(source, stride, 1f, target, targetStride, rows, cols);
            } else {
                act.copyFromF32.invokeExact(source, stride, target, targetStride, rows, cols);
            }
        } catch (Throwable e) {
            throw failed(e);
        }
    }
}
