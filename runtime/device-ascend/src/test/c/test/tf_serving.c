/* Attention for serving against double precision, in pages and without, and the paged cache's write; and what they refuse. */
#include "tf_test.h"

int setenv(const char *, const char *, int);

#define FUSED_V1 cT, cTL, cTL, cT, cT, cIA, cIA, cT, cT, cT, cT, cT, cT, cT, cT, cT, cT
#define FUSED_V2 FUSED_V1, cT, cT, cT, cT, cT, cT, cIA
#define NUMBERS i64, double, i64, i64, char *, i64, i64, i64, i64, i64, bool
OPERATOR(aclnnFusedInferAttentionScore, FUSED_V1, NUMBERS, cT, cT)
OPERATOR(aclnnFusedInferAttentionScoreV3, FUSED_V2, cT, cT, cT, NUMBERS, i64, i64, cT, cT)
OPERATOR(aclnnScatterPaKvCache, cT, cT, cT, cT, cT, cT, cT, cT, char *, char *, cIA, cIA)

static aclTensor *mask;

enum { BLOCK = 128, BLOCKS = 12, FAR = 2147483647 };

struct trial {
    aclDataType type;
    i64 sequences, heads, shared, size, mode, before;
    i64 q_ends[3], keys[3], blocks[9];
    bool decodes; /* BSND with one query each, else TND */
    double scale;
    Tensor q, k, v, out, lse, table;
};

static aclTensorList *list(const Tensor *t) {
    const i64 dims[] = {t->dims[0], t->dims[1], t->dims[2] * t->dims[3]};
    const aclTensor *one = aclCreateTensor(dims, 3, t->type, NULL, 0, ACL_FORMAT_ND, dims, 3, t->device);
    return aclCreateTensorList(&one, 1);
}

static struct trial drawn(void) {
    struct trial t = {.type = between(0, 1) ? ACL_BF16 : ACL_FLOAT16, .sequences = between(1, 3), .shared = between(1, 3), .size = 16 * between(1, 8)};
    t.heads = t.shared * between(2, 4);
    t.decodes = between(0, 1);
    t.mode = between(0, 1) ? 3 : 4;
    t.before = between(0, 150);
    t.scale = 1 / sqrt((double) t.size);
    i64 order[BLOCKS];
    for (i64 i = 0; i < BLOCKS; i++) {
        const i64 j = between(0, i);
        order[i] = order[j];
        order[j] = i;
    }
    double entries[9];
    for (i64 i = 0; i < 9; i++) {
        entries[i] = (double) (t.blocks[i] = order[i]);
    }
    for (i64 b = 0; b < t.sequences; b++) {
        const i64 queries = t.decodes ? 1 : between(1, 60);
        t.q_ends[b] = (b ? t.q_ends[b - 1] : 0) + queries;
        t.keys[b] = queries + between(0, 3 * BLOCK - queries);
        for (i64 i = 0; i < 3 && between(0, 1); i++) {
            entries[b * 3 + i] = i * BLOCK >= t.keys[b] ? 77777 : entries[b * 3 + i]; /* never looked at */
        }
    }
    const i64 tokens = t.q_ends[t.sequences - 1], cache[] = {BLOCKS, BLOCK, t.shared, t.size};
    t.q = t.decodes ? random_tensor(t.type, DENSE, DIMS(tokens, 1, t.heads, t.size), -2, 2)
                    : random_tensor(t.type, DENSE, DIMS(tokens, t.heads, t.size), -2, 2);
    t.k = random_tensor(t.type, DENSE, 4, cache, -2, 2);
    t.v = random_tensor(t.type, DENSE, 4, cache, -2, 2);
    t.out = output(t.type, DENSE, t.q.rank, t.q.dims);
    t.lse = t.decodes ? output(ACL_FLOAT, DENSE, DIMS(t.sequences, t.heads, 1, 1)) : output(ACL_FLOAT, DENSE, DIMS(tokens, t.heads, 1));
    t.table = given(ACL_INT32, DIMS(t.sequences, 3), entries);
    return t;
}

static void paged(void) {
    struct trial t = drawn();
    aclTensorList *keys = list(&t.k), *values = list(&t.v);
    aclIntArray *q_lengths = t.decodes ? NULL : ints((int) t.sequences, t.q_ends), *k_lengths = ints((int) t.sequences, t.keys);
    RUN(aclnnFusedInferAttentionScoreV3, t.q.tensor, keys, values, NULL, t.decodes ? NULL : mask, q_lengths, k_lengths, NULL, NULL, NULL, NULL,
        NULL, NULL, NULL, t.table.tensor, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, t.heads, t.scale,
        t.mode == 4 ? t.before : FAR, t.mode == 4 ? 0 : FAR, t.decodes ? "BSND" : "TND", t.shared, t.decodes ? 0 : t.mode, 0, BLOCK, 0, true, 0,
        0, t.out.tensor, t.lse.tensor);
    double *k = malloc(3 * BLOCK * (size_t) t.size * sizeof *k), *v = malloc(3 * BLOCK * (size_t) t.size * sizeof *v);
    for (i64 b = 0; b < t.sequences; b++) {
        const i64 first = b ? t.q_ends[b - 1] : 0;
        for (i64 h = 0; h < t.heads; h++) {
            for (i64 j = 0; j < t.keys[b]; j++) {
                const i64 at = ((t.blocks[b * 3 + j / BLOCK] * BLOCK + j % BLOCK) * t.shared + h / (t.heads / t.shared)) * t.size;
                memcpy(k + j * t.size, t.k.values + at, (size_t) t.size * sizeof *k);
                memcpy(v + j * t.size, t.v.values + at, (size_t) t.size * sizeof *v);
            }
            const struct attention a = {t.q_ends[b] - first, t.keys[b], t.size, t.size, t.q.values + (first * t.heads + h) * t.size, k, v,
                                        t.heads * t.size, t.size, t.size, t.scale,
                                        t.decodes || t.mode == 3 ? sees_right_down : sees_band, t.before, 0};
            for (i64 i = 0; i < a.queries; i++) {
                const double lse = attend(&a, i, t.out.values + ((first + i) * t.heads + h) * t.size);
                t.lse.values[t.decodes ? b * t.heads + h : (first + i) * t.heads + h] = lse;
            }
        }
    }
    expect(&t.out, tolerance_of(t.type), 2);
    expect(&t.lse, 1e-5, 1);
    free(k);
    free(v);
    aclDestroyTensorList(keys);
    aclDestroyTensorList(values);
    aclDestroyIntArray(k_lengths);
    if (q_lengths) {
        aclDestroyIntArray(q_lengths);
    }
    drop(&t.q);
    drop(&t.k);
    drop(&t.v);
    drop(&t.out);
    drop(&t.lse);
    drop(&t.table);
}

/* Prompts without pages in BNSD, with padding beyond each length. */
static void unpaged(void) {
    const i64 batch = between(1, 3), queries = between(2, 30), room = queries + between(0, 30), shared = between(1, 2), heads = shared * between(1, 3);
    const i64 size = 16 * between(1, 4), mode = (i64[]) {2, 3}[between(0, 1)];
    const aclDataType type = between(0, 1) ? ACL_BF16 : ACL_FLOAT16;
    Tensor q = random_tensor(type, DENSE, DIMS(batch, heads, queries, size), -2, 2), k = random_tensor(type, DENSE, DIMS(batch, shared, room, size), -2, 2);
    Tensor v = random_tensor(type, DENSE, 4, k.dims, -2, 2), out = output(type, DENSE, 4, q.dims);
    i64 q_lengths[3], k_lengths[3];
    for (i64 b = 0; b < batch; b++) {
        q_lengths[b] = between(1, queries);
        k_lengths[b] = between(q_lengths[b], room);
        for (i64 h = 0; h < heads; h++) {
            const i64 at = (b * shared + h / (heads / shared)) * room * size;
            const struct attention a = {q_lengths[b], k_lengths[b], size, size, q.values + (b * heads + h) * queries * size, k.values + at,
                                        v.values + at, size, size, size, 0.25, mode == 2 ? sees_left_up : sees_right_down, 0, 0};
            for (i64 i = 0; i < a.queries; i++) {
                attend(&a, i, out.values + ((b * heads + h) * queries + i) * size);
            }
        }
    }
    aclIntArray *q_array = ints((int) batch, q_lengths), *k_array = ints((int) batch, k_lengths);
    aclTensorList *keys = aclCreateTensorList((const aclTensor *[]) {k.tensor}, 1), *values = aclCreateTensorList((const aclTensor *[]) {v.tensor}, 1);
    RUN(aclnnFusedInferAttentionScore, q.tensor, keys, values, NULL, mask, q_array, k_array, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
        NULL, heads, 0.25, FAR, FAR, "BNSD", shared, mode, 0, 0, 0, false, out.tensor, NULL);
    expect(&out, tolerance_of(type), 2);
    aclDestroyIntArray(q_array);
    aclDestroyIntArray(k_array);
    drop(&q);
    need(aclrtFree(k.device), "aclrtFree");
    need(aclrtFree(v.device), "aclrtFree");
    free(k.values);
    free(v.values);
    aclDestroyTensorList(keys);
    aclDestroyTensorList(values);
    drop(&out);
}

static void refusals(void) {
    Tensor q = random_tensor(ACL_BF16, DENSE, DIMS(4, 4, 32), -1, 1), out = output(ACL_BF16, DENSE, 3, q.dims);
    Tensor k = random_tensor(ACL_BF16, DENSE, DIMS(4, BLOCK, 2, 32), -1, 1), small = random_tensor(ACL_BF16, DENSE, DIMS(4, 64, 2, 32), -1, 1);
    Tensor table = given(ACL_INT32, DIMS(2, 2), (double[]) {0, 1, 2, 9}), single = random_tensor(ACL_FLOAT, DENSE, DIMS(4, 4, 32), -1, 1);
    aclTensorList *keys = list(&k), *halves = list(&small), *values = list(&k);
    aclIntArray *cumulative = ints(2, (i64[]) {1, 4}), *leading = ints(3, (i64[]) {0, 1, 4}), *short_of = ints(2, (i64[]) {1, 3});
    aclIntArray *each = ints(2, (i64[]) {100, 150}), *beyond = ints(2, (i64[]) {100, 300}), *fewer = ints(2, (i64[]) {100, 2});
    uint64_t size;
    aclOpExecutor *executor;
#define CALL(query, key, m, q_l, k_l, layout, mode, precise, block)                                                             \
    query, key, (key) == halves ? halves : values, NULL, m, q_l, k_l, NULL, NULL, NULL, NULL, NULL, NULL, NULL, table.tensor, NULL, NULL, 4, 0.25, FAR, FAR, layout, 2, mode, \
        precise, block, 0, false, out.tensor, NULL
    REFUSED(161002, aclnnFusedInferAttentionScore, CALL(single.tensor, keys, mask, cumulative, each, "TND", 3, 0, BLOCK));
    REFUSED(161002, aclnnFusedInferAttentionScore, CALL(q.tensor, keys, mask, leading, each, "TND", 3, 0, BLOCK));
    REFUSED(561002, aclnnFusedInferAttentionScore, CALL(q.tensor, keys, mask, short_of, each, "TND", 3, 0, BLOCK));
    REFUSED(561002, aclnnFusedInferAttentionScore, CALL(q.tensor, keys, mask, cumulative, beyond, "TND", 3, 0, BLOCK));
    REFUSED(561002, aclnnFusedInferAttentionScore, CALL(q.tensor, keys, mask, cumulative, fewer, "TND", 3, 0, BLOCK));
    REFUSED(161002, aclnnFusedInferAttentionScore, CALL(q.tensor, keys, mask, cumulative, NULL, "TND", 3, 0, BLOCK));
    REFUSED(561002, aclnnFusedInferAttentionScore, CALL(q.tensor, keys, NULL, cumulative, each, "TND", 3, 0, BLOCK));
    REFUSED(561002, aclnnFusedInferAttentionScore, CALL(q.tensor, keys, mask, cumulative, each, "TND", 3, 2, BLOCK));
    REFUSED(161002, aclnnFusedInferAttentionScore, CALL(q.tensor, keys, table.tensor, cumulative, each, "TND", 3, 0, BLOCK));
    REFUSED(561002, aclnnFusedInferAttentionScore, CALL(q.tensor, halves, mask, cumulative, each, "TND", 3, 0, 64));
    setenv("HEARTH_STANDIN_TND", "old", 1);
    REFUSED(561002, aclnnFusedInferAttentionScore, CALL(q.tensor, keys, mask, cumulative, each, "TND", 3, 0, BLOCK));
    setenv("HEARTH_STANDIN_TND", "new", 1);
    /* The last block of the second sequence is none of the cache's four. */
    need(aclnnFusedInferAttentionScoreGetWorkspaceSize(CALL(q.tensor, keys, mask, cumulative, each, "TND", 3, 0, BLOCK), &size, &executor), "phase 1");
    void *workspace;
    need(aclrtMalloc(&workspace, size, 0), "aclrtMalloc");
    need(aclnnFusedInferAttentionScore(workspace, size, executor, test_stream), "phase 2");
    must_fail_behind(507015, "blockTable[1][1] is 9");
    need(aclrtFree(workspace), "aclrtFree");
    aclDestroyIntArray(cumulative);
    aclDestroyIntArray(leading);
    aclDestroyIntArray(short_of);
    aclDestroyIntArray(each);
    aclDestroyIntArray(beyond);
    aclDestroyIntArray(fewer);
    aclDestroyTensorList(keys);
    aclDestroyTensorList(halves);
    aclDestroyTensorList(values);
    drop(&q);
    drop(&out);
    drop(&k);
    drop(&small);
    drop(&table);
    drop(&single);
}

static void cache_write(void) {
    if (!aclnnScatterPaKvCache) {
        return;
    }
    const i64 tokens = between(1, 9), shared = between(1, 3), size = 8 * between(1, 3), cache[] = {3, 4, shared, size};
    const aclDataType type = between(0, 1) ? ACL_BF16 : ACL_FLOAT16;
    Tensor k = random_tensor(type, ANY, DIMS(tokens, shared, size), -2, 2), v = random_tensor(type, DENSE, 3, k.dims, -2, 2);
    Tensor k_cache = random_tensor(type, DENSE, 4, cache, -2, 2), v_cache = random_tensor(type, DENSE, 4, cache, -2, 2);
    double slots[12];
    for (i64 i = 0; i < 12; i++) {
        const i64 j = between(0, i);
        slots[i] = slots[j];
        slots[j] = (double) i;
    }
    Tensor places = given(between(0, 1) ? ACL_INT32 : ACL_INT64, DIMS(tokens), slots);
    for (i64 i = 0; i < k.count; i++) {
        const i64 to = (i64) slots[i / (shared * size)] * shared * size + i % (shared * size);
        k_cache.values[to] = k.values[i];
        v_cache.values[to] = v.values[i];
    }
    RUN(aclnnScatterPaKvCache, k.tensor, k_cache.tensor, places.tensor, v.tensor, v_cache.tensor, NULL, NULL, NULL, "Norm", "None", NULL, NULL);
    expect(&k_cache, 0, 0);
    expect(&v_cache, 0, 0);
    drop(&k);
    drop(&v);
    drop(&k_cache);
    drop(&v_cache);
    drop(&places);
}

int main(int argc, char **argv) {
    setenv("HEARTH_STANDIN_TND", "new", 1);
    start(argc, argv);
    mask = triangle(ACL_UINT8, false);
    for (int round = 0; round < 40; round++) {
        paged();
        unpaged();
        cache_write();
    }
    refusals();
    return finished();
}
