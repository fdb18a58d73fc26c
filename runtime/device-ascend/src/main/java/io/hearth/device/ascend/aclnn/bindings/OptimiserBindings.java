package io.hearth.device.ascend.aclnn.bindings;

/** The optimiser and the norm of gradients. */
public final class OptimiserBindings {
    private OptimiserBindings() {}

    @Signature("T varRef, T mRef, T vRef, T maxGradNormOptionalRef, cT grad, cT step, float lr, "
            + "float beta1, float beta2, float weightDecay, float eps, bool amsgrad, bool maximize")
    public static final class ApplyAdamWV2 {
        private ApplyAdamWV2() {}

        public static native int aclnnApplyAdamWV2GetWorkspaceSize(
                long varRef,
                long mRef,
                long vRef,
                long maxGradNormOptionalRef,
                long grad,
                long step,
                float lr,
                float beta1,
                float beta2,
                float weightDecay,
                float eps,
                byte amsgrad,
                byte maximize,
                long workspaceSize,
                long executor);

        public static native int aclnnApplyAdamWV2(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT self, cS ord, cIA dims, bool keepDims, dt dtype, T out")
    public static final class LinalgVectorNorm {
        private LinalgVectorNorm() {}

        public static native int aclnnLinalgVectorNormGetWorkspaceSize(
                long self, long ord, long dims, byte keepDims, int dtype, long out, long workspaceSize, long executor);

        public static native int aclnnLinalgVectorNorm(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT self, cS pScalar, cIA dim, bool keepdim, T out")
    public static final class Norm {
        private Norm() {}

        public static native int aclnnNormGetWorkspaceSize(
                long self, long pScalar, long dim, byte keepdim, long out, long workspaceSize, long executor);

        public static native int aclnnNorm(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cTL x, cS scalar, cTL out")
    public static final class ForeachNorm {
        private ForeachNorm() {}

        public static native int aclnnForeachNormGetWorkspaceSize(
                long x, long scalar, long out, long workspaceSize, long executor);

        public static native int aclnnForeachNorm(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cTL x, cT scalar, cTL out")
    public static final class ForeachMulScalar {
        private ForeachMulScalar() {}

        public static native int aclnnForeachMulScalarGetWorkspaceSize(
                long x, long scalar, long out, long workspaceSize, long executor);

        public static native int aclnnForeachMulScalar(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cTL x, cS scalar, TL out")
    public static final class ForeachMulScalarV2 {
        private ForeachMulScalarV2() {}

        public static native int aclnnForeachMulScalarV2GetWorkspaceSize(
                long x, long scalar, long out, long workspaceSize, long executor);

        public static native int aclnnForeachMulScalarV2(
                long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cTL x1, cTL x2, cS alpha, TL out")
    public static final class ForeachAddListV2 {
        private ForeachAddListV2() {}

        public static native int aclnnForeachAddListV2GetWorkspaceSize(
                long x1, long x2, long alpha, long out, long workspaceSize, long executor);

        public static native int aclnnForeachAddListV2(long workspace, long workspaceSize, long executor, long stream);
    }
}
