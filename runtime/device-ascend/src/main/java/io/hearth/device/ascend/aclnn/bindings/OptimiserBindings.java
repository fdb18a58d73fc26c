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
}
