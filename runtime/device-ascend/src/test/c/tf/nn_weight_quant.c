/* aclnnWeightQuantBatchMatmulV2 and V3: y = x @ ((weight + offset) * scale) + bias with a weight of 8-bit integers. */
#include "standin.h"

#define CHECK(condition, ...) STANDIN_CHECK(condition, ACLNN_ERR_PARAM_INVALID, __VA_ARGS__)
#define KERNEL(condition, ...) STANDIN_CHECK(condition, ACLNN_ERR_INNER_FIND_KERNEL_ERROR, __VA_ARGS__)

enum { LONGEST = 65535, SMALLEST_GROUP = 32 };

#define TENSORS(A)                                                                                              \
    A(IN, x) A(IN, weight) A(IN, antiquantScale) A(IN_OR_NULL, antiquantOffsetOptional) A(IN_OR_NULL, quantScaleOptional) \
    A(IN_OR_NULL, quantOffsetOptional) A(IN_OR_NULL, biasOptional) A(I32, antiquantGroupSize)
#define V2(A) TENSORS(A) A(OUT, y)
#define V3(A) TENSORS(A) A(I32, innerPrecise) A(OUT, y)
STANDIN_ARGUMENTS(quant_v2, V2)
STANDIN_ARGUMENTS(quant_v3, V3)

/* Scales: one, one a column, or one a column and group of rows. */
static bool scales_fit(const aclTensor *s, int64_t k, int64_t n, int64_t group) {
    if (group > 0) {
        const int64_t grouped[] = {(k + group - 1) / group, n};
        return standin_has_shape(s, 2, grouped);
    }
    const int64_t all[] = {1}, columns[] = {n}, row[] = {1, n};
    return standin_has_shape(s, 1, all) || standin_has_shape(s, 1, columns) || standin_has_shape(s, 2, row);
}

static aclnnStatus check_quant_v2(const struct quant_v2 *a, struct standin_call *call) {
    const aclDataType type = a->x->type;
    CHECK(type == ACL_FLOAT16 || type == ACL_BF16, "x may be FLOAT16 or BFLOAT16, not %s", standin_type_name(type));
    KERNEL(a->weight->type != ACL_INT4 && a->weight->type != ACL_INT32, "the stand-in has no weights of 4 bits");
    CHECK(a->weight->type == ACL_INT8, "weight may be INT8, INT4 or INT32, not %s", standin_type_name(a->weight->type));
    KERNEL(!a->quantScaleOptional && !a->quantOffsetOptional, "the stand-in does not quantise y");
    CHECK(a->x->rank == 2 && a->weight->rank == 2 && a->y->rank == 2, "x %s, weight %s and y %s must have 2 dimensions", standin_shape(a->x),
          standin_shape(a->weight), standin_shape(a->y));
    const int64_t m = a->x->dims[0], k = a->x->dims[1], n = a->weight->dims[1], group = a->antiquantGroupSize;
    CHECK(a->weight->dims[0] == k && a->y->dims[0] == m && a->y->dims[1] == n && a->y->type == type, "x %s, weight %s and y %s of %s do not go together",
          standin_shape(a->x), standin_shape(a->weight), standin_shape(a->y), standin_type_name(a->y->type));
    CHECK(k >= 1 && k <= LONGEST && n >= 1 && n <= LONGEST, "k %lld and n %lld must be 1 to 65535", (long long) k, (long long) n);
    CHECK(standin_contiguous(a->weight) || standin_transposed(a->weight), "weight may be transposed but not strided");
    CHECK(group == 0 || (group % SMALLEST_GROUP == 0 && group >= SMALLEST_GROUP && group <= k - 1),
          "antiquantGroupSize must be 0 or a multiple of 32 from 32 to k - 1, not %lld", (long long) group);
    KERNEL(group == 0 || call->family != STANDIN_310P, "this card has no groups of scales");
    CHECK(a->antiquantScale->type == type && scales_fit(a->antiquantScale, k, n, group), "antiquantScale %s of %s does not go with k %lld, n %lld and groups of %lld",
          standin_shape(a->antiquantScale), standin_type_name(a->antiquantScale->type), (long long) k, (long long) n, (long long) group);
    CHECK(!a->antiquantOffsetOptional || (a->antiquantOffsetOptional->type == type && standin_same_shape(a->antiquantOffsetOptional, a->antiquantScale)),
          "antiquantOffset must be like antiquantScale");
    const aclTensor *bias = a->biasOptional;
    CHECK(!bias || bias->type == (type == ACL_BF16 ? ACL_FLOAT : ACL_FLOAT16), "bias is %s: with x of %s it must be %s",
          bias ? standin_type_name(bias->type) : "", standin_type_name(type), type == ACL_BF16 ? "FLOAT" : "FLOAT16");
    CHECK(!bias || (standin_count(bias) == n && bias->rank <= 2), "bias %s has not %lld columns", bias ? standin_shape(bias) : "", (long long) n);
    call->not_repeatable = !standin_contiguous(a->x);
    call->workspace = 32768;
    return ACLNN_SUCCESS;
}

static void compute_quant_v2(const struct quant_v2 *a, struct standin_call *call) {
    (void) call;
    const int64_t m = a->x->dims[0], k = a->x->dims[1], n = a->weight->dims[1], group = a->antiquantGroupSize;
    const int64_t scales = standin_count(a->antiquantScale);
    float *x = standin_floats(a->x), *w = standin_floats(a->weight), *scale = standin_floats(a->antiquantScale);
    float *offset = a->antiquantOffsetOptional ? standin_floats(a->antiquantOffsetOptional) : NULL;
    for (int64_t i = 0; i < k * n; i++) {
        const int64_t at = scales == 1 ? 0 : group ? i / n / group * n + i % n : i % n;
        w[i] = standin_rounded((w[i] + (offset ? offset[at] : 0)) * scale[at], a->x->type);
    }
    float *y = standin_memory((size_t) (m * n + 1) * sizeof *y);
    standin_matmul(y, x, w, m, n, k, false);
    if (a->biasOptional) {
        float *bias = standin_floats(a->biasOptional);
        for (int64_t i = 0; i < m * n; i++) {
            y[i] += bias[i % n];
        }
        free(bias);
    }
    standin_store_floats(a->y, y);
    free(x);
    free(w);
    free(scale);
    free(offset);
    free(y);
}

STANDIN_OPERATOR(aclnnWeightQuantBatchMatmulV2, quant_v2, V2, check_quant_v2, compute_quant_v2)

static struct quant_v2 second(const struct quant_v3 *a) {
    return (struct quant_v2) {a->x, a->weight, a->antiquantScale, a->antiquantOffsetOptional, a->quantScaleOptional, a->quantOffsetOptional,
                              a->biasOptional, a->antiquantGroupSize, a->y};
}

static aclnnStatus check_quant_v3(const struct quant_v3 *a, struct standin_call *call) {
    const struct quant_v2 v2 = second(a);
    CHECK(a->innerPrecise == 0 || a->innerPrecise == 1, "innerPrecise must be 0 or 1, not %d", a->innerPrecise);
    return check_quant_v2(&v2, call);
}

static void compute_quant_v3(const struct quant_v3 *a, struct standin_call *call) {
    const struct quant_v2 v2 = second(a);
    compute_quant_v2(&v2, call);
}

STANDIN_OPERATOR(aclnnWeightQuantBatchMatmulV3, quant_v3, V3, check_quant_v3, compute_quant_v3, .no_310p = true)
