package io.hearth.device.ascend.aclnn.bindings;

/** Comparisons, choices, ranges and running sums. */
public final class SelectionBindings {
    private SelectionBindings() {}

    @Signature("cT condition, cT self, cT other, T out")
    public static final class SWhere {
        private SWhere() {}

        public static native int aclnnSWhereGetWorkspaceSize(
                long condition, long self, long other, long out, long workspaceSize, long executor);

        public static native int aclnnSWhere(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("T selfRef, cT mask, cS value")
    public static final class InplaceMaskedFillScalar {
        private InplaceMaskedFillScalar() {}

        public static native int aclnnInplaceMaskedFillScalarGetWorkspaceSize(
                long selfRef, long mask, long value, long workspaceSize, long executor);

        public static native int aclnnInplaceMaskedFillScalar(
                long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT self, cS other, T out")
    public static final class GeScalar {
        private GeScalar() {}

        public static native int aclnnGeScalarGetWorkspaceSize(
                long self, long other, long out, long workspaceSize, long executor);

        public static native int aclnnGeScalar(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT self, cS other, T out")
    public static final class EqScalar {
        private EqScalar() {}

        public static native int aclnnEqScalarGetWorkspaceSize(
                long self, long other, long out, long workspaceSize, long executor);

        public static native int aclnnEqScalar(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cS start, cS end, cS step, T out")
    public static final class Arange {
        private Arange() {}

        public static native int aclnnArangeGetWorkspaceSize(
                long start, long end, long step, long out, long workspaceSize, long executor);

        public static native int aclnnArange(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT self, i64 dim, dt dtype, T out")
    public static final class Cumsum {
        private Cumsum() {}

        public static native int aclnnCumsumGetWorkspaceSize(
                long self, long dim, int dtype, long out, long workspaceSize, long executor);

        public static native int aclnnCumsum(long workspace, long workspaceSize, long executor, long stream);
    }
}
