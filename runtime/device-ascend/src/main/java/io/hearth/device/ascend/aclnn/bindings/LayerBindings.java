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

    @Signature("cT x1, cT x2, cT gamma, double epsilon, cT yOut, cT rstdOut, cT xOut")
    public static final class AddRmsNorm {
        private AddRmsNorm() {}

        public static native int aclnnAddRmsNormGetWorkspaceSize(
                long x1,
                long x2,
                long gamma,
                double epsilon,
                long yOut,
                long rstdOut,
                long xOut,
                long workspaceSize,
                long executor);

        public static native int aclnnAddRmsNorm(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT x1, cT x2, cT gamma, double epsilon, cT y1Out, cT y2Out, cT rstdOut, cT xOut")
    public static final class AddRmsNormCast {
        private AddRmsNormCast() {}

        public static native int aclnnAddRmsNormCastGetWorkspaceSize(
                long x1,
                long x2,
                long gamma,
                double epsilon,
                long y1Out,
                long y2Out,
                long rstdOut,
                long xOut,
                long workspaceSize,
                long executor);

        public static native int aclnnAddRmsNormCast(long workspace, long workspaceSize, long executor, long stream);
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

    @Signature("cT self, T out")
    public static final class Silu {
        private Silu() {}

        public static native int aclnnSiluGetWorkspaceSize(long self, long out, long workspaceSize, long executor);

        public static native int aclnnSilu(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT gradOutput, cT self, T gradInput")
    public static final class SiluBackward {
        private SiluBackward() {}

        public static native int aclnnSiluBackwardGetWorkspaceSize(
                long gradOutput, long self, long gradInput, long workspaceSize, long executor);

        public static native int aclnnSiluBackward(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT gradOutput, cT output, T gradInput")
    public static final class SigmoidBackward {
        private SigmoidBackward() {}

        public static native int aclnnSigmoidBackwardGetWorkspaceSize(
                long gradOutput, long output, long gradInput, long workspaceSize, long executor);

        public static native int aclnnSigmoidBackward(long workspace, long workspaceSize, long executor, long stream);
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

    @Signature("T queryRef, T keyRef, cT cos, cT sin, i64 layout")
    public static final class ApplyRotaryPosEmb {
        private ApplyRotaryPosEmb() {}

        public static native int aclnnApplyRotaryPosEmbGetWorkspaceSize(
                long queryRef, long keyRef, long cos, long sin, long layout, long workspaceSize, long executor);

        public static native int aclnnApplyRotaryPosEmb(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("T queryRef, T keyRef, cT cos, cT sin, i64 layout, char* rotaryMode")
    public static final class ApplyRotaryPosEmbV2 {
        private ApplyRotaryPosEmbV2() {}

        public static native int aclnnApplyRotaryPosEmbV2GetWorkspaceSize(
                long queryRef,
                long keyRef,
                long cos,
                long sin,
                long layout,
                long rotaryMode,
                long workspaceSize,
                long executor);

        public static native int aclnnApplyRotaryPosEmbV2(
                long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT positions, cT queryIn, cT keyIn, cT cosSinCache, cIA mropeSection, i64 headSize, "
            + "bool isNeoxStyle, T queryOut, T keyOut")
    public static final class RopeWithSinCosCache {
        private RopeWithSinCosCache() {}

        public static native int aclnnRopeWithSinCosCacheGetWorkspaceSize(
                long positions,
                long queryIn,
                long keyIn,
                long cosSinCache,
                long mropeSection,
                long headSize,
                byte isNeoxStyle,
                long queryOut,
                long keyOut,
                long workspaceSize,
                long executor);

        public static native int aclnnRopeWithSinCosCache(
                long workspace, long workspaceSize, long executor, long stream);
    }
}
