package io.hearth.device.ascend.aclnn.bindings;

/** Rows and elements by index. */
public final class IndexBindings {
    private IndexBindings() {}

    @Signature("T selfRef, i64 dim, cT index, cT source")
    public static final class InplaceIndexCopy {
        private InplaceIndexCopy() {}

        public static native int aclnnInplaceIndexCopyGetWorkspaceSize(
                long selfRef, long dim, long index, long source, long workspaceSize, long executor);

        public static native int aclnnInplaceIndexCopy(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("T varRef, cT indices, cT updates")
    public static final class ScatterNdUpdate {
        private ScatterNdUpdate() {}

        public static native int aclnnScatterNdUpdateGetWorkspaceSize(
                long varRef, long indices, long updates, long workspaceSize, long executor);

        public static native int aclnnScatterNdUpdate(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT weight, cT indices, cT out")
    public static final class Embedding {
        private Embedding() {}

        public static native int aclnnEmbeddingGetWorkspaceSize(
                long weight, long indices, long out, long workspaceSize, long executor);

        public static native int aclnnEmbedding(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT self, i64 dim, cT index, T out")
    public static final class IndexSelect {
        private IndexSelect() {}

        public static native int aclnnIndexSelectGetWorkspaceSize(
                long self, long dim, long index, long out, long workspaceSize, long executor);

        public static native int aclnnIndexSelect(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT self, i64 dim, cT index, T out")
    public static final class Gather {
        private Gather() {}

        public static native int aclnnGatherGetWorkspaceSize(
                long self, long dim, long index, long out, long workspaceSize, long executor);

        public static native int aclnnGather(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("T selfRef, cTL indices, cT values, bool accumulate, bool unsafe")
    public static final class IndexPutImpl {
        private IndexPutImpl() {}

        public static native int aclnnIndexPutImplGetWorkspaceSize(
                long selfRef,
                long indices,
                long values,
                byte accumulate,
                byte unsafe,
                long workspaceSize,
                long executor);

        public static native int aclnnIndexPutImpl(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT self, i64 dim, cT index, cT source, cS alpha, T out")
    public static final class IndexAdd {
        private IndexAdd() {}

        public static native int aclnnIndexAddGetWorkspaceSize(
                long self, long dim, long index, long source, long alpha, long out, long workspaceSize, long executor);

        public static native int aclnnIndexAdd(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("T selfRef, i64 dim, cT index, cT src, i64 reduce")
    public static final class InplaceScatter {
        private InplaceScatter() {}

        public static native int aclnnInplaceScatterGetWorkspaceSize(
                long selfRef, long dim, long index, long src, long reduce, long workspaceSize, long executor);

        public static native int aclnnInplaceScatter(long workspace, long workspaceSize, long executor, long stream);
    }
}
