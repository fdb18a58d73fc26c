package io.hearth.device.cpu.onednn;

import io.hearth.device.DType;
import io.hearth.device.Tensor;

/**
 * Everything that a matrix product's primitive is made for: {@code out [m, n] = alpha * op(a) * op(b) + bias (+ out)}.
 *
 * @param type of a and b
 * @param outType act or f32
 * @param aStride distance between the rows of a as it is stored
 * @param biased whether a bias of a's type is added
 */
public record MatmulShape(
        DType type,
        DType outType,
        int m,
        int n,
        int k,
        boolean transposeA,
        boolean transposeB,
        long aStride,
        long bStride,
        long outStride,
        float alpha,
        boolean accumulate,
        boolean biased) {

    /** The shape of a product of tensors; bias may be null. */
    public static MatmulShape of(
            Tensor a,
            boolean transposeA,
            Tensor b,
            boolean transposeB,
            float alpha,
            boolean accumulate,
            Tensor bias,
            Tensor out) {
        int m = out.rows();
        int n = out.cols();
        int k = transposeA ? a.rows() : a.cols();
        return new MatmulShape(
                a.type(),
                out.type(),
                m,
                n,
                k,
                transposeA,
                transposeB,
                stride(a),
                stride(b),
                stride(out),
                alpha,
                accumulate,
                bias != null);
    }

    /** A single row may have any stride; one name for it saves primitives. */
    private static long stride(Tensor t) {
        return t.rows() == 1 ? t.cols() : t.rowStride();
    }

    /** What decides whether oneDNN has an implementation, apart from sizes. */
    MatmulShape kind() {
        int rows = 37;
        int cols = 51;
        int inner = 43;
        return new MatmulShape(
                type,
                outType,
                rows,
                cols,
                inner,
                transposeA,
                transposeB,
                (transposeA ? rows : inner) + 5,
                (transposeB ? inner : cols) + 3,
                cols + 7,
                alpha == 1 ? 1 : 0.5f,
                accumulate,
                biased);
    }
}
