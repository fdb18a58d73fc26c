package io.hearth.device.cpu.kernels;

import static io.hearth.device.cpu.host.NativeFunction.failed;

import io.hearth.device.Tensor;

/**
 * Norms, SwiGLU and rotary embedding.
 *
 * <p>Every method answers false, without having done anything, where there is no such kernel for the type.
 */
final class LayerKernels {
    private final Functions functions;
    private final Workspace workspace;

    /** Largest head of the rotary gradient. */
    private static final int MAX_HEAD = 512;

    /** Partial sums of the head norms' gradients: two for each of 64 parts. */
    static final long SCRATCH_BYTES = 4L * 2 * 64 * MAX_HEAD;

    LayerKernels(Functions functions, Workspace workspace) {
        this.functions = functions;
        this.workspace = workspace;
    }

    boolean rmsNorm(Tensor x, Tensor gamma, float eps, Tensor y, Tensor rstd) {
        ActFunctions act = functions.of(x.type());
        if (act == null) {
            return false;
        }
        try {
            act.rmsNorm.invokeExact(
                    x.address(), gamma.address(), eps, y.address(), rstd.address(), (long) x.rows(), (long) x.cols());
            return true;
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    boolean addRmsNorm(Tensor residual, Tensor x, Tensor gamma, float eps, Tensor sum, Tensor y, Tensor rstd) {
        ActFunctions act = functions.of(x.type());
        if (act == null) {
            return false;
        }
        try {
            act.addRmsNorm.invokeExact(
                    residual.address(),
                    x.address(),
                    gamma.address(),
                    eps,
                    sum.address(),
                    y.address(),
                    rstd.address(),
                    (long) x.rows(),
                    (long) x.cols());
            return true;
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    boolean rmsNormGrad(Tensor dy, Tensor x, Tensor rstd, Tensor gamma, Tensor dResidual, Tensor dx, Tensor dGamma) {
        ActFunctions act = functions.of(x.type());
        if (act == null) {
            return false;
        }
        try {
            act.rmsNormGrad.invokeExact(
                    dy.address(),
                    x.address(),
                    rstd.address(),
                    gamma.address(),
                    at(dResidual),
                    dx.address(),
                    at(dGamma),
                    (long) x.rows(),
                    (long) x.cols());
            return true;
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    boolean swiGlu(Tensor gateUp, Tensor h) {
        ActFunctions act = functions.of(h.type());
        if (act == null) {
            return false;
        }
        try {
            act.swiGlu.invokeExact(gateUp.address(), h.address(), (long) h.rows(), (long) h.cols());
            return true;
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    boolean swiGluGrad(Tensor dh, Tensor gateUp, Tensor dGateUp) {
        ActFunctions act = functions.of(dh.type());
        if (act == null) {
            return false;
        }
        try {
            act.swiGluGrad.invokeExact(
                    dh.address(), gateUp.address(), dGateUp.address(), (long) dh.rows(), (long) dh.cols());
            return true;
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    boolean ropeTable(Tensor positions, Tensor table, Tensor cos, Tensor sin) {
        ActFunctions act = functions.of(cos.type());
        if (act == null) {
            return false;
        }
        try {
            act.ropeTable.invokeExact(
                    positions.address(), table.address(), cos.address(), sin.address(), positions.elements(), (long)
                            cos.cols());
            return true;
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    boolean qkvRope(
            Tensor qkv,
            Tensor cos,
            Tensor sin,
            Tensor qGamma,
            Tensor kGamma,
            float eps,
            Tensor q,
            Tensor k,
            Tensor v,
            Tensor qRstd,
            Tensor kRstd) {
        ActFunctions act = functions.of(q.type());
        if (act == null) {
            return false;
        }
        try {
            act.qkvRope.invokeExact(
                    qkv.address(),
                    cos.address(),
                    sin.address(),
                    at(qGamma),
                    at(kGamma),
                    eps,
                    q.address(),
                    k.address(),
                    v.address(),
                    at(qRstd),
                    at(kRstd),
                    q.dim(0),
                    q.dim(1),
                    k.dim(1),
                    q.dim(2));
            return true;
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    boolean qkvRopeGrad(
            Tensor dq,
            Tensor dk,
            Tensor dv,
            Tensor qkv,
            Tensor cos,
            Tensor sin,
            Tensor qGamma,
            Tensor kGamma,
            Tensor qRstd,
            Tensor kRstd,
            Tensor dqkv,
            Tensor dqGamma,
            Tensor dkGamma) {
        ActFunctions act = functions.of(dq.type());
        if (act == null || dq.dim(2) > MAX_HEAD) {
            return false;
        }
        try {
            act.qkvRopeGrad.invokeExact(
                    dq.address(),
                    dk.address(),
                    dv.address(),
                    at(qkv),
                    cos.address(),
                    sin.address(),
                    at(qGamma),
                    at(kGamma),
                    at(qRstd),
                    at(kRstd),
                    dqkv.address(),
                    at(dqGamma),
                    at(dkGamma),
                    workspace.address(SCRATCH_BYTES),
                    dq.dim(0),
                    dq.dim(1),
                    dk.dim(1),
                    dq.dim(2));
            return true;
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /** Address of a tensor, 0 for one that was left out. */
    static long at(Tensor t) {
        return t == null ? 0 : t.address();
    }
}
