package io.hearth.engine.model;

import io.hearth.device.DType;
import io.hearth.device.Tensor;

/** Root mean square layer normalisation (Zhang and Sennrich 2019). Keeps the reciprocal of the row's norm, [T]. */
final class RmsNorm {
    private final Parameter gamma;
    private final float eps;
    private Tensor rstd;

    RmsNorm(Parameter gamma, double eps) {
        this.gamma = gamma;
        this.eps = (float) eps;
    }

    boolean isTrained() {
        return gamma.gradient() != null;
    }

    /** {@code y = norm(x)}, [T, H] each. */
    void forward(Step step, Tensor x, Tensor y) {
        rstd = step.keep(DType.F32, x.rows());
        step.kernels.rmsNorm(x, gamma.value(), eps, y, rstd);
    }

    /** {@code sum = residual + x}, {@code y = norm(sum)}; {@code sum} may be {@code residual}. */
    void forwardOfSum(Step step, Tensor residual, Tensor x, Tensor sum, Tensor y) {
        rstd = step.keep(DType.F32, x.rows());
        step.kernels.addRmsNorm(residual, x, gamma.value(), eps, sum, y, rstd);
    }

    /**
     * @param dy gradient of the output
     * @param x what was normalised
     * @param stream gradient that goes around the norm, or null; may be {@code dx}
     * @param dx gradient of {@code x}, {@code stream} added
     */
    void backward(Step step, Tensor dy, Tensor x, Tensor stream, Tensor dx) {
        step.kernels.rmsNormGrad(dy, x, rstd, gamma.value(), stream, dx, gamma.gradient());
    }
}
