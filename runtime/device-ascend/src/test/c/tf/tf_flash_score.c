/* aclnnFlashAttentionScore and aclnnFlashAttentionVarLenScore, with what newer versions of them add. */
#include "tf_train.h"

#define QKV(A) A(IN, query) A(IN, key) A(IN, value)
#define OUTPUTS(A) A(OUT, softmaxMaxOut) A(OUT, softmaxSumOut) A(OUT_OR_NULL, softmaxOutOut) A(OUT, attentionOutOut)

#define SCORE(A) QKV(A) TF_TRAIN_INPUTS(A, realShiftOptional) A(INTS_OR_NULL, prefixOptional) TF_TRAIN_NUMBERS(A) OUTPUTS(A)
#define SCORE_V2(A)                                                                                                  \
    QKV(A) TF_TRAIN_INPUTS(A, realShiftOptional) A(INTS_OR_NULL, prefixOptional) TF_TRAIN_STARTS(A) TF_TRAIN_NUMBERS(A) \
    A(I64, pseType) OUTPUTS(A)
#define VARLEN(A)                                                                                                        \
    QKV(A) TF_TRAIN_INPUTS(A, realShiftOptional) A(INTS_OR_NULL, prefixOptional) TF_TRAIN_LENGTHS(A) TF_TRAIN_NUMBERS(A) \
    OUTPUTS(A)
#define VARLEN_V2(A)                                                                                                     \
    QKV(A) TF_TRAIN_INPUTS(A, realShiftOptional) A(INTS_OR_NULL, prefixOptional) TF_TRAIN_LENGTHS(A) TF_TRAIN_STARTS(A)  \
    TF_TRAIN_NUMBERS(A) A(I64, pseType) OUTPUTS(A)
#define VARLEN_V4(A)                                                                                                     \
    QKV(A) TF_TRAIN_INPUTS(A, realShiftOptional) A(INTS_OR_NULL, prefixOptional) TF_TRAIN_LENGTHS(A) TF_TRAIN_NUMBERS(A) \
    A(TEXT, softmaxOutLayout) OUTPUTS(A)

struct outputs {
    const aclTensor *max, *sum, *out;
};

enum { LARGEST_SIZE = 768, BASE_WORKSPACE = 32768 };

static aclnnStatus check(struct tf_train *t, const struct outputs *o, struct standin_call *call) {
    t->largest_size = LARGEST_SIZE;
    aclnnStatus status = tf_train_check(t, call);
    if (status == ACLNN_SUCCESS) {
        status = tf_check_statistics(t, o->max, "softmaxMaxOut");
    }
    if (status == ACLNN_SUCCESS) {
        status = tf_check_statistics(t, o->sum, "softmaxSumOut");
    }
    if (status != ACLNN_SUCCESS) {
        return status;
    }
    struct tf_axes out;
    STANDIN_CHECK(o->out->type == t->query->type && tf_axes(o->out, t->layout, t->heads, &out) && out.batch == t->q.batch &&
                      out.tokens == t->q.tokens && out.size == t->v.size,
                  ACLNN_ERR_PARAM_INVALID, "attentionOut %s of %s has not query's type and shape %s", standin_shape(o->out),
                  standin_type_name(o->out->type), standin_shape(t->query));
    STANDIN_CHECK(!t->softmax_layout || !*t->softmax_layout || strcmp(t->softmax_layout, "TND") == 0,
                  ACLNN_ERR_INNER_FIND_KERNEL_ERROR, "the stand-in has softmaxOutLayout \"TND\" and \"\", not %s", t->softmax_layout);
    call->workspace = BASE_WORKSPACE + (uint64_t) tf_spans(t) * 64;
    return ACLNN_SUCCESS;
}

static void compute_head(const struct tf_train *t, const struct outputs *o, const struct tf_mask *mask, const struct tf_span *s,
                         int64_t head) {
    const int64_t group = t->heads / t->k.heads, rows = s->queries * group;
    struct tf_axes to;
    tf_axes(o->out, t->layout, t->heads, &to);
    float *q = tf_rows(&t->q, s->batch, s->q_first, s->queries, head, group);
    float *k = tf_rows(&t->k, s->batch, s->k_first, s->keys, head, 1), *v = tf_rows(&t->v, s->batch, s->k_first, s->keys, head, 1);
    float *out = standin_memory((size_t) (rows * t->v.size + 1) * sizeof *out);
    float *max = standin_memory((size_t) (2 * rows + 1) * sizeof *max), *sum = max + rows;
    struct tf_attend a = {tf_sight(mask, s->batch, s->queries, s->keys), group, t->q.size, t->v.size, (float) t->scale,
                          t->query->type, q, k, v, out, max, sum};
    a.sight.empty_is_zero = t->precise == 2;
    tf_attend(&a);
    tf_sight_done(mask, &a.sight);
    tf_put_rows(&to, s->batch, s->q_first, s->queries, head, group, out);
    for (int64_t r = 0; r < rows; r++) {
        tf_put_statistic(t, o->max, s->batch, s->q_first + r / group, head * group + r % group, max[r]);
        tf_put_statistic(t, o->sum, s->batch, s->q_first + r / group, head * group + r % group, sum[r]);
    }
    free(q);
    free(k);
    free(v);
    free(out);
    free(max);
}

static void compute(struct tf_train *t, const struct outputs *o, const struct standin_call *call) {
    t->largest_size = LARGEST_SIZE;
    tf_train_check(t, call);
    const struct tf_mask mask = tf_mask(t->mask, t->mode, t->before, t->after);
    for (int64_t i = 0; i < tf_spans(t); i++) {
        const struct tf_span s = tf_span(t, i);
        for (int64_t head = 0; head < t->k.heads && s.queries > 0; head++) {
            compute_head(t, o, &mask, &s, head);
        }
    }
}

/* The check and compute functions of one signature; `extra` sets what only it has. */
#define SCORE_FUNCTIONS(arguments, extra)                                                          \
    static aclnnStatus check_##arguments(const struct arguments *a, struct standin_call *call) {   \
        struct tf_train t = TF_TRAIN_FROM(a, key, realShiftOptional);                              \
        const struct outputs o = {a->softmaxMaxOut, a->softmaxSumOut, a->attentionOutOut};         \
        extra;                                                                                     \
        return check(&t, &o, call);                                                                \
    }                                                                                              \
    static void compute_##arguments(const struct arguments *a, struct standin_call *call) {        \
        struct tf_train t = TF_TRAIN_FROM(a, key, realShiftOptional);                              \
        const struct outputs o = {a->softmaxMaxOut, a->softmaxSumOut, a->attentionOutOut};         \
        extra;                                                                                     \
        compute(&t, &o, call);                                                                     \
    }

#define LENGTHS t.q_lengths = a->actualSeqQLenOptional, t.kv_lengths = a->actualSeqKvLenOptional

STANDIN_ARGUMENTS(score, SCORE)
SCORE_FUNCTIONS(score, (void) 0)
STANDIN_OPERATOR(aclnnFlashAttentionScore, score, SCORE, check_score, compute_score, .no_310p = true)

STANDIN_ARGUMENTS(score_v2, SCORE_V2)
SCORE_FUNCTIONS(score_v2, t.pse_type = a->pseType)
STANDIN_OPERATOR(aclnnFlashAttentionScoreV2, score_v2, SCORE_V2, check_score_v2, compute_score_v2, .no_310p = true)

STANDIN_ARGUMENTS(varlen, VARLEN)
SCORE_FUNCTIONS(varlen, LENGTHS)
STANDIN_OPERATOR(aclnnFlashAttentionVarLenScore, varlen, VARLEN, check_varlen, compute_varlen, .no_310p = true, .detail = TF_VARLEN)

STANDIN_ARGUMENTS(varlen_v2, VARLEN_V2)
SCORE_FUNCTIONS(varlen_v2, (LENGTHS, t.pse_type = a->pseType))
STANDIN_OPERATOR(aclnnFlashAttentionVarLenScoreV2, varlen_v2, VARLEN_V2, check_varlen_v2, compute_varlen_v2, .no_310p = true,
                 .detail = TF_VARLEN)

STANDIN_ARGUMENTS(varlen_v4, VARLEN_V4)
SCORE_FUNCTIONS(varlen_v4, (LENGTHS, t.softmax_layout = a->softmaxOutLayout))
STANDIN_OPERATOR(aclnnFlashAttentionVarLenScoreV4, varlen_v4, VARLEN_V4, check_varlen_v4, compute_varlen_v4, .no_310p = true,
                 .detail = TF_VARLEN)
STANDIN_NINE_ONLY(aclnnFlashAttentionVarLenScoreV4)
