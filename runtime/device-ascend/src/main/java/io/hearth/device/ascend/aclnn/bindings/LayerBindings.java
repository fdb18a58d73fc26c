package io.hearth.device.ascend.aclnn.bindings;

/** Norms, activations and rotary embedding. */
public final class LayerBindings {
    private LayerBindings() {}

    @Signature("cT x, cT gamma, double epsilon, cT yOut, cT rstdOut")
    public static final class RmsNorm {
        private RmsNorm() {}

        public static native int aclnnRmsNormGetWorkspaceSize(
                long x, long gamma, double epsilon, long yOut, long rstdOut, long workspaceSize, long executor);

        public static native int aclnnRmsNorm(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT dy, cT x, cT rstd, cT gamma, cT dxOut, cT dgammaOut")
    public static final class RmsNormGrad {
        private RmsNormGrad() {}

        public static native int aclnnRmsNormGradGetWorkspaceSize(
                long dy, long x, long rstd, long gamma, long dxOut, long dgammaOut, long workspaceSize, long executor);

        public static native int aclnnRmsNormGrad(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT x, i64 dim, cT out")
    public static final class SwiGlu {
        private SwiGlu() {}

        public static native int aclnnSwiGluGetWorkspaceSize(
                long x, long dim, long out, long workspaceSize, long executor);

        public static native int aclnnSwiGlu(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT yGrad, cT x, i64 dim, cT out")
    public static final class SwiGluGrad {
        private SwiGluGrad() {}

        public static native int aclnnSwiGluGradGetWorkspaceSize(
                long yGrad, long x, long dim, long out, long workspaceSize, long executor);

        public static native int aclnnSwiGluGrad(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT x, cT cos, cT sin, i64 mode, T out")
    public static final class RotaryPositionEmbedding {
        private RotaryPositionEmbedding() {}

        public static native int aclnnRotaryPositionEmbeddingGetWorkspaceSize(
                long x, long cos, long sin, long mode, long out, long workspaceSize, long executor);

        public static native int aclnnRotaryPositionEmbedding(
                long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT dy, cT cos, cT sin, cT xOptional, i64 mode, cT dxOut, cT dcosOut, cT dsinOut")
    public static final class RotaryPositionEmbeddingGrad {
        private RotaryPositionEmbeddingGrad() {}

        public static native int aclnnRotaryPositionEmbeddingGradGetWorkspaceSize(
                long dy,
                long cos,
                long sin,
                long xOptional,
                long mode,
                long dxOut,
                long dcosOut,
                long dsinOut,
                long workspaceSize,
                long executor);

        public static native int aclnnRotaryPositionEmbeddingGrad(
                long workspace, long workspaceSize, long executor, long stream);
    }
}
