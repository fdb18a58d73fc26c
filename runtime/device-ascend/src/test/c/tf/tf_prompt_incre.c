/* aclnnPromptFlashAttentionV3, for prompts without pages, and aclnnIncreFlashAttentionV4, for one query a sequence. */
#include "tf_infer.h"

#define PROMPT(A)                                                                                                 \
    A(IN, query) A(IN, key) A(IN, value) A(IN_OR_NULL, pseShift) A(IN_OR_NULL, attenMask)                          \
    A(INTS_OR_NULL, actualSeqLengths) A(INTS_OR_NULL, actualSeqLengthsKv) A(IN_OR_NULL, deqScale1)                 \
    A(IN_OR_NULL, quantScale1) A(IN_OR_NULL, deqScale2) A(IN_OR_NULL, quantScale2) A(IN_OR_NULL, quantOffset2)     \
    A(I64, numHeads) A(F64, scaleValue) A(I64, preTokens) A(I64, nextTokens) A(TEXT, inputLayout)                  \
    A(I64, numKeyValueHeads) A(I64, sparseMode) A(I64, innerPrecise) A(OUT, attentionOut)

#define INCRE(A)                                                                                                  \
    A(IN, query) A(INS, key) A(INS, value) A(IN_OR_NULL, pseShift) A(IN_OR_NULL, attenMask)                        \
    A(INTS_OR_NULL, actualSeqLengths) A(IN_OR_NULL, dequantScale1) A(IN_OR_NULL, quantScale1)                      \
    A(IN_OR_NULL, dequantScale2) A(IN_OR_NULL, quantScale2) A(IN_OR_NULL, quantOffset2) A(IN_OR_NULL, antiquantScale) \
    A(IN_OR_NULL, antiquantOffset) A(IN_OR_NULL, blocktable) A(IN_OR_NULL, kvPaddingSize) A(I64, numHeads)         \
    A(F64, scaleValue) A(TEXT, inputLayout) A(I64, numKeyValueHeads) A(I64, blockSize) A(I64, innerPrecise)        \
    A(OUT, attentionOut)

#define FIRST(a, field, otherwise) ((a)->field ? #field : (otherwise))

STANDIN_ARGUMENTS(prompt, PROMPT)

/* Lists of the one key and the one value, which live as long as the call. */
struct lists {
    aclTensorList keys, values;
};

static struct tf_infer from_prompt(const struct prompt *a, struct lists *lists) {
    *lists = (struct lists) {{1, (const aclTensor **) &a->key}, {1, (const aclTensor **) &a->value}};
    return (struct tf_infer) {
        TF_INFER_COMMON(a), .keys = &lists->keys, .values = &lists->values, .mask = a->attenMask, .q_lengths = a->actualSeqLengths,
        .kv_lengths = a->actualSeqLengthsKv, .before = a->preTokens, .after = a->nextTokens, .mode = a->sparseMode,
        .unserved = FIRST(a, pseShift, FIRST(a, deqScale1, FIRST(a, quantScale1, FIRST(a, deqScale2, FIRST(a, quantScale2,
                    FIRST(a, quantOffset2, NULL)))))),
    };
}

static aclnnStatus check_prompt(const struct prompt *a, struct standin_call *call) {
    struct lists lists;
    struct tf_infer t = from_prompt(a, &lists);
    STANDIN_CHECK(tf_layout(a->inputLayout) != TF_TND, ACLNN_ERR_INNER_TILING_ERROR, "inputLayout must be BSH, BSND, BNSD or BNSD_BSND");
    return tf_infer_check(&t, call);
}

static void compute_prompt(const struct prompt *a, struct standin_call *call) {
    struct lists lists;
    struct tf_infer t = from_prompt(a, &lists);
    tf_infer_compute(&t, call);
}

STANDIN_OPERATOR(aclnnPromptFlashAttentionV3, prompt, PROMPT, check_prompt, compute_prompt, .no_310p = true)

STANDIN_ARGUMENTS(incre, INCRE)

static struct tf_infer from_incre(const struct incre *a) {
    return (struct tf_infer) {
        TF_INFER_COMMON(a), .keys = a->key, .values = a->value, .mask = a->attenMask, .table = a->blocktable,
        .kv_lengths = a->actualSeqLengths, .before = INT32_MAX, .after = INT32_MAX, .block_size = a->blockSize,
        .unserved = FIRST(a, pseShift, FIRST(a, dequantScale1, FIRST(a, quantScale1, FIRST(a, dequantScale2, FIRST(a, quantScale2,
                    FIRST(a, quantOffset2, FIRST(a, antiquantScale, FIRST(a, antiquantOffset, FIRST(a, kvPaddingSize, NULL))))))))),
    };
}

static aclnnStatus check_incre(const struct incre *a, struct standin_call *call) {
    struct tf_infer t = from_incre(a);
    aclnnStatus status = tf_infer_check(&t, call);
    STANDIN_CHECK(status != ACLNN_SUCCESS || t.decodes, ACLNN_ERR_INNER_TILING_ERROR, "query %s has more than one token",
                  standin_shape(a->query));
    return status;
}

static void compute_incre(const struct incre *a, struct standin_call *call) {
    struct tf_infer t = from_incre(a);
    tf_infer_compute(&t, call);
}

STANDIN_OPERATOR(aclnnIncreFlashAttentionV4, incre, INCRE, check_incre, compute_incre, .no_310p = true)
