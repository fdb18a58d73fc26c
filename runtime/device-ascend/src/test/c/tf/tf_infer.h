/* Attention for serving: what FusedInferAttentionScore, PromptFlashAttention and IncreFlashAttention have in common. */
#ifndef HEARTH_STANDIN_TF_INFER_H
#define HEARTH_STANDIN_TF_INFER_H

#include "standin.h"
#include "tf_axes.h"
#include "tf_mask.h"

struct tf_infer {
    const aclTensor *query, *mask, *table, *out, *lse;
    const aclTensorList *keys, *values;
    const aclIntArray *q_lengths, *kv_lengths;
    const char *unserved; /* name of an argument that is there and that the stand-in does not take, or NULL */
    int64_t heads, shared, before, after, mode, precise, block_size;
    double scale;
    bool wants_lse;
    const char *layout_name;

    /* Found by the check. */
    enum tf_layout layout;
    struct tf_axes q, o;
    int64_t size, value_size; /* of a head */
    int64_t batch;
    int64_t key_room;         /* tokens that a sequence's keys have room for */
    bool paged, decodes;      /* decodes: one query a sequence, and no TND */
};

/* The fields that all signatures have under the same name. */
#define TF_INFER_COMMON(a)                                                                                    \
    .query = (a)->query, .heads = (a)->numHeads, .shared = (a)->numKeyValueHeads, .scale = (a)->scaleValue,  \
    .precise = (a)->innerPrecise, .layout_name = (a)->inputLayout, .out = (a)->attentionOut

aclnnStatus tf_infer_check(struct tf_infer *t, struct standin_call *call);
void tf_infer_compute(struct tf_infer *t, struct standin_call *call);

/* Lengths of sequence b, and where its tokens begin along the tokens' axis. */
int64_t tf_infer_queries(const struct tf_infer *t, int64_t b);
int64_t tf_infer_first_query(const struct tf_infer *t, int64_t b);
int64_t tf_infer_keys(const struct tf_infer *t, int64_t b);
int64_t tf_infer_first_key(const struct tf_infer *t, int64_t b);

/* Keys or values: one tensor, the sequence's own of a list, or the cache as blocks that take the place of batches. */
bool tf_infer_axes(const struct tf_infer *t, const aclTensorList *list, int64_t b, struct tf_axes *axes);

#endif
