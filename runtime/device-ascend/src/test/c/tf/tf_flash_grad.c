/* aclnnFlashAttentionScoreGrad and aclnnFlashAttentionUnpaddingScoreGrad, with what newer versions of them add. */
#include "tf_train.h"

#define INPUTS(A)                                                                                         \
    A(IN, query) A(IN, keyIn) A(IN, value) A(IN, dy) TF_TRAIN_INPUTS(A, pseShiftOptional)                  \
    A(IN_OR_NULL, softmaxMaxOptional) A(IN_OR_NULL, softmaxSumOptional) A(IN_OR_NULL, softmaxInOptional)   \
    A(IN_OR_NULL, attentionInOptional) A(INTS_OR_NULL, prefixOptional)
#define OUTPUTS(A) A(OUT, dqOut) A(OUT, dkOut) A(OUT, dvOut) A(OUT_OR_NULL, dpseOut)

#define GRAD(A) INPUTS(A) TF_TRAIN_NUMBERS(A) OUTPUTS(A)
#define GRAD_V2(A) INPUTS(A) TF_TRAIN_STARTS(A) TF_TRAIN_NUMBERS(A) A(I64, pseType) OUTPUTS(A)
#define UNPADDING(A) INPUTS(A) TF_TRAIN_LENGTHS(A) TF_TRAIN_NUMBERS(A) OUTPUTS(A)
#define UNPADDING_V2(A) INPUTS(A) TF_TRAIN_LENGTHS(A) TF_TRAIN_STARTS(A) TF_TRAIN_NUMBERS(A) A(I64, pseType) OUTPUTS(A)
#define UNPADDING_V4(A) INPUTS(A) TF_TRAIN_LENGTHS(A) TF_TRAIN_NUMBERS(A) OUTPUTS(A) A(TEXT, softmaxInLayout)

struct tensors {
    const aclTensor *d_out, *max, *sum, *out, *dq, *dk, *dv;
};

#define TENSORS(a)                                                                                                          \
    (struct tensors) {                                                                                                      \
        (a)->dy, (a)->softmaxMaxOptional, (a)->softmaxSumOptional, (a)->attentionInOptional, (a)->dqOut, (a)->dkOut, (a)->dvOut \
    }

enum { LARGEST_SIZE = 512 };

static aclnnStatus check(struct tf_train *t, const struct tensors *x, struct standin_call *call) {
    t->largest_size = LARGEST_SIZE;
    aclnnStatus status = tf_train_check(t, call);
    if (status != ACLNN_SUCCESS) {
        return status;
    }
    STANDIN_CHECK(x->max && x->sum && x->out, ACLNN_ERR_PARAM_NULLPTR, "softmaxMax, softmaxSum and attentionIn of the forward call are needed");
    status = tf_check_statistics(t, x->max, "softmaxMax");
    if (status == ACLNN_SUCCESS) {
        status = tf_check_statistics(t, x->sum, "softmaxSum");
    }
    if (status != ACLNN_SUCCESS) {
        return status;
    }
    const struct {
        const aclTensor *tensor, *like;
        const char *name;
    } pairs[] = {{x->dq, t->query, "dq"}, {x->dk, t->key, "dk"}, {x->dv, t->value, "dv"}};
    for (int i = 0; i < 3; i++) {
        STANDIN_CHECK(pairs[i].tensor->type == t->query->type && standin_same_shape(pairs[i].tensor, pairs[i].like),
                      ACLNN_ERR_PARAM_INVALID, "%s %s of %s has not the type and shape of what it is the gradient of", pairs[i].name,
                      standin_shape(pairs[i].tensor), standin_type_name(pairs[i].tensor->type));
    }
    struct tf_axes d_out, out;
    STANDIN_CHECK(x->d_out->type == t->query->type && tf_axes(x->d_out, t->layout, t->heads, &d_out) && d_out.batch == t->q.batch &&
                      d_out.tokens == t->q.tokens && d_out.size == t->v.size,
                  ACLNN_ERR_PARAM_INVALID, "dy %s has not attentionOut's type and shape", standin_shape(x->d_out));
    STANDIN_CHECK(x->out->type == t->query->type && tf_axes(x->out, t->layout, t->heads, &out) && standin_same_shape(x->out, x->d_out),
                  ACLNN_ERR_PARAM_INVALID, "attentionIn %s has not dy's type and shape", standin_shape(x->out));
    STANDIN_CHECK(!t->softmax_layout || !*t->softmax_layout || strcmp(t->softmax_layout, "TND") == 0,
                  ACLNN_ERR_INNER_FIND_KERNEL_ERROR, "the stand-in has softmaxInLayout \"TND\" and \"\", not %s", t->softmax_layout);
    /* Sums of dq, dk and dv in float. */
    call->workspace = (uint64_t) (standin_count(x->dq) + standin_count(x->dk) + standin_count(x->dv)) * sizeof(float) + 4096;
    return ACLNN_SUCCESS;
}

static float *statistics(const struct tf_train *t, const aclTensor *tensor, const struct tf_span *s, int64_t head, int64_t group) {
    float *values = standin_memory((size_t) (s->queries * group + 1) * sizeof *values);
    for (int64_t r = 0; r < s->queries * group; r++) {
        values[r] = tf_get_statistic(t, tensor, s->batch, s->q_first + r / group, head * group + r % group);
    }
    return values;
}

static void compute_head(const struct tf_train *t, const struct tensors *x, const struct tf_mask *mask, const struct tf_span *s,
                         int64_t head, bool any_order) {
    const int64_t group = t->heads / t->k.heads, rows = s->queries * group;
    struct tf_axes d_out, out, dq, dk, dv;
    tf_axes(x->d_out, t->layout, t->heads, &d_out);
    tf_axes(x->out, t->layout, t->heads, &out);
    tf_axes(x->dq, t->layout, t->heads, &dq);
    tf_axes(x->dk, t->layout, t->k.heads, &dk);
    tf_axes(x->dv, t->layout, t->k.heads, &dv);
    float *memory[] = {
        tf_rows(&t->q, s->batch, s->q_first, s->queries, head, group),
        tf_rows(&t->k, s->batch, s->k_first, s->keys, head, 1),
        tf_rows(&t->v, s->batch, s->k_first, s->keys, head, 1),
        tf_rows(&out, s->batch, s->q_first, s->queries, head, group),
        statistics(t, x->max, s, head, group),
        statistics(t, x->sum, s, head, group),
        tf_rows(&d_out, s->batch, s->q_first, s->queries, head, group),
        standin_memory((size_t) (rows * t->q.size + 1) * sizeof(float)),
        standin_memory((size_t) (s->keys * t->k.size + 1) * sizeof(float)),
        standin_memory((size_t) (s->keys * t->v.size + 1) * sizeof(float)),
    };
    struct tf_attend_grad g = {
        {tf_sight(mask, s->batch, s->queries, s->keys), group, t->q.size, t->v.size, (float) t->scale, t->query->type, memory[0],
         memory[1], memory[2], memory[3], memory[4], memory[5]},
        memory[6], memory[7], memory[8], memory[9], any_order};
    tf_attend_grad(&g);
    tf_sight_done(mask, &g.forward.sight);
    tf_put_rows(&dq, s->batch, s->q_first, s->queries, head, group, g.dq);
    tf_put_rows(&dk, s->batch, s->k_first, s->keys, head, 1, g.dk);
    tf_put_rows(&dv, s->batch, s->k_first, s->keys, head, 1, g.dv);
    for (size_t i = 0; i < sizeof memory / sizeof *memory; i++) {
        free(memory[i]);
    }
}

static void compute(struct tf_train *t, const struct tensors *x, const struct standin_call *call) {
    t->largest_size = LARGEST_SIZE;
    tf_train_check(t, call);
    const struct tf_mask mask = tf_mask(t->mask, t->mode, t->before, t->after);
    for (int64_t i = 0; i < tf_spans(t); i++) {
        const struct tf_span s = tf_span(t, i);
        for (int64_t head = 0; head < t->k.heads; head++) {
            compute_head(t, x, &mask, &s, head, !call->deterministic);
        }
    }
}

/* The check and compute functions of one signature; `extra` sets what only it has. */
#define GRAD_FUNCTIONS(arguments, extra)                                                           \
    static aclnnStatus check_##arguments(const struct arguments *a, struct standin_call *call) {   \
        struct tf_train t = TF_TRAIN_FROM(a, keyIn, pseShiftOptional);                             \
        const struct tensors x = TENSORS(a);                                                       \
        extra;                                                                                     \
        return check(&t, &x, call);                                                                \
    }                                                                                              \
    static void compute_##arguments(const struct arguments *a, struct standin_call *call) {        \
        struct tf_train t = TF_TRAIN_FROM(a, keyIn, pseShiftOptional);                             \
        const struct tensors x = TENSORS(a);                                                       \
        extra;                                                                                     \
        compute(&t, &x, call);                                                                     \
    }

#define LENGTHS t.q_lengths = a->actualSeqQLenOptional, t.kv_lengths = a->actualSeqKvLenOptional

STANDIN_ARGUMENTS(grad, GRAD)
GRAD_FUNCTIONS(grad, (void) 0)
STANDIN_OPERATOR(aclnnFlashAttentionScoreGrad, grad, GRAD, check_grad, compute_grad, .no_310p = true)

STANDIN_ARGUMENTS(grad_v2, GRAD_V2)
GRAD_FUNCTIONS(grad_v2, t.pse_type = a->pseType)
STANDIN_OPERATOR(aclnnFlashAttentionScoreGradV2, grad_v2, GRAD_V2, check_grad_v2, compute_grad_v2, .no_310p = true)

STANDIN_ARGUMENTS(unpadding, UNPADDING)
GRAD_FUNCTIONS(unpadding, LENGTHS)
STANDIN_OPERATOR(aclnnFlashAttentionUnpaddingScoreGrad, unpadding, UNPADDING, check_unpadding, compute_unpadding, .no_310p = true,
                 .detail = TF_VARLEN)

STANDIN_ARGUMENTS(unpadding_v2, UNPADDING_V2)
GRAD_FUNCTIONS(unpadding_v2, (LENGTHS, t.pse_type = a->pseType))
STANDIN_OPERATOR(aclnnFlashAttentionUnpaddingScoreGradV2, unpadding_v2, UNPADDING_V2, check_unpadding_v2, compute_unpadding_v2,
                 .no_310p = true, .detail = TF_VARLEN)

STANDIN_ARGUMENTS(unpadding_v4, UNPADDING_V4)
GRAD_FUNCTIONS(unpadding_v4, (LENGTHS, t.softmax_layout = a->softmaxInLayout))
STANDIN_OPERATOR(aclnnFlashAttentionUnpaddingScoreGradV4, unpadding_v4, UNPADDING_V4, check_unpadding_v4, compute_unpadding_v4,
                 .no_310p = true, .detail = TF_VARLEN)
STANDIN_NINE_ONLY(aclnnFlashAttentionUnpaddingScoreGradV4)
