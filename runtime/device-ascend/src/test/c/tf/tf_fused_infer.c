/* aclnnFusedInferAttentionScore, V2, V3 and V4. */
#include "tf_infer.h"

/* Stretches of arguments; each version adds some. */
#define HEAD_V1(A)                                                                                               \
    A(IN, query) A(INS, key) A(INS, value) A(IN_OR_NULL, pseShift) A(IN_OR_NULL, attenMask)                       \
    A(INTS_OR_NULL, actualSeqLengths) A(INTS_OR_NULL, actualSeqLengthsKv) A(IN_OR_NULL, deqScale1)                \
    A(IN_OR_NULL, quantScale1) A(IN_OR_NULL, deqScale2) A(IN_OR_NULL, quantScale2) A(IN_OR_NULL, quantOffset2)    \
    A(IN_OR_NULL, antiquantScale) A(IN_OR_NULL, antiquantOffset) A(IN_OR_NULL, blockTable)                        \
    A(IN_OR_NULL, queryPaddingSize) A(IN_OR_NULL, kvPaddingSize)
#define HEAD_V2(A)                                                                                               \
    HEAD_V1(A) A(IN_OR_NULL, keyAntiquantScale) A(IN_OR_NULL, keyAntiquantOffset) A(IN_OR_NULL, valueAntiquantScale) \
    A(IN_OR_NULL, valueAntiquantOffset) A(IN_OR_NULL, keySharedPrefix) A(IN_OR_NULL, valueSharedPrefix)           \
    A(INTS_OR_NULL, actualSharedPrefixLen)
#define HEAD_V3(A) HEAD_V2(A) A(IN_OR_NULL, queryRope) A(IN_OR_NULL, keyRope) A(IN_OR_NULL, keyRopeAntiquantScale)
#define HEAD_V4(A) HEAD_V3(A) A(IN_OR_NULL, dequantScaleQuery) A(IN_OR_NULL, learnableSink)
#define NUMBERS_V1(A)                                                                                             \
    A(I64, numHeads) A(F64, scaleValue) A(I64, preTokens) A(I64, nextTokens) A(TEXT, inputLayout)                  \
    A(I64, numKeyValueHeads) A(I64, sparseMode) A(I64, innerPrecise) A(I64, blockSize) A(I64, antiquantMode)       \
    A(BOOLEAN, softmaxLseFlag)
#define NUMBERS_V2(A) NUMBERS_V1(A) A(I64, keyAntiquantMode) A(I64, valueAntiquantMode)
#define OUTPUTS(A) A(OUT, attentionOut) A(OUT_OR_NULL, softmaxLse)

#define V1(A) HEAD_V1(A) NUMBERS_V1(A) OUTPUTS(A)
#define V2(A) HEAD_V2(A) NUMBERS_V2(A) OUTPUTS(A)
#define V3(A) HEAD_V3(A) NUMBERS_V2(A) OUTPUTS(A)
#define V4(A) HEAD_V4(A) NUMBERS_V2(A) A(I64, queryQuantMode) OUTPUTS(A)

#define FIRST(a, field, otherwise) ((a)->field ? #field : (otherwise))
#define UNSERVED_V1(a)                                                                                            \
    FIRST(a, pseShift, FIRST(a, deqScale1, FIRST(a, quantScale1, FIRST(a, deqScale2, FIRST(a, quantScale2,          \
    FIRST(a, quantOffset2, FIRST(a, antiquantScale, FIRST(a, antiquantOffset, FIRST(a, queryPaddingSize,            \
    FIRST(a, kvPaddingSize, NULL))))))))))
#define UNSERVED_V2(a)                                                                                            \
    FIRST(a, keyAntiquantScale, FIRST(a, keyAntiquantOffset, FIRST(a, valueAntiquantScale, FIRST(a, valueAntiquantOffset, \
    FIRST(a, keySharedPrefix, FIRST(a, valueSharedPrefix, FIRST(a, actualSharedPrefixLen, UNSERVED_V1(a))))))))
#define UNSERVED_V3(a) FIRST(a, queryRope, FIRST(a, keyRope, FIRST(a, keyRopeAntiquantScale, UNSERVED_V2(a))))
#define UNSERVED_V4(a) FIRST(a, dequantScaleQuery, FIRST(a, learnableSink, UNSERVED_V3(a)))

#define INFER(a, without)                                                                                         \
    (struct tf_infer) {                                                                                           \
        TF_INFER_COMMON(a), .keys = (a)->key, .values = (a)->value, .mask = (a)->attenMask, .table = (a)->blockTable, \
        .lse = (a)->softmaxLse, .q_lengths = (a)->actualSeqLengths, .kv_lengths = (a)->actualSeqLengthsKv,         \
        .unserved = (without), .before = (a)->preTokens, .after = (a)->nextTokens, .mode = (a)->sparseMode,        \
        .block_size = (a)->blockSize, .wants_lse = (a)->softmaxLseFlag                                             \
    }

#define VERSION(arguments, LIST, without)                                                          \
    STANDIN_ARGUMENTS(arguments, LIST)                                                             \
    static aclnnStatus check_##arguments(const struct arguments *a, struct standin_call *call) {   \
        struct tf_infer t = INFER(a, without(a));                                                  \
        return tf_infer_check(&t, call);                                                           \
    }                                                                                              \
    static void compute_##arguments(const struct arguments *a, struct standin_call *call) {        \
        struct tf_infer t = INFER(a, without(a));                                                  \
        tf_infer_compute(&t, call);                                                                \
    }

VERSION(fused_v1, V1, UNSERVED_V1)
STANDIN_OPERATOR(aclnnFusedInferAttentionScore, fused_v1, V1, check_fused_v1, compute_fused_v1, .no_310p = true)

VERSION(fused_v2, V2, UNSERVED_V2)
STANDIN_OPERATOR(aclnnFusedInferAttentionScoreV2, fused_v2, V2, check_fused_v2, compute_fused_v2, .no_310p = true)

VERSION(fused_v3, V3, UNSERVED_V3)
STANDIN_OPERATOR(aclnnFusedInferAttentionScoreV3, fused_v3, V3, check_fused_v3, compute_fused_v3, .no_310p = true)

VERSION(fused_v4, V4, UNSERVED_V4)
STANDIN_OPERATOR(aclnnFusedInferAttentionScoreV4, fused_v4, V4, check_fused_v4, compute_fused_v4, .no_310p = true)
STANDIN_NINE_ONLY(aclnnFusedInferAttentionScoreV4)
