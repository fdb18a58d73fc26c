/* aclnnScatterPaKvCache: keys and values of tokens go to the slots of a paged cache. */
#include "standin.h"

#define CHECK(condition, ...) STANDIN_CHECK(condition, ACLNN_ERR_PARAM_INVALID, __VA_ARGS__)
#define KERNEL(condition, ...) STANDIN_CHECK(condition, ACLNN_ERR_INNER_FIND_KERNEL_ERROR, __VA_ARGS__)

#define SCATTER(A)                                                                                               \
    A(IN, key) A(INOUT, keyCacheRef) A(IN, slotMapping) A(IN, value) A(INOUT, valueCacheRef)                      \
    A(IN_OR_NULL, compressLensOptional) A(IN_OR_NULL, compressSeqOffsetOptional) A(IN_OR_NULL, seqLensOptional)   \
    A(TEXT_OR_NULL, cacheModeOptional) A(TEXT_OR_NULL, scatterModeOptional) A(INTS_OR_NULL, stridesOptional)      \
    A(INTS_OR_NULL, offsetsOptional)
STANDIN_ARGUMENTS(scatter, SCATTER)

static bool all_are(const aclIntArray *array, int64_t value) {
    for (uint64_t i = 0; array && i < array->size; i++) {
        if (array->values[i] != value) {
            return false;
        }
    }
    return true;
}

static aclnnStatus check_cache(const aclTensor *rows, const aclTensor *cache, const char *name) {
    CHECK(rows->rank == 3, "%s must be [tokens, heads, size], not %s", name, standin_shape(rows));
    CHECK(cache->type == rows->type, "%s is %s, its cache %s", name, standin_type_name(rows->type), standin_type_name(cache->type));
    CHECK(cache->rank == 4 && cache->dims[2] == rows->dims[1] && cache->dims[3] == rows->dims[2],
          "the cache of %s must be [blocks, blockSize, heads, size], not %s", name, standin_shape(cache));
    CHECK(standin_contiguous(cache), "the cache of %s must be contiguous", name);
    return ACLNN_SUCCESS;
}

static aclnnStatus check_scatter(const struct scatter *a, struct standin_call *call) {
    const char *mode = a->cacheModeOptional, *way = a->scatterModeOptional;
    CHECK(a->key->type == ACL_FLOAT16 || a->key->type == ACL_BF16 || a->key->type == ACL_INT8, "key may be FLOAT16, BFLOAT16 or INT8, not %s",
          standin_type_name(a->key->type));
    KERNEL(!a->compressLensOptional && !a->compressSeqOffsetOptional && !a->seqLensOptional, "the stand-in compresses nothing");
    KERNEL(!mode || !*mode || strcmp(mode, "Norm") == 0, "the stand-in has cacheMode \"Norm\", not \"%s\"", mode);
    KERNEL(!way || !*way || strcmp(way, "None") == 0, "the stand-in has scatterMode \"None\", not \"%s\"", way);
    KERNEL(all_are(a->stridesOptional, 1) && all_are(a->offsetsOptional, 0), "the stand-in has strides of 1 and offsets of 0");
    aclnnStatus status = check_cache(a->key, a->keyCacheRef, "key");
    if (status == ACLNN_SUCCESS) {
        status = check_cache(a->value, a->valueCacheRef, "value");
    }
    if (status != ACLNN_SUCCESS) {
        return status;
    }
    CHECK(a->value->type == a->key->type && a->value->dims[0] == a->key->dims[0] && a->value->dims[1] == a->key->dims[1],
          "value %s does not go with key %s", standin_shape(a->value), standin_shape(a->key));
    CHECK(a->valueCacheRef->dims[0] == a->keyCacheRef->dims[0] && a->valueCacheRef->dims[1] == a->keyCacheRef->dims[1],
          "the caches have other blocks: %s and %s", standin_shape(a->keyCacheRef), standin_shape(a->valueCacheRef));
    CHECK(a->slotMapping->type == ACL_INT32 || a->slotMapping->type == ACL_INT64, "slotMapping may be INT32 or INT64, not %s",
          standin_type_name(a->slotMapping->type));
    CHECK(a->slotMapping->rank == 1 && a->slotMapping->dims[0] == a->key->dims[0], "slotMapping must be [%lld], not %s",
          (long long) a->key->dims[0], standin_shape(a->slotMapping));
    call->not_repeatable = !standin_contiguous(a->key) || !standin_contiguous(a->value);
    return ACLNN_SUCCESS;
}

static void put(const aclTensor *rows, const aclTensor *cache, int64_t token, int64_t slot) {
    const size_t bytes = standin_size(rows->type);
    for (int64_t h = 0; h < rows->dims[1]; h++) {
        for (int64_t d = 0; d < rows->dims[2]; d++) {
            memcpy(standin_at(cache, (slot * rows->dims[1] + h) * rows->dims[2] + d),
                   standin_at(rows, token * rows->strides[0] + h * rows->strides[1] + d * rows->strides[2]), bytes);
        }
    }
}

/* A card writes wherever a wrong slot points, and in no order; here the stream fails. */
static void compute_scatter(const struct scatter *a, struct standin_call *call) {
    const int64_t tokens = a->key->dims[0], slots = a->keyCacheRef->dims[0] * a->keyCacheRef->dims[1];
    int64_t *slot = standin_integers(a->slotMapping);
    uint8_t *taken = standin_memory((size_t) slots + 1);
    for (int64_t t = 0; t < tokens; t++) {
        if (slot[t] < 0 || slot[t] >= slots || taken[slot[t]]) {
            standin_fail(call, ACL_ERROR_RT_AICORE_EXCEPTION, "slotMapping[%lld] is %lld, which %s", (long long) t, (long long) slot[t],
                         slot[t] < 0 || slot[t] >= slots ? "the cache has not" : "another token has");
            break;
        }
        taken[slot[t]] = 1;
        put(a->key, a->keyCacheRef, t, slot[t]);
        put(a->value, a->valueCacheRef, t, slot[t]);
    }
    free(slot);
    free(taken);
}

STANDIN_OPERATOR(aclnnScatterPaKvCache, scatter, SCATTER, check_scatter, compute_scatter, .no_310p = true)
STANDIN_NINE_ONLY(aclnnScatterPaKvCache)
