#include "tf_infer.h"

#define CHECK(condition, ...) STANDIN_CHECK(condition, ACLNN_ERR_PARAM_INVALID, __VA_ARGS__)
#define TILING(condition, ...) STANDIN_CHECK(condition, ACLNN_ERR_INNER_TILING_ERROR, __VA_ARGS__)
#define KERNEL(condition, ...) STANDIN_CHECK(condition, ACLNN_ERR_INNER_FIND_KERNEL_ERROR, __VA_ARGS__)
#define TRY(step)                      \
    do {                               \
        aclnnStatus status_ = (step);  \
        if (status_ != ACLNN_SUCCESS) { \
            return status_;            \
        }                              \
    } while (0)

enum { MOST_HEADS = 256, MOST_SHARING = 64, LARGEST_BLOCK = 512, MOST_SEQUENCES = 4096, WIDEST_ROW = 65535, MOST_TOKENS = 1 << 20 };

int standin_face(void);

/* Until 2026 TND had bf16, heads of 128 (or 192 and 128) and no pages. HEARTH_STANDIN_TND=old or new; else as the face. */
static bool old_tnd(void) {
    const char *told = getenv("HEARTH_STANDIN_TND");
    return told ? strcmp(told, "old") == 0 : standin_face() == 8;
}

static aclnnStatus check_tensors(const struct tf_infer *t) {
    KERNEL(!t->unserved, "the stand-in takes no %s", t->unserved);
    const aclDataType type = t->query->type;
    CHECK(type == ACL_FLOAT16 || type == ACL_BF16, "query may be FLOAT16 or BFLOAT16 (or INT8, which the stand-in has not), not %s",
          standin_type_name(type));
    CHECK(standin_contiguous(t->query), "query must be contiguous");
    CHECK(t->keys->size > 0 && t->keys->size == t->values->size, "key has %llu tensors and value %llu",
          (unsigned long long) t->keys->size, (unsigned long long) t->values->size);
    for (uint64_t i = 0; i < t->keys->size; i++) {
        const aclTensor *k = t->keys->tensors[i], *v = t->values->tensors[i];
        CHECK(k->type == type && v->type == type, "key (%s) and value (%s) must have query's type %s", standin_type_name(k->type),
              standin_type_name(v->type), standin_type_name(type));
        CHECK(standin_contiguous(k) && standin_contiguous(v), "key and value must be contiguous");
        CHECK(k->format == ACL_FORMAT_ND && v->format == ACL_FORMAT_ND, "key and value must be ND");
    }
    CHECK(t->out->type == type, "attentionOut is %s, query %s", standin_type_name(t->out->type), standin_type_name(type));
    return ACLNN_SUCCESS;
}

/* Key's and value's heads where the layout leaves them open; the rest is tf_infer_axes. */
static int64_t shared_heads(const struct tf_infer *t) { return t->shared == 0 ? t->heads : t->shared; }

static aclnnStatus check_shapes(struct tf_infer *t) {
    t->layout = tf_layout(t->layout_name);
    TILING(t->layout != TF_NO_LAYOUT && t->layout != TF_SBH, "the stand-in has inputLayout BSH, BSND, BNSD, BNSD_BSND and TND, not %s",
           t->layout_name);
    CHECK(t->heads >= 1 && t->heads <= MOST_HEADS, "numHeads must be 1 to 256, not %lld", (long long) t->heads);
    t->shared = shared_heads(t);
    TILING(t->shared > 0 && t->heads % t->shared == 0, "numHeads %lld is no multiple of numKeyValueHeads %lld", (long long) t->heads,
           (long long) t->shared);
    TILING(t->heads / t->shared <= MOST_SHARING, "numHeads is more than 64 times numKeyValueHeads");
    CHECK(tf_axes(t->query, t->layout, t->heads, &t->q), "query %s is no %s of %lld heads", standin_shape(t->query), t->layout_name,
          (long long) t->heads);
    t->paged = t->table != NULL;
    t->batch = t->layout != TF_TND ? t->q.batch : t->q_lengths ? (int64_t) t->q_lengths->size : 0;
    t->decodes = t->layout != TF_TND && t->q.tokens == 1;
    t->size = t->q.size;
    struct tf_axes k, v;
    CHECK(t->paged || t->keys->size == 1 || (int64_t) t->keys->size == t->batch, "key is a list of %llu tensors for %lld sequences",
          (unsigned long long) t->keys->size, (long long) t->batch);
    CHECK((!t->paged && t->layout != TF_TND) || t->keys->size == 1, "pages and TND go with one key and one value tensor");
    for (uint64_t i = 0; i < t->keys->size; i++) {
        CHECK(tf_infer_axes(t, t->keys, (int64_t) i, &k) && tf_infer_axes(t, t->values, (int64_t) i, &v),
              "key %s and value %s are no %s of %lld heads", standin_shape(t->keys->tensors[i]), standin_shape(t->values->tensors[i]),
              t->paged ? "cache" : t->layout_name, (long long) t->shared);
        CHECK(k.size == t->size, "a head of key has %lld, of query %lld", (long long) k.size, (long long) t->size);
        CHECK(k.batch == v.batch && k.tokens == v.tokens, "key %s and value %s have other shapes", standin_shape(t->keys->tensors[i]),
              standin_shape(t->values->tensors[i]));
        CHECK(t->paged || t->layout == TF_TND || k.batch == (t->keys->size == 1 ? t->batch : 1), "key %s has not query's batch %lld",
              standin_shape(t->keys->tensors[i]), (long long) t->batch);
    }
    t->value_size = v.size;
    t->key_room = t->paged ? 0 : k.tokens;
    const enum tf_layout layout = t->layout == TF_BNSD_BSND ? TF_BSND : t->layout;
    CHECK(tf_axes(t->out, layout, t->heads, &t->o) && t->o.size == t->value_size && t->o.batch == t->q.batch && t->o.tokens == t->q.tokens,
          "attentionOut %s does not fit query %s", standin_shape(t->out), standin_shape(t->query));
    CHECK(standin_contiguous(t->out), "attentionOut must be contiguous");
    return ACLNN_SUCCESS;
}

static aclnnStatus check_sizes(const struct tf_infer *t) {
    TILING(t->size % 16 == 0 && t->value_size % 16 == 0, "heads of %lld and %lld: must be multiples of 16", (long long) t->size,
           (long long) t->value_size);
    TILING(t->size <= 512, "a head of %lld is larger than 512", (long long) t->size);
    if (t->layout != TF_TND) {
        TILING(t->value_size == t->size, "heads of key and value must be of one size");
        return ACLNN_SUCCESS;
    }
    const bool special = t->size == 192 && (t->value_size == 128 || t->value_size == 192);
    if (old_tnd()) {
        TILING(special || (t->size == 128 && t->value_size == 128), "TND takes heads of 128, or 192 and 128, not %lld and %lld",
               (long long) t->size, (long long) t->value_size);
        TILING(t->query->type == ACL_BF16, "TND takes BFLOAT16 only");
        TILING(!t->paged, "TND has no page attention");
    }
    TILING(special || (t->size == t->value_size && t->size <= 256), "TND takes heads up to 256, not %lld and %lld", (long long) t->size,
           (long long) t->value_size);
    return ACLNN_SUCCESS;
}

static aclnnStatus check_cumulative(const aclIntArray *lengths, int64_t tokens, const char *name) {
    CHECK(lengths->values[0] != 0, "%s begins with 0: cumulative lengths begin with the first sequence's length", name);
    for (uint64_t i = 0; i < lengths->size; i++) {
        CHECK(lengths->values[i] >= (i ? lengths->values[i - 1] : 0), "%s is cumulative and must not fall: %lld after %lld", name,
              (long long) lengths->values[i], (long long) (i ? lengths->values[i - 1] : 0));
    }
    TILING(lengths->values[lengths->size - 1] == tokens, "T (%lld) should be equal to the last element of %s (%lld)",
           (long long) tokens, name, (long long) lengths->values[lengths->size - 1]);
    return ACLNN_SUCCESS;
}

/* One length for all sequences, or one for each of them. */
static aclnnStatus check_each(const struct tf_infer *t, const aclIntArray *lengths, int64_t most, const char *name) {
    TILING(lengths->size == 1 || (int64_t) lengths->size >= t->batch, "%s has %llu entries for %lld sequences", name,
           (unsigned long long) lengths->size, (long long) t->batch);
    for (uint64_t i = 0; i < lengths->size && (int64_t) i < t->batch; i++) {
        TILING(lengths->values[i] >= 0 && lengths->values[i] <= most, "%s[%llu] is %lld: there is room for %lld", name,
               (unsigned long long) i, (long long) lengths->values[i], (long long) most);
    }
    return ACLNN_SUCCESS;
}

static aclnnStatus check_lengths(const struct tf_infer *t) {
    if (t->layout == TF_TND) {
        CHECK(t->q_lengths && t->q_lengths->size > 0 && t->kv_lengths && t->kv_lengths->size > 0,
              "actualSeqLengths and actualSeqLengthsKv must be given with TND");
        TILING(t->q.tokens <= MOST_TOKENS && t->batch <= MOST_SEQUENCES, "TND takes 1 Mi tokens and 4096 sequences");
        TILING(t->kv_lengths->size == t->q_lengths->size, "actualSeqLengthsKv has %llu entries, actualSeqLengths %llu",
               (unsigned long long) t->kv_lengths->size, (unsigned long long) t->q_lengths->size);
        if (!t->paged) {
            TRY(check_cumulative(t->kv_lengths, t->key_room, "actualSeqLengthsKv"));
        }
    } else if (t->q_lengths && t->q_lengths->size > 0 && !t->decodes) {
        TRY(check_each(t, t->q_lengths, t->q.tokens, "actualSeqLengths"));
    }
    TILING(!t->paged || (t->kv_lengths && t->kv_lengths->size > 0), "actualSeqLengthsKv must be given with a block table");
    if (t->kv_lengths && t->kv_lengths->size > 0 && (t->paged || t->layout != TF_TND)) {
        TRY(check_each(t, t->kv_lengths, t->key_room, "actualSeqLengthsKv"));
    }
    return ACLNN_SUCCESS;
}

static aclnnStatus check_pages(struct tf_infer *t) {
    const aclTensor *cache = t->keys->tensors[0];
    CHECK(t->table->type == ACL_INT32, "blockTable must be INT32, not %s", standin_type_name(t->table->type));
    TILING(t->table->rank == 2 && t->table->dims[0] == t->batch, "blockTable must be [%lld, blocks], not %s", (long long) t->batch,
           standin_shape(t->table));
    CHECK(standin_contiguous(t->table), "blockTable must be contiguous");
    TILING(t->block_size > 0 && t->block_size <= LARGEST_BLOCK, "blockSize must be 1 to 512, not %lld", (long long) t->block_size);
    bool one_each = true;
    for (int64_t b = 0; b < t->batch; b++) {
        one_each = one_each && tf_infer_queries(t, b) <= 1;
    }
    TILING(t->block_size % (one_each ? 16 : 128) == 0, "blockSize %lld must be a multiple of %d", (long long) t->block_size,
           one_each ? 16 : 128);
    const bool grouped = t->heads != t->shared;
    if (t->layout == TF_TND) {
        TILING(!grouped || t->block_size == 128, "TND with grouped heads takes blocks of 128, not %lld", (long long) t->block_size);
        TILING(!grouped || cache->rank == 3, "TND with grouped heads takes a cache of [blocks, blockSize, H], not %s", standin_shape(cache));
        TILING(grouped || t->query->type != ACL_FLOAT16, "TND in FLOAT16 without grouped heads has no page attention");
    }
    TILING(cache->rank == 3 || t->layout == TF_BNSD || t->layout == TF_BNSD_BSND || t->layout == TF_TND,
           "%s takes a cache of [blocks, blockSize, H], not %s", t->layout_name, standin_shape(cache));
    TILING(cache->dims[cache->rank == 3 ? 1 : 2] == t->block_size, "the cache %s has not blocks of %lld", standin_shape(cache),
           (long long) t->block_size);
    TILING(cache->rank == 4 || cache->dims[2] <= WIDEST_ROW, "a row of %lld in the cache is wider than 65535", (long long) cache->dims[2]);
    t->key_room = t->table->dims[1] * t->block_size;
    return ACLNN_SUCCESS;
}

static aclnnStatus check_tnd_mask(const struct tf_infer *t) {
    TILING((t->mode == TF_DEFAULT && !t->mask) || ((t->mode == TF_RIGHT_DOWN || t->mode == TF_BAND) && t->mask),
           "TND takes sparseMode 0 without attenMask, or 3 or 4 with it, not %lld %s", (long long) t->mode, t->mask ? "with" : "without");
    TILING(t->heads == t->shared || t->precise == 0, "TND with grouped heads takes innerPrecise 0, not %lld", (long long) t->precise);
    TILING(t->query->type != ACL_BF16 || t->precise == 0, "TND in BFLOAT16 takes innerPrecise 0, not %lld", (long long) t->precise);
    for (int64_t b = 0; b < t->batch; b++) {
        const int64_t queries = tf_infer_queries(t, b), keys = tf_infer_keys(t, b);
        TILING(t->mode != TF_RIGHT_DOWN || queries <= keys, "sequence %lld has %lld queries and %lld keys: sparseMode 3 needs as many keys",
               (long long) b, (long long) queries, (long long) keys);
        TILING(t->mode != TF_BAND || (t->before >= -queries && t->after >= -keys), "preTokens %lld and nextTokens %lld leave nothing",
               (long long) t->before, (long long) t->after);
    }
    return ACLNN_SUCCESS;
}

static aclnnStatus check_mask(const struct tf_infer *t) {
    const aclTensor *m = t->mask;
    CHECK(!m || m->type == ACL_BOOL || m->type == ACL_UINT8 || m->type == ACL_INT8, "attenMask may be BOOL, INT8 or UINT8, not %s",
          m ? standin_type_name(m->type) : "");
    CHECK(!m || standin_contiguous(m), "attenMask must be contiguous");
    TILING(t->precise >= 0 && t->precise <= 3, "innerPrecise must be 0 to 3, not %lld", (long long) t->precise);
    if (t->decodes) {
        /* One query a sequence: sparseMode, preTokens and nextTokens have no effect, and a mask is a row for each sequence. */
        TILING(!m || (m->rank >= 2 && m->dims[0] == t->batch && standin_count(m) == t->batch * m->dims[m->rank - 1] &&
                      m->dims[m->rank - 1] >= t->key_room),
               "with one query attenMask must be [%lld, %lld], not %s", (long long) t->batch, (long long) t->key_room,
               m ? standin_shape(m) : "");
        return ACLNN_SUCCESS;
    }
    TILING(t->mode >= 0 && t->mode <= TF_BAND, "sparseMode must be 0 to 4, not %lld", (long long) t->mode);
    TILING(m || t->mode == TF_DEFAULT, "sparseMode %lld needs an attenMask", (long long) t->mode);
    if (tf_compressed(t->mode)) {
        TILING(tf_mask_shape(m, TF_COMPRESSED, TF_COMPRESSED), "sparseMode %lld takes a mask of 2048 x 2048, not %s", (long long) t->mode,
               standin_shape(m));
        TILING(t->mode != TF_BAND || t->before + t->after >= 0, "preTokens %lld and nextTokens %lld have nothing in common",
               (long long) t->before, (long long) t->after);
    } else if (m) {
        const int64_t batches = m->rank > 2 ? m->dims[0] : 1;
        TILING(m->rank >= 2 && m->rank <= 4 && m->dims[m->rank - 2] >= t->q.tokens && m->dims[m->rank - 1] >= t->key_room &&
                   (batches == 1 || batches == t->batch) && (m->rank < 4 || m->dims[1] == 1),
               "attenMask %s does not cover [%lld, %lld]", standin_shape(m), (long long) t->q.tokens, (long long) t->key_room);
    }
    return t->layout == TF_TND ? check_tnd_mask(t) : ACLNN_SUCCESS;
}

aclnnStatus tf_infer_check(struct tf_infer *t, struct standin_call *call) {
    TRY(check_tensors(t));
    TRY(check_shapes(t));
    TRY(check_sizes(t));
    if (t->layout == TF_TND) {
        CHECK(t->q_lengths && t->q_lengths->size > 0, "actualSeqLengths must be given with TND");
        TRY(check_cumulative(t->q_lengths, t->q.tokens, "actualSeqLengths"));
    }
    if (t->paged) {
        TRY(check_pages(t));
    }
    TRY(check_lengths(t));
    TRY(check_mask(t));
    if (t->wants_lse) {
        const int64_t tnd[] = {t->q.tokens, t->heads, 1}, bnsd[] = {t->batch, t->heads, t->q.tokens, 1};
        STANDIN_CHECK(t->lse, ACLNN_ERR_PARAM_NULLPTR, "softmaxLse is NULL, but softmaxLseFlag is set");
        CHECK(t->lse->type == ACL_FLOAT && standin_contiguous(t->lse) &&
                  (t->layout == TF_TND ? standin_has_shape(t->lse, 3, tnd) : standin_has_shape(t->lse, 4, bnsd)),
              "softmaxLse is %s of %s", standin_shape(t->lse), standin_type_name(t->lse->type));
    }
    call->workspace = 32768 + (uint64_t) t->batch * (uint64_t) t->heads * 64;
    return ACLNN_SUCCESS;
}
