#include "tf_train.h"

#define CHECK(condition, ...) STANDIN_CHECK(condition, ACLNN_ERR_PARAM_INVALID, __VA_ARGS__)
#define TILING(condition, ...) STANDIN_CHECK(condition, ACLNN_ERR_INNER_TILING_ERROR, __VA_ARGS__)
#define KERNEL(condition, ...) STANDIN_CHECK(condition, ACLNN_ERR_INNER_FIND_KERNEL_ERROR, __VA_ARGS__)

enum { MOST_HEADS = 256, MOST_TOKENS = 1 << 20, MOST_SEQUENCES = 2048, STATISTICS = 8 };

static aclnnStatus check_types(const struct tf_train *t) {
    const aclDataType type = t->query->type;
    CHECK(type == ACL_FLOAT16 || type == ACL_BF16 || type == ACL_FLOAT, "query may be FLOAT16, BFLOAT16 or FLOAT, not %s",
          standin_type_name(type));
    CHECK(t->key->type == type && t->value->type == type, "key (%s) and value (%s) must have query's type %s",
          standin_type_name(t->key->type), standin_type_name(t->value->type), standin_type_name(type));
    for (int i = 0; i < 3; i++) {
        KERNEL(!t->unserved[i] || standin_count(t->unserved[i]) == 0, "the stand-in takes no %s",
               i == 0 ? "pse" : i == 1 ? "drop mask" : "padding mask");
    }
    CHECK(t->keep > 0 && t->keep <= 1, "keepProb must be in (0, 1], not %g", t->keep);
    KERNEL(t->keep == 1, "the stand-in has no dropout: keepProb %g", t->keep);
    KERNEL(!t->prefix || t->prefix->size == 0, "the stand-in has no prefix");
    return ACLNN_SUCCESS;
}

static aclnnStatus check_shapes(struct tf_train *t) {
    CHECK(tf_axes(t->query, t->layout, t->heads, &t->q), "query %s is no %s of %lld heads", standin_shape(t->query), t->layout_name,
          (long long) t->heads);
    CHECK(t->heads >= 1 && t->heads <= MOST_HEADS, "headNum must be 1 to 256, not %lld", (long long) t->heads);
    int64_t shared = t->heads;
    if (t->layout == TF_BSH || t->layout == TF_SBH) {
        CHECK(t->key->rank == 3 && t->key->dims[2] % t->q.size == 0, "key %s does not divide into heads of %lld", standin_shape(t->key),
              (long long) t->q.size);
        shared = t->key->dims[2] / t->q.size;
    } else {
        CHECK(t->key->rank == t->query->rank, "key %s is no %s", standin_shape(t->key), t->layout_name);
        shared = t->key->dims[t->layout == TF_BNSD ? 1 : t->key->rank - 2];
    }
    CHECK(shared > 0 && t->heads % shared == 0, "headNum %lld is no multiple of key's %lld heads", (long long) t->heads,
          (long long) shared);
    CHECK(tf_axes(t->key, t->layout, shared, &t->k) && tf_axes(t->value, t->layout, shared, &t->v),
          "key %s and value %s are no %s of %lld heads", standin_shape(t->key), standin_shape(t->value), t->layout_name,
          (long long) shared);
    CHECK(t->q.size == t->k.size && t->k.size >= t->v.size, "heads of query, key and value (%lld, %lld, %lld): must be q = k >= v",
          (long long) t->q.size, (long long) t->k.size, (long long) t->v.size);
    CHECK(t->q.size <= t->largest_size, "a head of %lld is larger than %lld", (long long) t->q.size, (long long) t->largest_size);
    CHECK(t->q.batch == t->k.batch && t->k.batch == t->v.batch, "query, key and value must have the same batch");
    CHECK(t->k.tokens == t->v.tokens, "key has %lld tokens and value %lld", (long long) t->k.tokens, (long long) t->v.tokens);
    return ACLNN_SUCCESS;
}

static aclnnStatus check_cumulative(const aclIntArray *lengths, int64_t tokens, const char *name) {
    CHECK(lengths && lengths->size > 0, "%s must be given with TND", name);
    CHECK(lengths->size <= MOST_SEQUENCES, "%s has more than 2048 entries", name);
    CHECK(lengths->values[0] != 0, "%s begins with 0: cumulative lengths begin with the first sequence's length", name);
    for (uint64_t i = 0; i < lengths->size; i++) {
        CHECK(lengths->values[i] >= (i ? lengths->values[i - 1] : 0), "%s is cumulative and must not fall: %lld after %lld", name,
              (long long) lengths->values[i], (long long) (i ? lengths->values[i - 1] : 0));
    }
    CHECK(lengths->values[lengths->size - 1] == tokens, "%s ends with %lld, but there are %lld tokens", name,
          (long long) lengths->values[lengths->size - 1], (long long) tokens);
    return ACLNN_SUCCESS;
}

static aclnnStatus check_lengths(const struct tf_train *t) {
    CHECK(t->q.tokens <= MOST_TOKENS && t->k.tokens <= MOST_TOKENS, "more than 1 Mi tokens");
    aclnnStatus status = check_cumulative(t->q_lengths, t->q.tokens, "actualSeqQLen");
    if (status == ACLNN_SUCCESS) {
        status = check_cumulative(t->kv_lengths, t->k.tokens, "actualSeqKvLen");
    }
    if (status != ACLNN_SUCCESS) {
        return status;
    }
    CHECK(t->q_lengths->size == t->kv_lengths->size, "actualSeqQLen has %llu entries and actualSeqKvLen %llu",
          (unsigned long long) t->q_lengths->size, (unsigned long long) t->kv_lengths->size);
    for (int64_t i = 0; i < tf_spans(t) && t->mask && t->mode == TF_RIGHT_DOWN; i++) {
        const struct tf_span s = tf_span(t, i);
        TILING(s.queries <= s.keys, "sparseMode 3 needs Sq <= Skv, but sequence %lld has %lld and %lld", (long long) i,
               (long long) s.queries, (long long) s.keys);
    }
    return ACLNN_SUCCESS;
}

static aclnnStatus check_mask(const struct tf_train *t) {
    TILING(t->mode >= 0 && t->mode <= 8, "sparseMode %lld is not known", (long long) t->mode);
    KERNEL(t->mode <= TF_BAND, "the stand-in has sparseMode 0 to 4, not %lld", (long long) t->mode);
    if (!t->mask || standin_count(t->mask) == 0) {
        return ACLNN_SUCCESS;
    }
    CHECK(t->mask->type == ACL_BOOL || t->mask->type == ACL_UINT8, "attenMask may be BOOL or UINT8, not %s",
          standin_type_name(t->mask->type));
    CHECK(t->mask->rank == 2 || t->mask->rank == 4, "attenMask must have 2 or 4 dimensions, not %s", standin_shape(t->mask));
    KERNEL(t->mask->strides[t->mask->rank - 1] == 1, "the stand-in takes masks with dense rows");
    if (tf_compressed(t->mode)) {
        TILING(tf_mask_shape(t->mask, TF_COMPRESSED, TF_COMPRESSED), "sparseMode %lld takes a mask of 2048 x 2048, not %s",
               (long long) t->mode, standin_shape(t->mask));
    } else {
        int64_t queries = t->q.tokens, keys = t->k.tokens;
        for (int64_t i = 0; i < tf_spans(t) && t->layout == TF_TND; i++) {
            const struct tf_span s = tf_span(t, i);
            queries = i == 0 || s.queries > queries ? s.queries : queries;
            keys = i == 0 || s.keys > keys ? s.keys : keys;
        }
        const int rank = t->mask->rank;
        TILING(t->mask->dims[rank - 2] == queries && t->mask->dims[rank - 1] == keys, "attenMask is %s, wanted are [%lld, %lld]",
               standin_shape(t->mask), (long long) queries, (long long) keys);
        KERNEL(rank == 2 || t->mask->dims[1] == 1, "the stand-in takes masks that heads share, not %s", standin_shape(t->mask));
        CHECK(rank == 2 || t->mask->dims[0] == 1 || t->mask->dims[0] == tf_spans(t), "attenMask %s has not the batch of query",
              standin_shape(t->mask));
    }
    TILING(t->mode != TF_BAND || t->before + t->after >= 0, "preTokens %lld and nextTokens %lld have nothing in common",
           (long long) t->before, (long long) t->after);
    return ACLNN_SUCCESS;
}

aclnnStatus tf_train_check(struct tf_train *t, const struct standin_call *call) {
    aclnnStatus status = check_types(t);
    if (status != ACLNN_SUCCESS) {
        return status;
    }
    t->layout = tf_layout(t->layout_name);
    if (call->detail == TF_VARLEN) {
        CHECK(t->layout == TF_TND, "inputLayout must be TND, not %s", t->layout_name);
    } else {
        CHECK(t->layout < TF_TND, "inputLayout must be BSH, SBH, BSND or BNSD, not %s", t->layout_name);
    }
    TILING(t->precise >= 0 && t->precise <= 2, "innerPrecise must be 0, 1 or 2, not %lld", (long long) t->precise);
    KERNEL(t->pse_type == 0 || t->pse_type == 1, "the stand-in has pseType 0 and 1, not %lld", (long long) t->pse_type);
    status = check_shapes(t);
    if (status == ACLNN_SUCCESS && t->layout == TF_TND) {
        status = check_lengths(t);
    }
    if (status == ACLNN_SUCCESS) {
        status = check_mask(t);
    }
    if (t->mask && standin_count(t->mask) == 0) {
        t->mask = NULL;
    }
    return status;
}

aclnnStatus tf_check_statistics(const struct tf_train *t, const aclTensor *s, const char *name) {
    CHECK(s->type == ACL_FLOAT, "%s must be FLOAT, not %s", name, standin_type_name(s->type));
    CHECK(standin_contiguous(s), "the stand-in takes %s dense", name);
    const int64_t tnd[] = {t->q.tokens, t->heads, STATISTICS}, ntd[] = {t->heads, t->q.tokens, STATISTICS};
    const int64_t bnsd[] = {t->q.batch, t->heads, t->q.tokens, STATISTICS};
    const bool fits = t->layout == TF_TND ? standin_has_shape(s, 3, tnd) || standin_has_shape(s, 3, ntd) : standin_has_shape(s, 4, bnsd);
    CHECK(fits, "%s is %s: wanted is 8 for each of %lld tokens and %lld heads", name, standin_shape(s),
          (long long) (t->q.batch * t->q.tokens), (long long) t->heads);
    return ACLNN_SUCCESS;
}

int64_t tf_spans(const struct tf_train *t) { return t->layout == TF_TND ? (int64_t) t->q_lengths->size : t->q.batch; }

struct tf_span tf_span(const struct tf_train *t, int64_t i) {
    if (t->layout != TF_TND) {
        return (struct tf_span) {i, 0, t->q.tokens, 0, t->k.tokens};
    }
    const int64_t *q = t->q_lengths->values, *k = t->kv_lengths->values;
    const int64_t q_first = i ? q[i - 1] : 0, k_first = i ? k[i - 1] : 0;
    return (struct tf_span) {0, q_first, q[i] - q_first, k_first, k[i] - k_first};
}

static int64_t statistic_at(const struct tf_train *t, int64_t batch, int64_t token, int64_t head) {
    return t->layout == TF_TND ? (token * t->heads + head) * STATISTICS
                               : ((batch * t->heads + head) * t->q.tokens + token) * STATISTICS;
}

void tf_put_statistic(const struct tf_train *t, const aclTensor *s, int64_t batch, int64_t token, int64_t head, float value) {
    float *to = standin_at(s, statistic_at(t, batch, token, head));
    for (int64_t i = 0; i < STATISTICS; i++) {
        to[i] = value;
    }
}

float tf_get_statistic(const struct tf_train *t, const aclTensor *s, int64_t batch, int64_t token, int64_t head) {
    return *(const float *) standin_at(s, statistic_at(t, batch, token, head));
}

float *tf_rows(const struct tf_axes *axes, int64_t batch, int64_t first, int64_t count, int64_t head, int64_t group) {
    float *rows = standin_memory((size_t) (count * group * axes->size + 1) * sizeof *rows);
    for (int64_t i = 0; i < count; i++) {
        for (int64_t h = 0; h < group; h++) {
            tf_get(axes, batch, first + i, head * group + h, rows + (i * group + h) * axes->size);
        }
    }
    return rows;
}

void tf_put_rows(const struct tf_axes *axes, int64_t batch, int64_t first, int64_t count, int64_t head, int64_t group,
                 const float *rows) {
    for (int64_t i = 0; i < count; i++) {
        for (int64_t h = 0; h < group; h++) {
            tf_put(axes, batch, first + i, head * group + h, rows + (i * group + h) * axes->size);
        }
    }
}
