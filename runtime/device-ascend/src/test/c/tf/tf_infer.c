#include "tf_infer.h"

#include <math.h>

bool tf_infer_axes(const struct tf_infer *t, const aclTensorList *list, int64_t b, struct tf_axes *axes) {
    if (t->paged) {
        const aclTensor *cache = list->tensors[0];
        return tf_axes(cache, cache->rank == 3 ? TF_BSH : TF_BNSD, t->shared, axes);
    }
    return tf_axes(list->tensors[list->size == 1 ? 0 : b], t->layout, t->shared, axes);
}

static int64_t entry(const aclIntArray *lengths, int64_t b) { return lengths->values[lengths->size == 1 ? 0 : b]; }

static int64_t before(const aclIntArray *cumulative, int64_t b) { return b ? cumulative->values[b - 1] : 0; }

int64_t tf_infer_first_query(const struct tf_infer *t, int64_t b) { return t->layout == TF_TND ? before(t->q_lengths, b) : 0; }

int64_t tf_infer_queries(const struct tf_infer *t, int64_t b) {
    if (t->layout == TF_TND) {
        return t->q_lengths->values[b] - before(t->q_lengths, b);
    }
    return t->decodes || !t->q_lengths || t->q_lengths->size == 0 ? t->q.tokens : entry(t->q_lengths, b);
}

int64_t tf_infer_first_key(const struct tf_infer *t, int64_t b) {
    return t->layout == TF_TND && !t->paged ? before(t->kv_lengths, b) : 0;
}

int64_t tf_infer_keys(const struct tf_infer *t, int64_t b) {
    if (t->layout == TF_TND && !t->paged) {
        return t->kv_lengths->values[b] - before(t->kv_lengths, b);
    }
    return !t->kv_lengths || t->kv_lengths->size == 0 ? t->key_room : entry(t->kv_lengths, b);
}

/* A card reads whatever is at a wrong block; here the stream fails. */
static bool blocks_in_range(const struct tf_infer *t, int64_t b, struct standin_call *call) {
    const int64_t blocks = t->keys->tensors[0]->dims[0];
    for (int64_t i = 0; i * t->block_size < tf_infer_keys(t, b); i++) {
        const int64_t block = standin_get_int(t->table, b * t->table->strides[0] + i);
        if (block < 0 || block >= blocks) {
            standin_fail(call, ACL_ERROR_RT_AICORE_EXCEPTION, "blockTable[%lld][%lld] is %lld, but there are %lld blocks", (long long) b,
                         (long long) i, (long long) block, (long long) blocks);
            return false;
        }
    }
    return true;
}

static float *gather(const struct tf_infer *t, const aclTensorList *list, int64_t b, int64_t head) {
    struct tf_axes axes;
    tf_infer_axes(t, list, b, &axes);
    const int64_t keys = tf_infer_keys(t, b), first = tf_infer_first_key(t, b);
    float *rows = standin_memory((size_t) (keys * axes.size + 1) * sizeof *rows);
    for (int64_t j = 0; j < keys; j++) {
        if (t->paged) {
            const int64_t block = standin_get_int(t->table, b * t->table->strides[0] + j / t->block_size);
            tf_get(&axes, block, j % t->block_size, head, rows + j * axes.size);
        } else {
            tf_get(&axes, list->size == 1 && t->layout != TF_TND ? b : 0, first + j, head, rows + j * axes.size);
        }
    }
    return rows;
}

static struct tf_sight sight_of(const struct tf_infer *t, const struct tf_mask *mask, int64_t b) {
    const int64_t queries = tf_infer_queries(t, b), keys = tf_infer_keys(t, b);
    struct tf_sight sight;
    if (t->decodes) {
        sight = (struct tf_sight) {queries, keys, 0, INT32_MAX, INT32_MAX, NULL, 0, false};
        if (t->mask) {
            sight.bits = standin_at(t->mask, b * t->mask->dims[t->mask->rank - 1]);
        }
    } else {
        sight = tf_sight(mask, b, queries, keys);
    }
    /* Bit 1 asks for it; sparseMode 3 with more queries than keys has it by itself. */
    sight.empty_is_zero = (t->precise & 2) != 0 || keys == 0 || (t->mode == TF_RIGHT_DOWN && queries > keys);
    return sight;
}

static void compute_head(const struct tf_infer *t, const struct tf_mask *mask, int64_t b, int64_t head) {
    const int64_t group = t->heads / t->shared, queries = tf_infer_queries(t, b), first = tf_infer_first_query(t, b);
    const int64_t rows = queries * group, at = t->layout == TF_TND ? 0 : b;
    float *q = standin_memory((size_t) (rows * t->size + 1) * sizeof *q);
    float *out = standin_memory((size_t) (rows * t->value_size + 1) * sizeof *out);
    float *max = standin_memory((size_t) (2 * rows + 1) * sizeof *max), *sum = max + rows;
    float *k = gather(t, t->keys, b, head), *v = gather(t, t->values, b, head);
    for (int64_t r = 0; r < rows; r++) {
        tf_get(&t->q, at, first + r / group, head * group + r % group, q + r * t->size);
    }
    struct tf_attend a = {sight_of(t, mask, b), group, t->size, t->value_size, (float) t->scale, t->query->type, q, k, v, out, max, sum};
    tf_attend(&a);
    if (!t->decodes) {
        tf_sight_done(mask, &a.sight);
    }
    for (int64_t r = 0; r < rows; r++) {
        const int64_t token = first + r / group, of = head * group + r % group;
        tf_put(&t->o, at, token, of, out + r * t->value_size);
        if (t->wants_lse) {
            const int64_t place = t->layout == TF_TND ? token * t->heads + of : (b * t->heads + of) * t->q.tokens + token;
            *(float *) standin_at(t->lse, place) = sum[r] > 0 ? max[r] + logf(sum[r]) : INFINITY;
        }
    }
    free(q);
    free(out);
    free(max);
    free(k);
    free(v);
}

void tf_infer_compute(struct tf_infer *t, struct standin_call *call) {
    tf_infer_check(t, call);
    const struct tf_mask mask = tf_mask(t->decodes ? NULL : t->mask, t->mode, t->before, t->after);
    if (t->layout != TF_TND && !t->decodes && t->q_lengths && t->q_lengths->size > 0) {
        /* Rows beyond a sequence's length are zero. */
        memset(standin_at(t->out, 0), 0, (size_t) standin_count(t->out) * standin_size(t->out->type));
    }
    for (int64_t b = 0; b < t->batch; b++) {
        if (t->paged && !blocks_in_range(t, b, call)) {
            return;
        }
        for (int64_t head = 0; head < t->shared && tf_infer_queries(t, b) > 0; head++) {
            compute_head(t, &mask, b, head);
        }
    }
}
