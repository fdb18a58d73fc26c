package io.hearth.device.ascend.aclnn.bindings;

/** Order, choice and random numbers. */
public final class SamplingBindings {
    private SamplingBindings() {}

    @Signature("cT self, i64 dim, bool keepdim, T out")
    public static final class ArgMax {
        private ArgMax() {}

        public static native int aclnnArgMaxGetWorkspaceSize(
                long self, long dim, byte keepdim, long out, long workspaceSize, long executor);

        public static native int aclnnArgMax(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT self, bool stable, i64 dim, bool descending, T valuesOut, T indicesOut")
    public static final class Sort {
        private Sort() {}

        public static native int aclnnSortGetWorkspaceSize(
                long self,
                byte stable,
                long dim,
                byte descending,
                long valuesOut,
                long indicesOut,
                long workspaceSize,
                long executor);

        public static native int aclnnSort(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT selfRef, double from, double to, u64 seed, u64 offset")
    public static final class InplaceUniform {
        private InplaceUniform() {}

        public static native int aclnnInplaceUniformGetWorkspaceSize(
                long selfRef, double from, double to, long seed, long offset, long workspaceSize, long executor);

        public static native int aclnnInplaceUniform(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cIA shape, double prob, i64 seed, i64 offset, T out")
    public static final class DropoutGenMask {
        private DropoutGenMask() {}

        public static native int aclnnDropoutGenMaskGetWorkspaceSize(
                long shape, double prob, long seed, long offset, long out, long workspaceSize, long executor);

        public static native int aclnnDropoutGenMask(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT self, cT mask, double prob, T out")
    public static final class DropoutDoMask {
        private DropoutDoMask() {}

        public static native int aclnnDropoutDoMaskGetWorkspaceSize(
                long self, long mask, double prob, long out, long workspaceSize, long executor);

        public static native int aclnnDropoutDoMask(long workspace, long workspaceSize, long executor, long stream);
    }
}
