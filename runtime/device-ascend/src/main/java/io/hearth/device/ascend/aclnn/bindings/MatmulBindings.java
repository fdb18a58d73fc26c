package io.hearth.device.ascend.aclnn.bindings;

/** Products of matrices. */
public final class MatmulBindings {
    private MatmulBindings() {}

    @Signature("cT self, cT mat2, T out, i8 cubeMathType")
    public static final class Matmul {
        private Matmul() {}

        public static native int aclnnMatmulGetWorkspaceSize(
                long self, long mat2, long out, byte cubeMathType, long workspaceSize, long executor);

        public static native int aclnnMatmul(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT self, cT mat2, T out, i8 cubeMathType")
    public static final class Mm {
        private Mm() {}

        public static native int aclnnMmGetWorkspaceSize(
                long self, long mat2, long out, byte cubeMathType, long workspaceSize, long executor);

        public static native int aclnnMm(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT self, cT mat2, T out, i8 cubeMathType")
    public static final class BatchMatMul {
        private BatchMatMul() {}

        public static native int aclnnBatchMatMulGetWorkspaceSize(
                long self, long mat2, long out, byte cubeMathType, long workspaceSize, long executor);

        public static native int aclnnBatchMatMul(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT self, cT mat1, cT mat2, cS beta, cS alpha, T out, i8 cubeMathType")
    public static final class Addmm {
        private Addmm() {}

        public static native int aclnnAddmmGetWorkspaceSize(
                long self,
                long mat1,
                long mat2,
                long beta,
                long alpha,
                long out,
                byte cubeMathType,
                long workspaceSize,
                long executor);

        public static native int aclnnAddmm(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT selfRef, cT mat1, cT mat2, cS beta, cS alpha, i8 cubeMathType")
    public static final class InplaceAddmm {
        private InplaceAddmm() {}

        public static native int aclnnInplaceAddmmGetWorkspaceSize(
                long selfRef,
                long mat1,
                long mat2,
                long beta,
                long alpha,
                byte cubeMathType,
                long workspaceSize,
                long executor);

        public static native int aclnnInplaceAddmm(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT self, cT batch1, cT batch2, cS beta, cS alpha, T out, i8 cubeMathType")
    public static final class Baddbmm {
        private Baddbmm() {}

        public static native int aclnnBaddbmmGetWorkspaceSize(
                long self,
                long batch1,
                long batch2,
                long beta,
                long alpha,
                long out,
                byte cubeMathType,
                long workspaceSize,
                long executor);

        public static native int aclnnBaddbmm(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT self, cT mat2, T out, i8 cubeMathType")
    public static final class MatmulWeightNz {
        private MatmulWeightNz() {}

        public static native int aclnnMatmulWeightNzGetWorkspaceSize(
                long self, long mat2, long out, byte cubeMathType, long workspaceSize, long executor);

        public static native int aclnnMatmulWeightNz(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("T mmWeightRef")
    public static final class TransMatmulWeight {
        private TransMatmulWeight() {}

        public static native int aclnnTransMatmulWeightGetWorkspaceSize(
                long mmWeightRef, long workspaceSize, long executor);

        public static native int aclnnTransMatmulWeight(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT srcTensor, T dstTensor")
    public static final class NpuFormatCast {
        private NpuFormatCast() {}

        public static native int aclnnNpuFormatCastGetWorkspaceSize(
                long srcTensor, long dstTensor, long workspaceSize, long executor);

        public static native int aclnnNpuFormatCast(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT x, cT weight, cT antiquantScale, cT antiquantOffsetOptional, cT quantScaleOptional, "
            + "cT quantOffsetOptional, cT biasOptional, int antiquantGroupSize, cT y")
    public static final class WeightQuantBatchMatmulV2 {
        private WeightQuantBatchMatmulV2() {}

        public static native int aclnnWeightQuantBatchMatmulV2GetWorkspaceSize(
                long x,
                long weight,
                long antiquantScale,
                long antiquantOffsetOptional,
                long quantScaleOptional,
                long quantOffsetOptional,
                long biasOptional,
                int antiquantGroupSize,
                long y,
                long workspaceSize,
                long executor);

        public static native int aclnnWeightQuantBatchMatmulV2(
                long workspace, long workspaceSize, long executor, long stream);
    }
}
