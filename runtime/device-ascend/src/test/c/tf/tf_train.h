/* What the training attention operators and their gradients have in common: arguments, checks, sequences. */
#ifndef HEARTH_STANDIN_TF_TRAIN_H
#define HEARTH_STANDIN_TF_TRAIN_H

#include "standin.h"
#include "tf_attend.h"
#include "tf_axes.h"
#include "tf_mask.h"

/* Names of the operators' detail. */
enum { TF_VARLEN = 1 };

/* Groups of equal neighbours in the operators' signatures. */
#define TF_TRAIN_INPUTS(A, shift) \
    A(IN_OR_NULL, shift) A(IN_OR_NULL, dropMaskOptional) A(IN_OR_NULL, paddingMaskOptional) A(IN_OR_NULL, attenMaskOptional)
#define TF_TRAIN_LENGTHS(A) A(INTS_OR_NULL, actualSeqQLenOptional) A(INTS_OR_NULL, actualSeqKvLenOptional)
#define TF_TRAIN_STARTS(A) A(INTS_OR_NULL, qStartIdxOptional) A(INTS_OR_NULL, kvStartIdxOptional)
#define TF_TRAIN_NUMBERS(A)                                                                                    \
    A(F64, scaleValue) A(F64, keepProb) A(I64, preTokens) A(I64, nextTokens) A(I64, headNum) A(TEXT, inputLayout) \
    A(I64, innerPrecise) A(I64, sparseMode)

struct tf_train {
    const aclTensor *query, *key, *value, *mask;
    const aclTensor *unserved[3];    /* shift, drop mask, padding mask: the stand-in has none of them */
    const aclIntArray *prefix, *q_lengths, *kv_lengths;
    double scale, keep;
    int64_t before, after, heads, precise, mode;
    const char *layout_name;
    const char *softmax_layout; /* or NULL */
    int64_t pse_type;
    int64_t largest_size;            /* of a head */

    /* Found by the check. */
    enum tf_layout layout;
    struct tf_axes q, k, v;
};

/* Fills a struct tf_train from the arguments of any of the operators. */
#define TF_TRAIN_FROM(a, key_, shift_)                                                                          \
    (struct tf_train) {                                                                                         \
        .query = (a)->query, .key = (a)->key_, .value = (a)->value, .mask = (a)->attenMaskOptional,             \
        .unserved = {(a)->shift_, (a)->dropMaskOptional, (a)->paddingMaskOptional}, .prefix = (a)->prefixOptional, \
        .scale = (a)->scaleValue, .keep = (a)->keepProb, .before = (a)->preTokens, .after = (a)->nextTokens,    \
        .heads = (a)->headNum, .precise = (a)->innerPrecise, .mode = (a)->sparseMode, .layout_name = (a)->inputLayout, \
        .pse_type = 1                                                                                           \
    }

aclnnStatus tf_train_check(struct tf_train *t, const struct standin_call *call);

/* softmaxMax and softmaxSum: f32, [B, N, S, 8], or T * N * 8 of which 8 is the last. */
aclnnStatus tf_check_statistics(const struct tf_train *t, const aclTensor *statistics, const char *name);

/* A sequence: its batch and where its tokens are. */
struct tf_span {
    int64_t batch, q_first, queries, k_first, keys;
};

int64_t tf_spans(const struct tf_train *t);
struct tf_span tf_span(const struct tf_train *t, int64_t i);

/* Elements of the statistics of one head of a query's token; all 8 hold the same number. */
void tf_put_statistic(const struct tf_train *t, const aclTensor *statistics, int64_t batch, int64_t token, int64_t head, float value);
float tf_get_statistic(const struct tf_train *t, const aclTensor *statistics, int64_t batch, int64_t token, int64_t head);

/* Copies of the rows of a span that one key-value head needs, to be freed: rows are [token * group + head of the group]. */
float *tf_rows(const struct tf_axes *axes, int64_t batch, int64_t first, int64_t count, int64_t head, int64_t group);
void tf_put_rows(const struct tf_axes *axes, int64_t batch, int64_t first, int64_t count, int64_t head, int64_t group, const float *rows);

#endif
