package io.hearth.device.ascend.aclnn.bindings;

/** Attention over a cache, and writing into it. */
public final class InferenceAttentionBindings {
    private InferenceAttentionBindings() {}

    @Signature("cT query, cTL key, cTL value, cT pseShiftOptional, cT attenMaskOptional, "
            + "cIA actualSeqLengthsOptional, cIA actualSeqLengthsKvOptional, cT deqScale1Optional, "
            + "cT quantScale1Optional, cT deqScale2Optional, cT quantScale2Optional, "
            + "cT quantOffset2Optional, cT antiquantScaleOptional, cT antiquantOffsetOptional, "
            + "cT blockTableOptional, cT queryPaddingSizeOptional, cT kvPaddingSizeOptional, "
            + "cT keyAntiquantScaleOptional, cT keyAntiquantOffsetOptional, "
            + "cT valueAntiquantScaleOptional, cT valueAntiquantOffsetOptional, "
            + "cT keySharedPrefixOptional, cT valueSharedPrefixOptional, "
            + "cIA actualSharedPrefixLenOptional, i64 numHeads, double scaleValue, i64 preTokens, "
            + "i64 nextTokens, char* inputLayout, i64 numKeyValueHeads, i64 sparseMode, "
            + "i64 innerPrecise, i64 blockSize, i64 antiquantMode, bool softmaxLseFlag, "
            + "i64 keyAntiquantMode, i64 valueAntiquantMode, cT attentionOut, cT softmaxLse")
    public static final class FusedInferAttentionScoreV2 {
        private FusedInferAttentionScoreV2() {}

        public static native int aclnnFusedInferAttentionScoreV2GetWorkspaceSize(
                long query,
                long key,
                long value,
                long pseShiftOptional,
                long attenMaskOptional,
                long actualSeqLengthsOptional,
                long actualSeqLengthsKvOptional,
                long deqScale1Optional,
                long quantScale1Optional,
                long deqScale2Optional,
                long quantScale2Optional,
                long quantOffset2Optional,
                long antiquantScaleOptional,
                long antiquantOffsetOptional,
                long blockTableOptional,
                long queryPaddingSizeOptional,
                long kvPaddingSizeOptional,
                long keyAntiquantScaleOptional,
                long keyAntiquantOffsetOptional,
                long valueAntiquantScaleOptional,
                long valueAntiquantOffsetOptional,
                long keySharedPrefixOptional,
                long valueSharedPrefixOptional,
                long actualSharedPrefixLenOptional,
                long numHeads,
                double scaleValue,
                long preTokens,
                long nextTokens,
                long inputLayout,
                long numKeyValueHeads,
                long sparseMode,
                long innerPrecise,
                long blockSize,
                long antiquantMode,
                byte softmaxLseFlag,
                long keyAntiquantMode,
                long valueAntiquantMode,
                long attentionOut,
                long softmaxLse,
                long workspaceSize,
                long executor);

        public static native int aclnnFusedInferAttentionScoreV2(
                long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT query, cTL key, cTL value, cT pseShiftOptional, cT attenMaskOptional, "
            + "cIA actualSeqLengthsOptional, cIA actualSeqLengthsKvOptional, cT deqScale1Optional, "
            + "cT quantScale1Optional, cT deqScale2Optional, cT quantScale2Optional, "
            + "cT quantOffset2Optional, cT antiquantScaleOptional, cT antiquantOffsetOptional, "
            + "cT blockTableOptional, cT queryPaddingSizeOptional, cT kvPaddingSizeOptional, "
            + "cT keyAntiquantScaleOptional, cT keyAntiquantOffsetOptional, "
            + "cT valueAntiquantScaleOptional, cT valueAntiquantOffsetOptional, "
            + "cT keySharedPrefixOptional, cT valueSharedPrefixOptional, "
            + "cIA actualSharedPrefixLenOptional, cT queryRopeOptional, cT keyRopeOptional, "
            + "cT keyRopeAntiquantScaleOptional, i64 numHeads, double scaleValue, i64 preTokens, "
            + "i64 nextTokens, char* inputLayout, i64 numKeyValueHeads, i64 sparseMode, "
            + "i64 innerPrecise, i64 blockSize, i64 antiquantMode, bool softmaxLseFlag, "
            + "i64 keyAntiquantMode, i64 valueAntiquantMode, cT attentionOut, cT softmaxLse")
    public static final class FusedInferAttentionScoreV3 {
        private FusedInferAttentionScoreV3() {}

        public static native int aclnnFusedInferAttentionScoreV3GetWorkspaceSize(
                long query,
                long key,
                long value,
                long pseShiftOptional,
                long attenMaskOptional,
                long actualSeqLengthsOptional,
                long actualSeqLengthsKvOptional,
                long deqScale1Optional,
                long quantScale1Optional,
                long deqScale2Optional,
                long quantScale2Optional,
                long quantOffset2Optional,
                long antiquantScaleOptional,
                long antiquantOffsetOptional,
                long blockTableOptional,
                long queryPaddingSizeOptional,
                long kvPaddingSizeOptional,
                long keyAntiquantScaleOptional,
                long keyAntiquantOffsetOptional,
                long valueAntiquantScaleOptional,
                long valueAntiquantOffsetOptional,
                long keySharedPrefixOptional,
                long valueSharedPrefixOptional,
                long actualSharedPrefixLenOptional,
                long queryRopeOptional,
                long keyRopeOptional,
                long keyRopeAntiquantScaleOptional,
                long numHeads,
                double scaleValue,
                long preTokens,
                long nextTokens,
                long inputLayout,
                long numKeyValueHeads,
                long sparseMode,
                long innerPrecise,
                long blockSize,
                long antiquantMode,
                byte softmaxLseFlag,
                long keyAntiquantMode,
                long valueAntiquantMode,
                long attentionOut,
                long softmaxLse,
                long workspaceSize,
                long executor);

        public static native int aclnnFusedInferAttentionScoreV3(
                long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT query, cTL key, cTL value, cT pseShiftOptional, cT attenMaskOptional, "
            + "cIA actualSeqLengthsOptional, cIA actualSeqLengthsKvOptional, cT deqScale1Optional, "
            + "cT quantScale1Optional, cT deqScale2Optional, cT quantScale2Optional, "
            + "cT quantOffset2Optional, cT antiquantScaleOptional, cT antiquantOffsetOptional, "
            + "cT blockTableOptional, cT queryPaddingSizeOptional, cT kvPaddingSizeOptional, "
            + "cT keyAntiquantScaleOptional, cT keyAntiquantOffsetOptional, "
            + "cT valueAntiquantScaleOptional, cT valueAntiquantOffsetOptional, "
            + "cT keySharedPrefixOptional, cT valueSharedPrefixOptional, "
            + "cIA actualSharedPrefixLenOptional, cT queryRopeOptional, cT keyRopeOptional, "
            + "cT keyRopeAntiquantScaleOptional, cT dequantScaleQueryOptional, cT learnableSinkOptional, "
            + "i64 numHeads, double scaleValue, i64 preTokens, i64 nextTokens, char* inputLayout, "
            + "i64 numKeyValueHeads, i64 sparseMode, i64 innerPrecise, i64 blockSize, i64 antiquantMode, "
            + "bool softmaxLseFlag, i64 keyAntiquantMode, i64 valueAntiquantMode, i64 queryQuantMode, "
            + "cT attentionOut, cT softmaxLse")
    public static final class FusedInferAttentionScoreV4 {
        private FusedInferAttentionScoreV4() {}

        public static native int aclnnFusedInferAttentionScoreV4GetWorkspaceSize(
                long query,
                long key,
                long value,
                long pseShiftOptional,
                long attenMaskOptional,
                long actualSeqLengthsOptional,
                long actualSeqLengthsKvOptional,
                long deqScale1Optional,
                long quantScale1Optional,
                long deqScale2Optional,
                long quantScale2Optional,
                long quantOffset2Optional,
                long antiquantScaleOptional,
                long antiquantOffsetOptional,
                long blockTableOptional,
                long queryPaddingSizeOptional,
                long kvPaddingSizeOptional,
                long keyAntiquantScaleOptional,
                long keyAntiquantOffsetOptional,
                long valueAntiquantScaleOptional,
                long valueAntiquantOffsetOptional,
                long keySharedPrefixOptional,
                long valueSharedPrefixOptional,
                long actualSharedPrefixLenOptional,
                long queryRopeOptional,
                long keyRopeOptional,
                long keyRopeAntiquantScaleOptional,
                long dequantScaleQueryOptional,
                long learnableSinkOptional,
                long numHeads,
                double scaleValue,
                long preTokens,
                long nextTokens,
                long inputLayout,
                long numKeyValueHeads,
                long sparseMode,
                long innerPrecise,
                long blockSize,
                long antiquantMode,
                byte softmaxLseFlag,
                long keyAntiquantMode,
                long valueAntiquantMode,
                long queryQuantMode,
                long attentionOut,
                long softmaxLse,
                long workspaceSize,
                long executor);

        public static native int aclnnFusedInferAttentionScoreV4(
                long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT key, T keyCacheRef, cT slotMapping, cT value, T valueCacheRef, "
            + "cT compressLensOptional, cT compressSeqOffsetOptional, cT seqLensOptional, "
            + "char* cacheModeOptional, char* scatterModeOptional, cIA stridesOptional, " + "cIA offsetsOptional")
    public static final class ScatterPaKvCache {
        private ScatterPaKvCache() {}

        public static native int aclnnScatterPaKvCacheGetWorkspaceSize(
                long key,
                long keyCacheRef,
                long slotMapping,
                long value,
                long valueCacheRef,
                long compressLensOptional,
                long compressSeqOffsetOptional,
                long seqLensOptional,
                long cacheModeOptional,
                long scatterModeOptional,
                long stridesOptional,
                long offsetsOptional,
                long workspaceSize,
                long executor);

        public static native int aclnnScatterPaKvCache(long workspace, long workspaceSize, long executor, long stream);
    }
}
