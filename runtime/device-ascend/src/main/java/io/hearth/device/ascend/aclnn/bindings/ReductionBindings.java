package io.hearth.device.ascend.aclnn.bindings;

/** Softmax, losses and sums. */
public final class ReductionBindings {
    private ReductionBindings() {}

    @Signature("cT self, i64 dim, T out")
    public static final class Softmax {
        private Softmax() {}

        public static native int aclnnSoftmaxGetWorkspaceSize(
                long self, long dim, long out, long workspaceSize, long executor);

        public static native int aclnnSoftmax(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT gradOutput, cT output, i64 dim, T out")
    public static final class SoftmaxBackward {
        private SoftmaxBackward() {}

        public static native int aclnnSoftmaxBackwardGetWorkspaceSize(
                long gradOutput, long output, long dim, long out, long workspaceSize, long executor);

        public static native int aclnnSoftmaxBackward(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT self, cIA dim, bool keepDim, T out")
    public static final class LogSumExp {
        private LogSumExp() {}

        public static native int aclnnLogSumExpGetWorkspaceSize(
                long self, long dim, byte keepDim, long out, long workspaceSize, long executor);

        public static native int aclnnLogSumExp(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT self, cIA dims, bool keepDims, dt dtype, T out")
    public static final class ReduceSum {
        private ReduceSum() {}

        public static native int aclnnReduceSumGetWorkspaceSize(
                long self, long dims, byte keepDims, int dtype, long out, long workspaceSize, long executor);

        public static native int aclnnReduceSum(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT self, cIA dims, bool keepDims, bool noopWithEmptyDims, T out")
    public static final class MaxV2 {
        private MaxV2() {}

        public static native int aclnnMaxV2GetWorkspaceSize(
                long self,
                long dims,
                byte keepDims,
                byte noopWithEmptyDims,
                long out,
                long workspaceSize,
                long executor);

        public static native int aclnnMaxV2(long workspace, long workspaceSize, long executor, long stream);
    }
}
