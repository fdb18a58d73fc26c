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

    @Signature("cT self, i64 k, i64 dim, bool largest, bool sorted, T valuesOut, T indicesOut")
    public static final class Topk {
        private Topk() {}

        public static native int aclnnTopkGetWorkspaceSize(
                long self,
                long k,
                long dim,
                byte largest,
                byte sorted,
                long valuesOut,
                long indicesOut,
                long workspaceSize,
                long executor);

        public static native int aclnnTopk(long workspace, long workspaceSize, long executor, long stream);
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

    @Signature("cT self, i64 dim, bool descending, T out")
    public static final class Argsort {
        private Argsort() {}

        public static native int aclnnArgsortGetWorkspaceSize(
                long self, long dim, byte descending, long out, long workspaceSize, long executor);

        public static native int aclnnArgsort(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT self, i64 numsamples, bool replacement, i64 seed, i64 offset, T out")
    public static final class Multinomial {
        private Multinomial() {}

        public static native int aclnnMultinomialGetWorkspaceSize(
                long self,
                long numsamples,
                byte replacement,
                long seed,
                long offset,
                long out,
                long workspaceSize,
                long executor);

        public static native int aclnnMultinomial(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT selfRef, double from, double to, u64 seed, u64 offset")
    public static final class InplaceUniform {
        private InplaceUniform() {}

        public static native int aclnnInplaceUniformGetWorkspaceSize(
                long selfRef, double from, double to, long seed, long offset, long workspaceSize, long executor);

        public static native int aclnnInplaceUniform(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT selfRef, float mean, float std, i64 seed, i64 offset")
    public static final class InplaceNormal {
        private InplaceNormal() {}

        public static native int aclnnInplaceNormalGetWorkspaceSize(
                long selfRef, float mean, float std, long seed, long offset, long workspaceSize, long executor);

        public static native int aclnnInplaceNormal(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT selfRef, i64 from, i64 to, i64 seed, i64 offset")
    public static final class InplaceRandom {
        private InplaceRandom() {}

        public static native int aclnnInplaceRandomGetWorkspaceSize(
                long selfRef, long from, long to, long seed, long offset, long workspaceSize, long executor);

        public static native int aclnnInplaceRandom(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cIA shape, double prob, i64 seed, i64 offset, T out")
    public static final class DropoutGenMask {
        private DropoutGenMask() {}

        public static native int aclnnDropoutGenMaskGetWorkspaceSize(
                long shape, double prob, long seed, long offset, long out, long workspaceSize, long executor);

        public static native int aclnnDropoutGenMask(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cIA shape, double prob, i64 seed, i64 offset, dt probDataType, T out")
    public static final class DropoutGenMaskV2 {
        private DropoutGenMaskV2() {}

        public static native int aclnnDropoutGenMaskV2GetWorkspaceSize(
                long shape,
                double prob,
                long seed,
                long offset,
                int probDataType,
                long out,
                long workspaceSize,
                long executor);

        public static native int aclnnDropoutGenMaskV2(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT self, cT mask, double prob, T out")
    public static final class DropoutDoMask {
        private DropoutDoMask() {}

        public static native int aclnnDropoutDoMaskGetWorkspaceSize(
                long self, long mask, double prob, long out, long workspaceSize, long executor);

        public static native int aclnnDropoutDoMask(long workspace, long workspaceSize, long executor, long stream);
    }
}
