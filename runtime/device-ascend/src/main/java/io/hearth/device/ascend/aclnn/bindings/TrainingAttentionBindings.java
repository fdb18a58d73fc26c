package io.hearth.device.ascend.aclnn.bindings;

/** Attention that keeps what its gradient needs. */
public final class TrainingAttentionBindings {
    private TrainingAttentionBindings() {}

    @Signature("cT query, cT key, cT value, cT realShiftOptional, cT dropMaskOptional, "
            + "cT paddingMaskOptional, cT attenMaskOptional, cIA prefixOptional, "
            + "cIA actualSeqQLenOptional, cIA actualSeqKvLenOptional, double scaleValue, "
            + "double keepProb, i64 preTokens, i64 nextTokens, i64 headNum, char* inputLayout, "
            + "i64 innerPrecise, i64 sparseMode, cT softmaxMaxOut, cT softmaxSumOut, cT softmaxOutOut, "
            + "cT attentionOutOut")
    public static final class FlashAttentionVarLenScore {
        private FlashAttentionVarLenScore() {}

        public static native int aclnnFlashAttentionVarLenScoreGetWorkspaceSize(
                long query,
                long key,
                long value,
                long realShiftOptional,
                long dropMaskOptional,
                long paddingMaskOptional,
                long attenMaskOptional,
                long prefixOptional,
                long actualSeqQLenOptional,
                long actualSeqKvLenOptional,
                double scaleValue,
                double keepProb,
                long preTokens,
                long nextTokens,
                long headNum,
                long inputLayout,
                long innerPrecise,
                long sparseMode,
                long softmaxMaxOut,
                long softmaxSumOut,
                long softmaxOutOut,
                long attentionOutOut,
                long workspaceSize,
                long executor);

        public static native int aclnnFlashAttentionVarLenScore(
                long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT query, cT keyIn, cT value, cT dy, cT pseShiftOptional, cT dropMaskOptional, "
            + "cT paddingMaskOptional, cT attenMaskOptional, cT softmaxMaxOptional, "
            + "cT softmaxSumOptional, cT softmaxInOptional, cT attentionInOptional, cIA prefixOptional, "
            + "cIA actualSeqQLenOptional, cIA actualSeqKvLenOptional, double scaleValue, "
            + "double keepProb, i64 preTokens, i64 nextTokens, i64 headNum, char* inputLayout, "
            + "i64 innerPrecise, i64 sparseMode, cT dqOut, cT dkOut, cT dvOut, cT dpseOut")
    public static final class FlashAttentionUnpaddingScoreGrad {
        private FlashAttentionUnpaddingScoreGrad() {}

        public static native int aclnnFlashAttentionUnpaddingScoreGradGetWorkspaceSize(
                long query,
                long keyIn,
                long value,
                long dy,
                long pseShiftOptional,
                long dropMaskOptional,
                long paddingMaskOptional,
                long attenMaskOptional,
                long softmaxMaxOptional,
                long softmaxSumOptional,
                long softmaxInOptional,
                long attentionInOptional,
                long prefixOptional,
                long actualSeqQLenOptional,
                long actualSeqKvLenOptional,
                double scaleValue,
                double keepProb,
                long preTokens,
                long nextTokens,
                long headNum,
                long inputLayout,
                long innerPrecise,
                long sparseMode,
                long dqOut,
                long dkOut,
                long dvOut,
                long dpseOut,
                long workspaceSize,
                long executor);

        public static native int aclnnFlashAttentionUnpaddingScoreGrad(
                long workspace, long workspaceSize, long executor, long stream);
    }
}
