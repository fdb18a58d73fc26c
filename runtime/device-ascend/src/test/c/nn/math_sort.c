/* The largest element, the k largest, and sorted lines: of equal elements the one with the lower index comes first; a NaN is the largest. */
#include "operand.h"

#include <math.h>

typedef struct {
    double key; /* larger keys come first */
    int64_t index;
} Item;

static bool before(const Item *a, const Item *b) { return a->key > b->key || (a->key == b->key && a->index < b->index); }

static int compare(const void *a, const void *b) { return before(a, b) ? -1 : before(b, a) ? 1 : 0; }

/* Keeps the first k of n items, sorted, in front: a heap whose root is the last of those kept. */
static void select_first(Item *items, int64_t n, int64_t k) {
    if (k * 8 > n) {
        qsort(items, (size_t) n, sizeof *items, compare);
        return;
    }
    for (int64_t i = 0; i < n && k > 0; i++) {
        int64_t at;
        if (i < k) { /* grows */
            Item item = items[i];
            for (at = i; at > 0 && before(&items[(at - 1) / 2], &item); at = (at - 1) / 2) {
                items[at] = items[(at - 1) / 2];
            }
            items[at] = item;
        } else if (before(&items[i], &items[0])) { /* replaces the root */
            Item item = items[i];
            at = 0;
            for (int64_t child = 1; child < k; child = 2 * at + 1) {
                child += child + 1 < k && before(&items[child], &items[child + 1]);
                if (!before(&item, &items[child])) {
                    break;
                }
                items[at] = items[child];
                at = child;
            }
            items[at] = item;
        }
    }
    qsort(items, (size_t) k, sizeof *items, compare);
}

/* Of each line along the axis: the first k in order; values (same type, or NULL) and indices. */
static void order_lines(const aclTensor *self, int axis, int64_t k, bool descending, const aclTensor *values, const aclTensor *indices) {
    NnView from = nn_view(self), to = values == NULL ? from : nn_view(values), place = nn_view(indices);
    NnView views[] = {nn_without_axis(&from, axis), nn_without_axis(&to, axis), nn_without_axis(&place, axis)};
    int64_t n = from.rank == 0 ? 1 : from.shape[axis], step = from.rank == 0 ? 1 : from.stride[axis], size = nn_size(from.type);
    int64_t value_step = to.rank == 0 ? 1 : to.stride[axis], index_step = place.rank == 0 ? 1 : place.stride[axis];
    Item *items = standin_memory((size_t) (n + 1) * sizeof *items);
    double *line = standin_memory((size_t) (n + 1) * sizeof *line);
    NnLoop loop;
    char *at[NN_OPERANDS];
    nn_loop(&loop, views[0].rank, views[0].shape, 3, (const NnView *[]) {&views[0], &views[1], &views[2]});
    for (int64_t i = 0; i < loop.rows * loop.row && n > 0; i++) {
        nn_loop_row(&loop, i / loop.row, at);
        int64_t column = i % loop.row;
        const char *source = at[0] + column * loop.step[0] * size;
        nn_load_d(source, from.type, step, n, line);
        for (int64_t j = 0; j < n; j++) {
            double key = isnan(line[j]) ? INFINITY : line[j];
            items[j] = (Item) {descending ? key : -key, j};
        }
        select_first(items, n, k);
        for (int64_t j = 0; j < k; j++) {
            if (values != NULL) {
                char *value = at[1] + (column * loop.step[1] + j * value_step) * size;
                memcpy(value, source + items[j].index * step * size, (size_t) size);
            }
            nn_store_i(items[j].index, at[2] + (column * loop.step[2] + j * index_step) * loop.size[2], indices->type);
        }
    }
    free(items);
    free(line);
}

/* ---- topk ------------------------------------------------------------------------------------------------------------- */

#define TOPK(A) A(IN, self) A(I64, k) A(I64, dim) A(BOOLEAN, largest) A(BOOLEAN, sorted) A(OUT, valuesOut) A(OUT, indicesOut)
STANDIN_ARGUMENTS(topk, TOPK)

static aclnnStatus check_topk(const struct topk *a, struct standin_call *call) {
    NN_TRY(nn_check_type(a->self, "self", NN_FLOATS | NN_INTEGERS));
    NN_TRY(nn_check_rank(a->self, "self", 1, 8));
    NN_TRY(nn_check_dim(a->dim, a->self, "self"));
    NN_TRY(nn_check_same_type(a->self, "self", a->valuesOut, "valuesOut"));
    STANDIN_CHECK(a->indicesOut->type == ACL_INT64, ACLNN_ERR_PARAM_INVALID, "indicesOut must be INT64, not %s",
                  standin_type_name(a->indicesOut->type));
    int axis = nn_axis(a->dim, a->self->rank);
    STANDIN_CHECK(a->k >= 0 && a->k <= a->self->dims[axis], ACLNN_ERR_PARAM_INVALID, "k is %lld for self %s", (long long) a->k,
                  standin_shape(a->self));
    STANDIN_CHECK(a->sorted, ACLNN_ERR_PARAM_INVALID, "sorted must be true");
    int64_t dims[STANDIN_DIMS];
    memcpy(dims, a->self->dims, sizeof dims);
    dims[axis] = a->k;
    NN_TRY(nn_check_shape(a->valuesOut, "valuesOut", a->self->rank, dims));
    nn_note_copies(call, a->self);
    call->workspace = 16 * 1024;
    return nn_check_shape(a->indicesOut, "indicesOut", a->self->rank, dims);
}

static void compute_topk(const struct topk *a, struct standin_call *call) {
    (void) call;
    order_lines(a->self, nn_axis(a->dim, a->self->rank), a->k, a->largest, a->valuesOut, a->indicesOut);
}

STANDIN_OPERATOR(aclnnTopk, topk, TOPK, check_topk, compute_topk)

/* ---- sort ------------------------------------------------------------------------------------------------------------- */

static aclnnStatus check_sorted(const aclTensor *self, int64_t dim, const aclTensor *values, const aclTensor *indices, struct standin_call *call) {
    NN_TRY(nn_check_type(self, "self", NN_NARROW | NN_INTEGERS | NN_BOOLS));
    NN_TRY(nn_check_rank(self, "self", 1, 8));
    NN_TRY(nn_check_dim(dim, self, "self"));
    if (values != NULL) {
        NN_TRY(nn_check_same_type(self, "self", values, "valuesOut"));
        NN_TRY(nn_check_same_shape(self, "self", values, "valuesOut"));
    }
    STANDIN_CHECK(indices->type == ACL_INT64, ACLNN_ERR_PARAM_INVALID, "indicesOut must be INT64, not %s", standin_type_name(indices->type));
    STANDIN_CHECK(self->type != ACL_BF16 || self->dims[nn_axis(dim, self->rank)] != 1, ACLNN_ERR_PARAM_INVALID,
                  "BF16 self %s cannot be sorted along an axis of 1", standin_shape(self));
    nn_note_copies(call, self);
    call->workspace = 16 * 1024;
    return nn_check_same_shape(self, "self", indices, "indicesOut");
}

static void compute_sorted(const aclTensor *self, int64_t dim, bool descending, const aclTensor *values, const aclTensor *indices) {
    int axis = nn_axis(dim, self->rank);
    order_lines(self, axis, self->dims[axis], descending, values, indices);
}

#define SORT(A) A(IN, self) A(BOOLEAN, stable) A(I64, dim) A(BOOLEAN, descending) A(OUT, valuesOut) A(OUT, indicesOut)
STANDIN_ARGUMENTS(sort, SORT)

static aclnnStatus check_sort(const struct sort *a, struct standin_call *call) {
    return check_sorted(a->self, a->dim, a->valuesOut, a->indicesOut, call);
}

static void compute_sort(const struct sort *a, struct standin_call *call) {
    (void) call;
    compute_sorted(a->self, a->dim, a->descending, a->valuesOut, a->indicesOut);
}

STANDIN_OPERATOR(aclnnSort, sort, SORT, check_sort, compute_sort)

#define ARGSORT(A) A(IN, self) A(I64, dim) A(BOOLEAN, descending) A(OUT, out)
STANDIN_ARGUMENTS(argsort, ARGSORT)

static aclnnStatus check_argsort(const struct argsort *a, struct standin_call *call) {
    return check_sorted(a->self, a->dim, NULL, a->out, call);
}

static void compute_argsort(const struct argsort *a, struct standin_call *call) {
    (void) call;
    compute_sorted(a->self, a->dim, a->descending, NULL, a->out);
}

STANDIN_OPERATOR(aclnnArgsort, argsort, ARGSORT, check_argsort, compute_argsort)

/* ---- argmax ----------------------------------------------------------------------------------------------------------- */

#define ARGMAX(A) A(IN, self) A(I64, dim) A(BOOLEAN, keepdim) A(OUT, out)
STANDIN_ARGUMENTS(argmax, ARGMAX)

static aclnnStatus check_argmax(const struct argmax *a, struct standin_call *call) {
    NN_TRY(nn_check_type(a->self, "self", NN_FLOATS | NN_INTEGERS));
    NN_TRY(nn_check_type(a->out, "out", NN_INDICES));
    NN_TRY(nn_check_dim(a->dim, a->self, "self"));
    int axis = nn_axis(a->dim, a->self->rank);
    STANDIN_CHECK(a->self->rank == 0 || a->self->dims[axis] > 0, ACLNN_ERR_PARAM_INVALID, "self %s has no elements along dim %d",
                  standin_shape(a->self), axis);
    int64_t shape[STANDIN_DIMS];
    nn_note_copies(call, a->self);
    return nn_check_shape(a->out, "out", nn_reduced_shape(a->self, 1u << axis, a->keepdim, shape), shape);
}

static void compute_argmax(const struct argmax *a, struct standin_call *call) {
    (void) call;
    int axis = nn_axis(a->dim, a->self->rank);
    aclTensor out = *a->out;
    if (out.rank < a->self->rank) { /* the axis that was removed */
        for (int i = out.rank++; i > axis; i--) {
            out.dims[i] = out.dims[i - 1];
            out.strides[i] = out.strides[i - 1];
        }
        out.dims[axis] = 1;
        out.strides[axis] = 1;
    }
    order_lines(a->self, axis, 1, true, NULL, &out);
}

STANDIN_OPERATOR(aclnnArgMax, argmax, ARGMAX, check_argmax, compute_argmax)
