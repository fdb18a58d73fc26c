package io.hearth.device.cuda.blas;

import io.hearth.device.Tensor;

/** Matrix products of a card. */
public interface Gemm extends AutoCloseable {
    /**
     * {@code out = alpha * op(a) * op(b) + beta * out}, then {@code bias} added to every row; accumulated in f32, without
     * TF32. Queued on the device's stream; can be recorded.
     *
     * @param a <em>view</em> [M, K], or [K, M] if {@code transposeA}; act
     * @param b <em>view</em> [K, N], or [N, K] if {@code transposeB}; act
     * @param beta 0 or 1; with 0, {@code out} need not hold numbers
     * @param bias act [N], or null
     * @param out <em>view</em> [M, N]; act or f32
     */
    void matmul(
            Tensor a,
            boolean transposeA,
            Tensor b,
            boolean transposeB,
            float alpha,
            float beta,
            Tensor bias,
            Tensor out);

    /** The library behind it and its version, for a person. */
    String describe();

    @Override
    void close();
}
