package io.hearth.device.ascend.aclnn.bindings;

/** Products of matrices. */
public final class MatmulBindings {
    private MatmulBindings() {}

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
}
