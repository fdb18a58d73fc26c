package io.hearth.device.ascend.aclnn.bindings;

/** Operators that move elements and compute nothing. */
public final class LayoutBindings {
    private LayoutBindings() {}

    @Signature("cT self, cIA dims, T out")
    public static final class Permute {
        private Permute() {}

        public static native int aclnnPermuteGetWorkspaceSize(
                long self, long dims, long out, long workspaceSize, long executor);

        public static native int aclnnPermute(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cTL tensors, i64 dim, T out")
    public static final class Cat {
        private Cat() {}

        public static native int aclnnCatGetWorkspaceSize(
                long tensors, long dim, long out, long workspaceSize, long executor);

        public static native int aclnnCat(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cTL tensors, i64 dim, T out")
    public static final class Stack {
        private Stack() {}

        public static native int aclnnStackGetWorkspaceSize(
                long tensors, long dim, long out, long workspaceSize, long executor);

        public static native int aclnnStack(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT self, i64 dim, i64 start, i64 end, i64 step, T out")
    public static final class Slice {
        private Slice() {}

        public static native int aclnnSliceGetWorkspaceSize(
                long self, long dim, long start, long end, long step, long out, long workspaceSize, long executor);

        public static native int aclnnSlice(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT self, cIA starts, cIA ends, cIA axes, cIA steps, T out")
    public static final class SliceV2 {
        private SliceV2() {}

        public static native int aclnnSliceV2GetWorkspaceSize(
                long self, long starts, long ends, long axes, long steps, long out, long workspaceSize, long executor);

        public static native int aclnnSliceV2(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT self, u64 splitSections, i64 dim, TL out")
    public static final class SplitTensor {
        private SplitTensor() {}

        public static native int aclnnSplitTensorGetWorkspaceSize(
                long self, long splitSections, long dim, long out, long workspaceSize, long executor);

        public static native int aclnnSplitTensor(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT self, cIA splitSize, i64 dim, TL out")
    public static final class SplitWithSize {
        private SplitWithSize() {}

        public static native int aclnnSplitWithSizeGetWorkspaceSize(
                long self, long splitSize, long dim, long out, long workspaceSize, long executor);

        public static native int aclnnSplitWithSize(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT self, cIA repeats, T out")
    public static final class Repeat {
        private Repeat() {}

        public static native int aclnnRepeatGetWorkspaceSize(
                long self, long repeats, long out, long workspaceSize, long executor);

        public static native int aclnnRepeat(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT self, i64 repeats, i64 outputSize, T out")
    public static final class RepeatInterleaveInt {
        private RepeatInterleaveInt() {}

        public static native int aclnnRepeatInterleaveIntGetWorkspaceSize(
                long self, long repeats, long outputSize, long out, long workspaceSize, long executor);

        public static native int aclnnRepeatInterleaveInt(
                long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT self, i64 repeats, i64 dim, i64 outputSize, T out")
    public static final class RepeatInterleaveIntWithDim {
        private RepeatInterleaveIntWithDim() {}

        public static native int aclnnRepeatInterleaveIntWithDimGetWorkspaceSize(
                long self, long repeats, long dim, long outputSize, long out, long workspaceSize, long executor);

        public static native int aclnnRepeatInterleaveIntWithDim(
                long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT self, cIA size, T out")
    public static final class Expand {
        private Expand() {}

        public static native int aclnnExpandGetWorkspaceSize(
                long self, long size, long out, long workspaceSize, long executor);

        public static native int aclnnExpand(long workspace, long workspaceSize, long executor, long stream);
    }
}
