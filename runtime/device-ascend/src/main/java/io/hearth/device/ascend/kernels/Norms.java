package io.hearth.device.ascend.kernels;

import static io.hearth.device.ascend.aclnn.AclnnOperators.RMS_NORM;
import static io.hearth.device.ascend.aclnn.AclnnOperators.RMS_NORM_GRAD;

import io.hearth.device.DType;
import io.hearth.device.Tensor;
import io.hearth.device.ascend.aclnn.AclType;
import io.hearth.device.ascend.aclnn.Call;
import io.hearth.device.ascend.aclnn.Operators;
import io.hearth.device.ascend.aclnn.Scratch;

/** Root-mean-square norms of rows, and their gradients. */
final class Norms {
    private final Operators operators;
    private final Scratch scratch;
    private final Steps steps;

    Norms(Operators operators, Scratch scratch) {
        this.operators = operators;
        this.scratch = scratch;
        steps = new Steps(operators);
    }

    /**
     * Norms each row. Takes scratch memory, and does not reset it.
     *
     * <p>{@code x * rstd} must be rounded to act before gamma multiplies it, and RmsNorm multiplies in f32: in the short
     * types it is given ones for gamma.
     *
     * @param type of x, gamma and y
     * @param cols length of a row
     * @param x [rows, cols]
     * @param gamma [cols]
     * @param y [rows, cols]
     * @param rstd f32[rows, 1]
     */
    void forward(AclType type, long cols, Operand x, Operand gamma, float eps, Operand y, Operand rstd) {
        if (type == AclType.FLOAT) {
            norm(x, gamma, eps, y, rstd);
            return;
        }
        Piece ones = Piece.take(scratch, type, cols);
        steps.fill(ones, 1, AclType.FLOAT);
        norm(x, ones, eps, y, rstd);
        steps.mulBy(y, gamma);
    }

    private void norm(Operand x, Operand gamma, float eps, Operand y, Operand rstd) {
        Call call = operators.call(RMS_NORM);
        x.to(call);
        gamma.to(call);
        call.f64(eps);
        y.to(call);
        rstd.to(call);
        call.run();
    }

    /** See {@link io.hearth.device.Kernels#rmsNormGrad}. */
    void gradient(Tensor dy, Tensor x, Tensor rstd, Tensor gamma, Tensor dResidual, Tensor dx, Tensor dGamma) {
        scratch.reset();
        Piece gammaGrad = Piece.take(scratch, AclType.FLOAT, x.cols());
        if (dResidual == null) {
            gradient(
                    Operand.of(dy),
                    Operand.of(x),
                    Operand.of(rstd, x.dim(0), 1),
                    Operand.of(gamma),
                    Operand.of(dx),
                    gammaGrad,
                    dGamma);
        } else {
            gradientAround(dy, x, rstd, gamma, dResidual, dx, gammaGrad, dGamma);
        }
    }

    /** With the gradient that goes around the norm: both are added in f32, and their sum is rounded once. */
    private void gradientAround(
            Tensor dy,
            Tensor x,
            Tensor rstd,
            Tensor gamma,
            Tensor dResidual,
            Tensor dx,
            Piece gammaGrad,
            Tensor dGamma) {
        Piece wideGamma = Piece.take(scratch, AclType.FLOAT, x.cols());
        Operand factors = wide(gamma, wideGamma);
        int group = Steps.rowsAtOnce(scratch, 3L * Float.BYTES * x.cols(), x.dim(0));
        Piece first = Piece.take(scratch, AclType.FLOAT, group, x.cols());
        Piece second = Piece.take(scratch, AclType.FLOAT, group, x.cols());
        Piece result = Piece.take(scratch, AclType.FLOAT, group, x.cols());
        for (long from = 0; from < x.dim(0); from += group) {
            long to = Math.min(x.dim(0), from + group);
            Piece sum = result.as(to - from, x.cols());
            gradient(
                    wide(dy.rows(from, to), first.as(to - from, x.cols())),
                    wide(x.rows(from, to), second.as(to - from, x.cols())),
                    Operand.of(rstd.rows(from, to), to - from, 1),
                    factors,
                    sum,
                    gammaGrad,
                    dGamma);
            steps.addTo(sum, wide(dResidual.rows(from, to), first.as(to - from, x.cols())), 1);
            if (dx.type() == DType.F32) {
                steps.copy(sum, Operand.of(dx.rows(from, to)));
            } else {
                steps.cast(sum, AclType.of(dx.type()), Operand.of(dx.rows(from, to)));
            }
        }
    }

    /** A tensor in f32: itself, or converted into a piece. */
    private Operand wide(Tensor tensor, Piece piece) {
        if (tensor.type() == DType.F32) {
            return Operand.of(tensor);
        }
        steps.cast(Operand.of(tensor), AclType.FLOAT, piece);
        return piece;
    }

    /**
     * The operator, which overwrites the gradient of gamma; ours is added to.
     *
     * @param gammaGrad f32[cols], receives the gradient of gamma of these rows
     * @param dGamma f32[cols] that it is added to, or null
     */
    void gradient(Operand dy, Operand x, Operand rstd, Operand gamma, Operand dx, Piece gammaGrad, Tensor dGamma) {
        Call call = operators.call(RMS_NORM_GRAD);
        dy.to(call);
        x.to(call);
        rstd.to(call);
        gamma.to(call);
        dx.to(call);
        gammaGrad.to(call);
        call.run();
        if (dGamma != null) {
            steps.addTo(Operand.of(dGamma), gammaGrad, 1);
        }
    }
}
