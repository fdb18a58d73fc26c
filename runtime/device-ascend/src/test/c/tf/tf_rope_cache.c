/* aclnnRopeWithSinCosCache: rows of a table are looked up by position and queries and keys turned by them, out of place. */
#include "standin.h"

#define CHECK(condition, ...) STANDIN_CHECK(condition, ACLNN_ERR_PARAM_INVALID, __VA_ARGS__)

#define ROPE(A)                                                                                                 \
    A(IN, positions) A(IN, queryIn) A(IN, keyIn) A(IN, cosSinCache) A(INTS_OR_NULL, mropeSection) A(I64, headSize) \
    A(BOOLEAN, isNeoxStyle) A(OUT, queryOut) A(OUT, keyOut)
STANDIN_ARGUMENTS(rope, ROPE)

static aclnnStatus check_rope(const struct rope *a, struct standin_call *call) {
    const aclDataType type = a->queryIn->type;
    CHECK(type == ACL_FLOAT || type == ACL_FLOAT16 || type == ACL_BF16, "queryIn may be BFLOAT16, FLOAT16 or FLOAT, not %s",
          standin_type_name(type));
    const aclTensor *like[] = {a->queryIn, a->keyIn, a->queryOut, a->keyOut, a->cosSinCache};
    for (int i = 0; i < 5; i++) {
        CHECK(like[i]->type == type && like[i]->rank == 2, "queries, keys and cosSinCache must have 2 dimensions and one type, not %s of %s",
              standin_shape(like[i]), standin_type_name(like[i]->type));
    }
    CHECK(a->positions->type == ACL_INT64, "positions must be INT64, not %s", standin_type_name(a->positions->type));
    STANDIN_CHECK(a->positions->rank == 1 && (!a->mropeSection || a->mropeSection->size == 0), ACLNN_ERR_INNER_FIND_KERNEL_ERROR,
                  "the stand-in has one position a token and no mropeSection");
    const int64_t tokens = a->positions->dims[0], rotary = a->cosSinCache->dims[1], unit = type == ACL_FLOAT ? 16 : 32;
    CHECK(a->queryIn->dims[0] == tokens && a->keyIn->dims[0] == tokens, "queryIn %s and keyIn %s have not %lld tokens",
          standin_shape(a->queryIn), standin_shape(a->keyIn), (long long) tokens);
    CHECK(a->headSize > 0 && a->headSize % unit == 0 && rotary % unit == 0 && rotary <= a->headSize,
          "headSize %lld and rotaryDim %lld must be multiples of %lld", (long long) a->headSize, (long long) rotary, (long long) unit);
    CHECK(a->queryIn->dims[1] % a->headSize == 0 && a->keyIn->dims[1] % a->headSize == 0, "queryIn %s and keyIn %s do not divide into heads of %lld",
          standin_shape(a->queryIn), standin_shape(a->keyIn), (long long) a->headSize);
    CHECK(standin_same_shape(a->queryIn, a->queryOut) && standin_same_shape(a->keyIn, a->keyOut), "outputs must have their inputs' shapes");
    call->not_repeatable = !standin_contiguous(a->queryIn) || !standin_contiguous(a->keyIn);
    call->workspace = 16384;
    return ACLNN_SUCCESS;
}

static void turn(const struct rope *a, const aclTensor *in, const aclTensor *out, const int64_t *positions, const float *table) {
    const int64_t width = in->dims[1], rotary = a->cosSinCache->dims[1], half = rotary / 2;
    float *x = standin_floats(in), *y = standin_memory((size_t) (standin_count(in) + 1) * sizeof *y);
    for (int64_t i = 0; i < standin_count(in); i += a->headSize) {
        const float *row = table + positions[i / width] * rotary;
        memcpy(y + i, x + i, (size_t) a->headSize * sizeof *y);
        for (int64_t p = 0; p < half; p++) {
            const int64_t first = a->isNeoxStyle ? p : 2 * p, second = a->isNeoxStyle ? p + half : 2 * p + 1;
            y[i + first] = x[i + first] * row[p] - x[i + second] * row[half + p];
            y[i + second] = x[i + second] * row[p] + x[i + first] * row[half + p];
        }
    }
    standin_store_floats(out, y);
    free(x);
    free(y);
}

static void compute_rope(const struct rope *a, struct standin_call *call) {
    int64_t *positions = standin_integers(a->positions);
    for (int64_t i = 0; i < a->positions->dims[0]; i++) {
        if (positions[i] < 0 || positions[i] >= a->cosSinCache->dims[0]) {
            standin_fail(call, ACL_ERROR_RT_AICORE_EXCEPTION, "position %lld is beyond the table's %lld", (long long) positions[i],
                         (long long) a->cosSinCache->dims[0]);
            free(positions);
            return;
        }
    }
    float *table = standin_floats(a->cosSinCache);
    turn(a, a->queryIn, a->queryOut, positions, table);
    turn(a, a->keyIn, a->keyOut, positions, table);
    free(table);
    free(positions);
}

STANDIN_OPERATOR(aclnnRopeWithSinCosCache, rope, ROPE, check_rope, compute_rope, .no_310p = true)
