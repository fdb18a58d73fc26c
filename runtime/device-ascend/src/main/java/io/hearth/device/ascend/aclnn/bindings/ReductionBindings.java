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

    @Signature("cT self, i64 dim, T out")
    public static final class LogSoftmax {
        private LogSoftmax() {}

        public static native int aclnnLogSoftmaxGetWorkspaceSize(
                long self, long dim, long out, long workspaceSize, long executor);

        public static native int aclnnLogSoftmax(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT gradOutput, cT output, i64 dim, T out")
    public static final class LogSoftmaxBackward {
        private LogSoftmaxBackward() {}

        public static native int aclnnLogSoftmaxBackwardGetWorkspaceSize(
                long gradOutput, long output, long dim, long out, long workspaceSize, long executor);

        public static native int aclnnLogSoftmaxBackward(
                long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT self, cT target, cT weight, i64 reduction, i64 ignoreIndex, T out, T totalWeightOut")
    public static final class NLLLoss {
        private NLLLoss() {}

        public static native int aclnnNLLLossGetWorkspaceSize(
                long self,
                long target,
                long weight,
                long reduction,
                long ignoreIndex,
                long out,
                long totalWeightOut,
                long workspaceSize,
                long executor);

        public static native int aclnnNLLLoss(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature(
            "cT gradOutput, cT self, cT target, cT weight, i64 reduction, i64 ignoreIndex, " + "cT totalWeight, T out")
    public static final class NLLLossBackward {
        private NLLLossBackward() {}

        public static native int aclnnNLLLossBackwardGetWorkspaceSize(
                long gradOutput,
                long self,
                long target,
                long weight,
                long reduction,
                long ignoreIndex,
                long totalWeight,
                long out,
                long workspaceSize,
                long executor);

        public static native int aclnnNLLLossBackward(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT input, cT target, cT weightOptional, char* reductionOptional, i64 ignoreIndex, "
            + "double labelSmoothing, double lseSquareScaleForZloss, bool returnZloss, cT lossOut, "
            + "cT logProbOut, cT zlossOut, cT lseForZlossOut")
    public static final class CrossEntropyLoss {
        private CrossEntropyLoss() {}

        public static native int aclnnCrossEntropyLossGetWorkspaceSize(
                long input,
                long target,
                long weightOptional,
                long reductionOptional,
                long ignoreIndex,
                double labelSmoothing,
                double lseSquareScaleForZloss,
                byte returnZloss,
                long lossOut,
                long logProbOut,
                long zlossOut,
                long lseForZlossOut,
                long workspaceSize,
                long executor);

        public static native int aclnnCrossEntropyLoss(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT gradLoss, cT logProb, cT target, cT weightOptional, cT gradZlossOptional, "
            + "cT lseForZlossOptional, char* reductionOptional, i64 ignoreIndex, double labelSmoothing, "
            + "double lseSquareScaleForZloss, cT out")
    public static final class CrossEntropyLossGrad {
        private CrossEntropyLossGrad() {}

        public static native int aclnnCrossEntropyLossGradGetWorkspaceSize(
                long gradLoss,
                long logProb,
                long target,
                long weightOptional,
                long gradZlossOptional,
                long lseForZlossOptional,
                long reductionOptional,
                long ignoreIndex,
                double labelSmoothing,
                double lseSquareScaleForZloss,
                long out,
                long workspaceSize,
                long executor);

        public static native int aclnnCrossEntropyLossGrad(
                long workspace, long workspaceSize, long executor, long stream);
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

    @Signature("cT self, cIA dim, bool keepDim, dt dtype, T out")
    public static final class Mean {
        private Mean() {}

        public static native int aclnnMeanGetWorkspaceSize(
                long self, long dim, byte keepDim, int dtype, long out, long workspaceSize, long executor);

        public static native int aclnnMean(long workspace, long workspaceSize, long executor, long stream);
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
