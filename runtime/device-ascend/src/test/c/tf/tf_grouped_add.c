/* aclnnGroupedMatmulAdd: y += xT * weight for each group of rows, in f32: what weight gradients are added up with. */
#include "standin.h"
#include "tf_product.h"

#define CHECK(condition, ...) STANDIN_CHECK(condition, ACLNN_ERR_PARAM_INVALID, __VA_ARGS__)
#define TILING(condition, ...) STANDIN_CHECK(condition, ACLNN_ERR_INNER_TILING_ERROR, __VA_ARGS__)

#define GROUPED_ADD(A) \
    A(IN, x) A(IN, weight) A(IN, groupList) A(INOUT, yRef) A(BOOLEAN, transposeX) A(BOOLEAN, transposeWeight) A(I64, groupType)
STANDIN_ARGUMENTS(grouped_add, GROUPED_ADD)

static aclnnStatus check_grouped_add(const struct grouped_add *a, struct standin_call *call) {
    CHECK(a->x->type == ACL_FLOAT16 || a->x->type == ACL_BF16, "x may be FLOAT16 or BFLOAT16, not %s", standin_type_name(a->x->type));
    CHECK(a->weight->type == a->x->type, "weight is %s, x %s", standin_type_name(a->weight->type), standin_type_name(a->x->type));
    CHECK(a->groupList->type == ACL_INT64, "groupList must be INT64, not %s", standin_type_name(a->groupList->type));
    CHECK(a->yRef->type == ACL_FLOAT, "yRef must be FLOAT, not %s", standin_type_name(a->yRef->type));
    TILING(a->x->rank == 2 && a->weight->rank == 2 && a->groupList->rank == 1, "x %s, weight %s and groupList %s must have 2, 2 and 1 dimensions",
           standin_shape(a->x), standin_shape(a->weight), standin_shape(a->groupList));
    TILING(a->transposeX && !a->transposeWeight && a->groupType == 2, "transposeX must be set, transposeWeight not, and groupType 2");
    TILING(a->x->dims[0] == a->weight->dims[0], "x %s and weight %s have not the same rows", standin_shape(a->x), standin_shape(a->weight));
    const int64_t groups = a->groupList->dims[0], m = a->x->dims[1], n = a->weight->dims[1];
    const int64_t flat[] = {groups * m, n}, sliced[] = {groups, m, n};
    CHECK(groups > 0 && (standin_has_shape(a->yRef, 2, flat) || standin_has_shape(a->yRef, 3, sliced)), "yRef must be [%lld, %lld], not %s",
          (long long) flat[0], (long long) n, standin_shape(a->yRef));
    CHECK(standin_contiguous(a->yRef), "yRef must be contiguous");
    call->not_repeatable = !standin_contiguous(a->x) || !standin_contiguous(a->weight);
    call->workspace = 65536;
    return ACLNN_SUCCESS;
}

static void compute_grouped_add(const struct grouped_add *a, struct standin_call *call) {
    const int64_t rows = a->x->dims[0], m = a->x->dims[1], n = a->weight->dims[1];
    int64_t *ends = standin_integers(a->groupList);
    float *x = standin_floats(a->x), *across = standin_memory((size_t) (rows * m + 1) * sizeof *across), *w = standin_floats(a->weight);
    tf_transpose(x, rows, m, m, across, rows);
    for (int64_t i = 0; i < a->groupList->dims[0]; i++) {
        const int64_t from = i ? ends[i - 1] : 0, to = ends[i];
        if (to < from || to > rows) {
            standin_fail(call, ACL_ERROR_RT_AICORE_EXCEPTION, "group %lld goes from %lld to %lld of %lld rows", (long long) i,
                         (long long) from, (long long) to, (long long) rows);
            break;
        }
        if (to > from) {
            tf_product(m, n, to - from, across + from, rows, w + from * n, n, standin_at(a->yRef, i * m * n), n, true);
        }
    }
    free(ends);
    free(x);
    free(across);
    free(w);
}

STANDIN_OPERATOR(aclnnGroupedMatmulAdd, grouped_add, GROUPED_ADD, check_grouped_add, compute_grouped_add, .no_310p = true)
