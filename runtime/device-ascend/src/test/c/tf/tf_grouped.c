/*
 * aclnnGroupedMatmul, V4 and V5: one product for each group of rows (groupType 0), for each group of what is summed over (2), or
 * for each pair of tensors (-1). Rows of no group are not written.
 */
#include "standin.h"
#include "tf_product.h"

#define CHECK(condition, ...) STANDIN_CHECK(condition, ACLNN_ERR_PARAM_INVALID, __VA_ARGS__)
#define KERNEL(condition, ...) STANDIN_CHECK(condition, ACLNN_ERR_INNER_FIND_KERNEL_ERROR, __VA_ARGS__)
#define TRY(step)                      \
    do {                               \
        aclnnStatus status_ = (step);  \
        if (status_ != ACLNN_SUCCESS) { \
            return status_;            \
        }                              \
    } while (0)

enum { MOST_GROUPS = 1024, MOST_TENSORS = 128, WIDEST = 65536, PAIRS = -1, ROWS = 0, SUMS = 2 };

#define LISTS_V1(A)                                                                                              \
    A(INS, x) A(INS, weight) A(INS_OR_NULL, biasOptional) A(INS_OR_NULL, scaleOptional) A(INS_OR_NULL, offsetOptional) \
    A(INS_OR_NULL, antiquantScaleOptional) A(INS_OR_NULL, antiquantOffsetOptional)
#define LISTS_V4(A)                                                                                              \
    LISTS_V1(A) A(INS_OR_NULL, perTokenScaleOptional) A(IN_OR_NULL, groupListOptional) A(INS_OR_NULL, activationInputOptional) \
    A(INS_OR_NULL, activationQuantScaleOptional) A(INS_OR_NULL, activationQuantOffsetOptional)
#define OUTPUTS_V4(A) A(OUTS, out) A(OUTS_OR_NULL, activationFeatureOutOptional) A(OUTS_OR_NULL, dynQuantScaleOutOptional)

#define V1(A) LISTS_V1(A) A(INTS_OR_NULL, groupListOptional) A(I64, splitItem) A(OUTS, y)
#define V4(A) LISTS_V4(A) A(I64, splitItem) A(I64, groupType) A(I64, groupListType) A(I64, actType) OUTPUTS_V4(A)
#define V5(A) \
    LISTS_V4(A) A(I64, splitItem) A(I64, groupType) A(I64, groupListType) A(I64, actType) A(INTS_OR_NULL, tuningConfigOptional) OUTPUTS_V4(A)

struct grouped {
    const aclTensorList *x, *weight, *bias, *out;
    const aclIntArray *host_groups;
    const aclTensor *groups;
    const char *unserved;
    int64_t split, type, list_type, activation;
};

/* ---- checks ------------------------------------------------------------------------------------------------------------- */

static aclnnStatus check_types(const struct grouped *g) {
    KERNEL(!g->unserved, "the stand-in takes no %s", g->unserved);
    KERNEL(g->activation == 0, "the stand-in has actType 0, not %lld", (long long) g->activation);
    CHECK(g->x->size > 0 && g->weight->size > 0 && g->out->size > 0, "x, weight and y must not be empty lists");
    CHECK(g->x->size <= MOST_TENSORS && g->weight->size <= MOST_TENSORS, "more than 128 tensors in a list");
    const aclDataType type = g->x->tensors[0]->type;
    CHECK(type == ACL_FLOAT16 || type == ACL_BF16 || type == ACL_FLOAT, "x may be FLOAT16, BFLOAT16 or FLOAT without quantisation, not %s",
          standin_type_name(type));
    const aclTensorList *lists[] = {g->x, g->weight, g->out};
    for (int i = 0; i < 3; i++) {
        for (uint64_t j = 0; j < lists[i]->size; j++) {
            CHECK(lists[i]->tensors[j]->type == type, "x, weight and y must have one type, not %s beside %s",
                  standin_type_name(lists[i]->tensors[j]->type), standin_type_name(type));
            CHECK(lists[i]->tensors[j]->format == ACL_FORMAT_ND, "the stand-in groups ND tensors only");
        }
    }
    for (uint64_t j = 0; g->bias && j < g->bias->size; j++) {
        const aclDataType wanted = type == ACL_FLOAT16 ? ACL_FLOAT16 : ACL_FLOAT;
        CHECK(g->bias->tensors[j]->type == wanted, "bias is %s: with x of %s it must be %s", standin_type_name(g->bias->tensors[j]->type),
              standin_type_name(type), standin_type_name(wanted));
    }
    return ACLNN_SUCCESS;
}

static int64_t group_count(const struct grouped *g) {
    return g->host_groups ? (int64_t) g->host_groups->size : g->groups ? g->groups->dims[0] : 0;
}

static aclnnStatus check_groups(const struct grouped *g) {
    CHECK(g->list_type == 0 || g->list_type == 1 || g->list_type == 2, "groupListType must be 0, 1 or 2, not %lld", (long long) g->list_type);
    KERNEL(g->list_type != 2, "the stand-in has groupListType 0 and 1");
    if (g->type == PAIRS) {
        CHECK(!g->groups && !g->host_groups, "groupType -1 takes no group list");
        return ACLNN_SUCCESS;
    }
    CHECK(g->groups || g->host_groups, "groupType %lld needs a group list", (long long) g->type);
    CHECK(!g->groups || (g->groups->type == ACL_INT64 && g->groups->rank == 1), "groupList must be INT64 with 1 dimension, not %s of %s",
          g->groups ? standin_shape(g->groups) : "", g->groups ? standin_type_name(g->groups->type) : "");
    CHECK(group_count(g) >= 1 && group_count(g) <= MOST_GROUPS, "groupList has %lld groups: 1 to 1024 can be", (long long) group_count(g));
    return ACLNN_SUCCESS;
}

/* The matrix of a group: of the list, or a slice of the one tensor of rank 3. */
static const aclTensor *matrix(const aclTensorList *list, int64_t group, int64_t *first, int64_t *row, int64_t *column) {
    const aclTensor *t = list->tensors[list->size == 1 ? 0 : group];
    *first = t->rank == 3 ? group * t->strides[0] : 0;
    *row = t->strides[t->rank - 2];
    *column = t->strides[t->rank - 1];
    return t;
}

static aclnnStatus check_product(const struct grouped *g, int64_t group) {
    int64_t ignored[3];
    const aclTensor *x = g->x->tensors[g->x->size == 1 ? 0 : group], *y = g->out->tensors[g->out->size == 1 ? 0 : group];
    const aclTensor *w = matrix(g->weight, group, &ignored[0], &ignored[1], &ignored[2]);
    CHECK(x->rank == 2, "x must have 2 dimensions, not %s", standin_shape(x));
    CHECK(standin_contiguous(w) || standin_transposed(w), "weight %s may be transposed but not strided", standin_shape(w));
    const int64_t m = x->dims[0], k = x->dims[1], n = w->dims[w->rank - 1];
    CHECK(w->dims[w->rank - 2] == k, "x %s and weight %s do not go together", standin_shape(x), standin_shape(w));
    const bool slices = g->type == SUMS;
    CHECK(y->rank == (slices ? 3 : 2) && y->dims[y->rank - 2] == m && y->dims[y->rank - 1] == n && (!slices || y->dims[0] == group_count(g)),
          "y %s is not the product of x %s and weight %s", standin_shape(y), standin_shape(x), standin_shape(w));
    CHECK(standin_contiguous(y), "y must be contiguous");
    const bool turned = !standin_contiguous(w);
    CHECK((standin_contiguous(x) ? k : m) < WIDEST && (turned ? k : n) < WIDEST, "the inner axes of x %s and weight %s must be below 65536",
          standin_shape(x), standin_shape(w));
    for (uint64_t j = 0; g->bias && j < g->bias->size; j++) {
        const aclTensor *b = g->bias->tensors[j];
        CHECK(b->dims[b->rank - 1] == n && (g->bias->size > 1 || g->type == PAIRS ? b->rank == 1 : b->rank == 2 && b->dims[0] == group_count(g)),
              "bias %s does not go with weight %s", standin_shape(b), standin_shape(w));
    }
    return ACLNN_SUCCESS;
}

static aclnnStatus check(const struct grouped *g, struct standin_call *call) {
    TRY(check_types(g));
    CHECK(g->type == PAIRS || g->type == ROWS || g->type == SUMS, "groupType must be -1, 0 or 2, not %lld", (long long) g->type);
    CHECK(g->split >= 0 && g->split <= 3, "splitItem must be 0 to 3, not %lld", (long long) g->split);
    CHECK((g->split < 2) == (g->type == PAIRS), "splitItem %lld and groupType %lld do not go together", (long long) g->split, (long long) g->type);
    TRY(check_groups(g));
    const aclTensor *w = g->weight->tensors[0];
    int64_t products = (int64_t) g->weight->size;
    if (g->type == ROWS) {
        CHECK(g->x->size == 1 && g->out->size == 1, "groups of rows take one x and one y");
        CHECK(standin_contiguous(g->x->tensors[0]), "x cannot be transposed with groupType 0");
        products = g->weight->size == 1 ? w->dims[0] : products;
        CHECK(w->rank == (g->weight->size == 1 ? 3 : 2), "weight must be [E, K, N] or a list of [K, N], not %s", standin_shape(w));
        CHECK(products == group_count(g), "weight has %lld matrices and groupList %lld groups", (long long) products, (long long) group_count(g));
    } else if (g->type == SUMS) {
        CHECK(g->x->size == 1 && g->out->size == 1 && g->weight->size == 1 && w->rank == 2, "groups of sums take one x, one weight of 2 dimensions and one y");
        CHECK(standin_transposed(g->x->tensors[0]), "x must be transposed with groupType 2");
        CHECK(standin_contiguous(w), "weight cannot be transposed with groupType 2");
        CHECK(!g->bias || g->bias->size == 0, "groups of sums take no bias");
        products = 1;
    } else {
        CHECK(g->x->size == g->weight->size && g->out->size == g->weight->size, "x, weight and y must be lists of one length");
    }
    for (int64_t i = 0; i < products && (g->weight->size > 1 || i == 0); i++) {
        TRY(check_product(g, i));
    }
    call->workspace = 16384;
    return ACLNN_SUCCESS;
}

/* ---- computation --------------------------------------------------------------------------------------------------------- */

/* Where groups begin, with one entry more for the last one's end; NULL if they do not fit into `most` rows. */
static int64_t *bounds(const struct grouped *g, int64_t most, struct standin_call *call) {
    const int64_t n = group_count(g);
    int64_t *at = standin_memory((size_t) (n + 1) * sizeof *at);
    for (int64_t i = 0; i < n; i++) {
        const int64_t value = g->host_groups ? g->host_groups->values[i] : standin_get_int(g->groups, i * g->groups->strides[0]);
        at[i + 1] = g->list_type == 1 ? at[i] + value : value;
        if (at[i + 1] < at[i] || at[i + 1] > most) {
            standin_fail(call, ACL_ERROR_RT_AICORE_EXCEPTION, "group %lld goes from %lld to %lld of %lld rows", (long long) i,
                         (long long) at[i], (long long) at[i + 1], (long long) most);
            free(at);
            return NULL;
        }
    }
    return at;
}

/* A dense f32 copy of rows x columns elements from one that may be transposed. */
static float *dense(const aclTensor *t, int64_t first, int64_t rows, int64_t columns, int64_t row, int64_t column) {
    float *to = standin_memory((size_t) (rows * columns + 1) * sizeof *to);
    if (column == 1) {
        for (int64_t i = 0; i < rows; i++) {
            standin_widen(to + i * columns, standin_at(t, first + i * row), t->type, columns);
        }
    } else if (row == 1) {
        float *line = standin_memory((size_t) (rows * columns + 1) * sizeof *line);
        for (int64_t j = 0; j < columns; j++) {
            standin_widen(line + j * rows, standin_at(t, first + j * column), t->type, rows);
        }
        tf_transpose(line, columns, rows, rows, to, columns);
        free(line);
    } else {
        for (int64_t i = 0; i < rows * columns; i++) {
            to[i] = (float) standin_get(t, first + i / columns * row + i % columns * column);
        }
    }
    return to;
}

static void add_bias(const struct grouped *g, int64_t group, float *y, int64_t rows, int64_t columns) {
    if (!g->bias || g->bias->size == 0) {
        return;
    }
    const aclTensor *b = g->bias->tensors[g->bias->size == 1 ? 0 : group];
    for (int64_t i = 0; i < rows * columns; i++) {
        y[i] += (float) standin_get(b, (b->rank == 2 ? group * b->strides[0] : 0) + i % columns * b->strides[b->rank - 1]);
    }
}

/* Rows of x from `from` to before `to`, times the group's matrix. */
static void rows_times_matrix(const struct grouped *g, int64_t group, int64_t from, int64_t to) {
    int64_t first, row, column;
    const aclTensor *x = g->x->tensors[g->x->size == 1 ? 0 : group], *y = g->out->tensors[g->out->size == 1 ? 0 : group];
    const aclTensor *w = matrix(g->weight, group, &first, &row, &column);
    const int64_t k = x->dims[1], n = w->dims[w->rank - 1];
    if (to <= from) {
        return;
    }
    float *a = dense(x, from * x->strides[0], to - from, k, x->strides[0], x->strides[1]), *b = dense(w, first, k, n, row, column);
    float *c = standin_memory((size_t) ((to - from) * n + 1) * sizeof *c);
    tf_product(to - from, n, k, a, k, b, n, c, n, false);
    add_bias(g, group, c, to - from, n);
    standin_narrow(standin_at(y, from * n), c, y->type, (to - from) * n);
    free(a);
    free(b);
    free(c);
}

/* Columns of x from `from` to before `to`, times the same rows of the weight. */
static void sums_of_group(const struct grouped *g, int64_t group, int64_t from, int64_t to) {
    const aclTensor *x = g->x->tensors[0], *w = g->weight->tensors[0], *y = g->out->tensors[0];
    const int64_t m = x->dims[0], n = w->dims[1];
    float *a = dense(x, from * x->strides[1], m, to - from, x->strides[0], x->strides[1]);
    float *b = dense(w, from * w->strides[0], to - from, n, w->strides[0], w->strides[1]);
    float *c = standin_memory((size_t) (m * n + 1) * sizeof *c);
    tf_product(m, n, to - from, a, to - from, b, n, c, n, false);
    standin_narrow(standin_at(y, group * m * n), c, y->type, m * n);
    free(a);
    free(b);
    free(c);
}

static void compute(const struct grouped *g, struct standin_call *call) {
    if (g->type == PAIRS) {
        for (int64_t i = 0; i < (int64_t) g->weight->size; i++) {
            rows_times_matrix(g, i, 0, g->x->tensors[i]->dims[0]);
        }
        return;
    }
    int64_t *at = bounds(g, g->x->tensors[0]->dims[g->type == ROWS ? 0 : 1], call);
    for (int64_t i = 0; at && i < group_count(g); i++) {
        (g->type == ROWS ? rows_times_matrix : sums_of_group)(g, i, at[i], at[i + 1]);
    }
    free(at);
}

/* ---- versions -------------------------------------------------------------------------------------------------------------- */

#define FIRST(a, field, otherwise) ((a)->field && (a)->field->size > 0 ? #field : (otherwise))
#define UNSERVED_V1(a) \
    FIRST(a, scaleOptional, FIRST(a, offsetOptional, FIRST(a, antiquantScaleOptional, FIRST(a, antiquantOffsetOptional, NULL))))
#define UNSERVED_V4(a)                                                                                          \
    FIRST(a, perTokenScaleOptional, FIRST(a, activationInputOptional, FIRST(a, activationQuantScaleOptional,     \
    FIRST(a, activationQuantOffsetOptional, FIRST(a, activationFeatureOutOptional, FIRST(a, dynQuantScaleOutOptional, UNSERVED_V1(a)))))))

/* With its group list V1 groups rows if splitItem says one y. */
#define FROM_V1(a)                                                                                               \
    (struct grouped) {                                                                                           \
        (a)->x, (a)->weight, (a)->biasOptional, (a)->y, (a)->groupListOptional, NULL, UNSERVED_V1(a), (a)->splitItem, \
        (a)->splitItem < 2 ? PAIRS : ROWS, 0, 0                                                                  \
    }
#define FROM_V4(a)                                                                                               \
    (struct grouped) {                                                                                           \
        (a)->x, (a)->weight, (a)->biasOptional, (a)->out, NULL, (a)->groupListOptional, UNSERVED_V4(a), (a)->splitItem, \
        (a)->groupType, (a)->groupListType, (a)->actType                                                         \
    }

#define VERSION(arguments, LIST, FROM)                                                             \
    STANDIN_ARGUMENTS(arguments, LIST)                                                             \
    static aclnnStatus check_##arguments(const struct arguments *a, struct standin_call *call) {   \
        const struct grouped g = FROM(a);                                                          \
        return check(&g, call);                                                                    \
    }                                                                                              \
    static void compute_##arguments(const struct arguments *a, struct standin_call *call) {        \
        const struct grouped g = FROM(a);                                                          \
        compute(&g, call);                                                                         \
    }

VERSION(grouped_v1, V1, FROM_V1)
STANDIN_OPERATOR(aclnnGroupedMatmul, grouped_v1, V1, check_grouped_v1, compute_grouped_v1, .no_310p = true)

VERSION(grouped_v4, V4, FROM_V4)
STANDIN_OPERATOR(aclnnGroupedMatmulV4, grouped_v4, V4, check_grouped_v4, compute_grouped_v4, .no_310p = true)

VERSION(grouped_v5, V5, FROM_V4)
STANDIN_OPERATOR(aclnnGroupedMatmulV5, grouped_v5, V5, check_grouped_v5, compute_grouped_v5, .no_310p = true)
STANDIN_NINE_ONLY(aclnnGroupedMatmulV5)
