/* AdamW, norms of vectors, and operators on lists of tensors. */
#include "kernels.h"
#include "operand.h"
#include "reduce.h"

/* ---- AdamW ------------------------------------------------------------------------------------------------------------ */

#define ADAM(A)                                                                                                              \
    A(INOUT, varRef) A(INOUT, mRef) A(INOUT, vRef) A(OUT_OR_NULL, maxGradNormOptionalRef) A(IN, grad) A(IN, step)            \
    A(F32, lr) A(F32, beta1) A(F32, beta2) A(F32, weightDecay) A(F32, eps) A(BOOLEAN, amsgrad) A(BOOLEAN, maximize)
STANDIN_ARGUMENTS(adam, ADAM)

static aclnnStatus check_like(const aclTensor *t, const char *name, const aclTensor *var) {
    NN_TRY(nn_check_same_type(var, "varRef", t, name));
    return nn_check_same_shape(var, "varRef", t, name);
}

static aclnnStatus check_adam(const struct adam *a, struct standin_call *call) {
    NN_TRY(nn_check_type(a->varRef, "varRef", NN_NARROW));
    NN_TRY(nn_check_rank(a->varRef, "varRef", 1, 8));
    NN_TRY(check_like(a->mRef, "mRef", a->varRef));
    NN_TRY(check_like(a->vRef, "vRef", a->varRef));
    NN_TRY(check_like(a->grad, "grad", a->varRef));
    STANDIN_CHECK(!a->amsgrad || a->maxGradNormOptionalRef != NULL, ACLNN_ERR_PARAM_NULLPTR, "maxGradNormOptionalRef is NULL with amsgrad");
    if (a->maxGradNormOptionalRef != NULL) {
        NN_TRY(check_like(a->maxGradNormOptionalRef, "maxGradNormOptionalRef", a->varRef));
    }
    STANDIN_CHECK(a->step->type == ACL_INT64 || a->step->type == ACL_FLOAT, ACLNN_ERR_PARAM_INVALID, "step must be INT64 or FLOAT, not %s",
                  standin_type_name(a->step->type));
    STANDIN_CHECK(standin_count(a->step) == 1, ACLNN_ERR_PARAM_INVALID, "step is %s but must have one element", standin_shape(a->step));
    nn_note_copies(call, a->varRef);
    return ACLNN_SUCCESS;
}

typedef struct {
    float decay, beta1, beta2, eps, sign, rate, root; /* rate = lr / (1 - beta1^t), root = 1 / sqrt(1 - beta2^t) */
} Adam;

static void update(const Adam *s, float *p, float *m, float *v, const float *g, float *most, int64_t n) {
    for (int64_t i = 0; i < n; i++) {
        float gradient = s->sign * g[i];
        m[i] = s->beta1 * m[i] + (1 - s->beta1) * gradient;
        v[i] = s->beta2 * v[i] + (1 - s->beta2) * gradient * gradient;
        float second = v[i];
        if (most != NULL) {
            second = most[i] = most[i] > v[i] ? most[i] : v[i];
        }
        p[i] = p[i] * s->decay - s->rate * m[i] / (sqrtf(second) * s->root + s->eps);
    }
}

static void compute_adam(const struct adam *a, struct standin_call *call) {
    (void) call;
    double t = nn_first(a->step) + 1; /* the card adds 1 to what it is given */
    Adam s = {
        .decay = 1 - a->lr * a->weightDecay, .beta1 = a->beta1, .beta2 = a->beta2, .eps = a->eps, .sign = a->maximize ? -1 : 1,
        .rate = (float) (a->lr / (1 - pow((double) a->beta1, t))), .root = (float) (1 / sqrt(1 - pow((double) a->beta2, t)))
    };
    bool ams = a->amsgrad;
    NnView views[] = {nn_view(a->varRef), nn_view(a->mRef), nn_view(a->vRef), nn_view(a->grad), nn_view(ams ? a->maxGradNormOptionalRef : a->grad)};
    int operands = ams ? 5 : 4;
    NnLoop loop;
    char *at[NN_OPERANDS];
    float line[NN_OPERANDS][NN_CHUNK];
    nn_loop(&loop, views[0].rank, views[0].shape, operands, (const NnView *[]) {&views[0], &views[1], &views[2], &views[3], &views[4]});
    for (int64_t row = 0; row < loop.rows; row++) {
        nn_loop_row(&loop, row, at);
        for (int64_t first = 0; first < loop.row; first += NN_CHUNK) {
            int64_t n = loop.row - first < NN_CHUNK ? loop.row - first : NN_CHUNK;
            for (int o = 0; o < operands; o++) {
                nn_load_f(at[o] + first * loop.step[o] * loop.size[o], views[o].type, loop.step[o], n, line[o]);
            }
            update(&s, line[0], line[1], line[2], line[3], ams ? line[4] : NULL, n);
            for (int o = 0; o < operands; o++) {
                if (o != 3) {
                    nn_store_f(line[o], at[o] + first * loop.step[o] * loop.size[o], views[o].type, loop.step[o], n);
                }
            }
        }
    }
}

STANDIN_OPERATOR(aclnnApplyAdamWV2, adam, ADAM, check_adam, compute_adam, .no_310p = true)

/* ---- norms ------------------------------------------------------------------------------------------------------------ */

static aclnnStatus check_norms(const aclTensor *self, const aclIntArray *dims, bool keep, const aclTensor *out, struct standin_call *call) {
    unsigned axes;
    int64_t shape[STANDIN_DIMS];
    NN_TRY(nn_check_type(self, "self", NN_NARROW));
    NN_TRY(nn_check_type(out, "out", NN_NARROW));
    NN_TRY(nn_check_axes(self, dims, &axes));
    nn_note_copies(call, self);
    call->workspace = 8192;
    return nn_check_shape(out, "out", nn_reduced_shape(self, axes, keep, shape), shape);
}

static void compute_norms(const aclTensor *self, double exponent, const aclIntArray *dims, const aclTensor *out) {
    NnView view = nn_view(self);
    double *result = standin_memory((size_t) (standin_count(out) + 1) * sizeof(double));
    nn_norm(&view, nn_axes(self, dims), exponent, result);
    standin_store_doubles(out, result);
    free(result);
}

#define VECTOR_NORM(A) A(IN, self) A(SCALAR, ord) A(INTS_OR_NULL, dims) A(BOOLEAN, keepDims) A(TYPE, dtype) A(OUT, out)
STANDIN_ARGUMENTS(vector_norm, VECTOR_NORM)

static aclnnStatus check_vector_norm(const struct vector_norm *a, struct standin_call *call) {
    STANDIN_CHECK(a->dtype == a->out->type, ACLNN_ERR_PARAM_INVALID, "dtype is %s but out is %s", standin_type_name(a->dtype),
                  standin_type_name(a->out->type));
    STANDIN_CHECK(a->out->type == ACL_FLOAT || a->out->type == a->self->type, ACLNN_ERR_PARAM_INVALID, "self is %s but out is %s",
                  standin_type_name(a->self->type), standin_type_name(a->out->type));
    return check_norms(a->self, a->dims, a->keepDims, a->out, call);
}

static void compute_vector_norm(const struct vector_norm *a, struct standin_call *call) {
    (void) call;
    compute_norms(a->self, nn_scalar(a->ord), a->dims, a->out);
}

STANDIN_OPERATOR(aclnnLinalgVectorNorm, vector_norm, VECTOR_NORM, check_vector_norm, compute_vector_norm)

#define NORM(A) A(IN, self) A(SCALAR, pScalar) A(INTS, dim) A(BOOLEAN, keepdim) A(OUT, out)
STANDIN_ARGUMENTS(norm, NORM)

static aclnnStatus check_norm(const struct norm *a, struct standin_call *call) { return check_norms(a->self, a->dim, a->keepdim, a->out, call); }

static void compute_norm(const struct norm *a, struct standin_call *call) {
    (void) call;
    compute_norms(a->self, nn_scalar(a->pScalar), a->dim, a->out);
}

STANDIN_OPERATOR(aclnnNorm, norm, NORM, check_norm, compute_norm)

/* ---- lists ------------------------------------------------------------------------------------------------------------ */

NN_UNARY(scaled, x * s0)
NN_BINARY(sum, x + s0 * y)

static aclnnStatus check_list(const aclTensorList *x, const aclTensorList *out, int types, bool shapes) {
    STANDIN_CHECK(x->size > 0 && x->size == out->size, ACLNN_ERR_PARAM_INVALID, "lists of %llu and %llu tensors", (unsigned long long) x->size,
                  (unsigned long long) out->size);
    for (uint64_t i = 0; i < x->size; i++) {
        NN_TRY(nn_check_type(x->tensors[i], "x", types));
        NN_TRY(nn_check_same_type(x->tensors[0], "x[0]", x->tensors[i], "another of x"));
        NN_TRY(nn_check_same_type(x->tensors[0], "x[0]", out->tensors[i], "out"));
        if (shapes) {
            NN_TRY(nn_check_same_shape(x->tensors[i], "x", out->tensors[i], "out"));
        }
    }
    return ACLNN_SUCCESS;
}

/* f16 tensors take no FLOAT scalar, integers none that is a fraction. */
static aclnnStatus check_list_scalar(const aclTensorList *x, const aclScalar *scalar) {
    aclDataType type = x->tensors[0]->type, given = scalar->type;
    bool good = standin_is_int(type) ? given == ACL_INT32 || given == ACL_INT64
                                     : given == ACL_DOUBLE || given == (type == ACL_FLOAT16 ? ACL_FLOAT16 : ACL_FLOAT);
    STANDIN_CHECK(good, ACLNN_ERR_PARAM_INVALID, "a %s scalar does not go with %s tensors", standin_type_name(given), standin_type_name(type));
    return ACLNN_SUCCESS;
}

static void scale_list(const aclTensorList *x, double factor, const aclTensorList *out) {
    const double scalars[] = {factor, 0};
    for (uint64_t i = 0; i < x->size; i++) {
        NnView from = nn_view(x->tensors[i]), to = nn_view(out->tensors[i]);
        nn_elementwise(&scaled, scalars, 1, (const NnView *[]) {&from}, &to);
    }
}

#define LIST_NORM(A) A(INS, x) A(SCALAR, scalar) A(OUTS, out)
STANDIN_ARGUMENTS(list_norm, LIST_NORM)

static aclnnStatus check_list_norm(const struct list_norm *a, struct standin_call *call) {
    NN_TRY(check_list(a->x, a->out, NN_NARROW, false));
    for (uint64_t i = 0; i < a->x->size; i++) {
        STANDIN_CHECK(standin_count(a->out->tensors[i]) == 1, ACLNN_ERR_INNER_TILING_ERROR, "out[%llu] is %s but must have one element",
                      (unsigned long long) i, standin_shape(a->out->tensors[i]));
    }
    call->workspace = 8192;
    return ACLNN_SUCCESS;
}

static void compute_list_norm(const struct list_norm *a, struct standin_call *call) {
    (void) call;
    for (uint64_t i = 0; i < a->x->size; i++) {
        NnView view = nn_view(a->x->tensors[i]);
        double result = 0;
        nn_norm(&view, (1u << view.rank) - 1, nn_scalar(a->scalar), &result);
        standin_set(a->out->tensors[i], 0, result);
    }
}

STANDIN_OPERATOR(aclnnForeachNorm, list_norm, LIST_NORM, check_list_norm, compute_list_norm)

#define LIST_SCALE(A) A(INS, x) A(IN, scalar) A(OUTS, out)
STANDIN_ARGUMENTS(list_scale, LIST_SCALE)

static aclnnStatus check_list_scale(const struct list_scale *a, struct standin_call *call) {
    (void) call;
    NN_TRY(check_list(a->x, a->out, NN_NARROW | NN_INDICES, true));
    aclDataType type = a->x->tensors[0]->type;
    STANDIN_CHECK(a->scalar->type == (type == ACL_BF16 ? ACL_FLOAT : type), ACLNN_ERR_PARAM_INVALID, "scalar is %s but x is %s",
                  standin_type_name(a->scalar->type), standin_type_name(type));
    STANDIN_CHECK(standin_count(a->scalar) == 1, ACLNN_ERR_INNER_TILING_ERROR, "scalar is %s", standin_shape(a->scalar));
    return ACLNN_SUCCESS;
}

static void compute_list_scale(const struct list_scale *a, struct standin_call *call) {
    (void) call;
    scale_list(a->x, nn_first(a->scalar), a->out);
}

STANDIN_OPERATOR(aclnnForeachMulScalar, list_scale, LIST_SCALE, check_list_scale, compute_list_scale)

#define LIST_SCALE_V2(A) A(INS, x) A(SCALAR, scalar) A(OUTS, out)
STANDIN_ARGUMENTS(list_scale_v2, LIST_SCALE_V2)

static aclnnStatus check_list_scale_v2(const struct list_scale_v2 *a, struct standin_call *call) {
    (void) call;
    NN_TRY(check_list(a->x, a->out, NN_NARROW | NN_INDICES, true));
    return check_list_scalar(a->x, a->scalar);
}

static void compute_list_scale_v2(const struct list_scale_v2 *a, struct standin_call *call) {
    (void) call;
    scale_list(a->x, nn_scalar(a->scalar), a->out);
}

STANDIN_OPERATOR(aclnnForeachMulScalarV2, list_scale_v2, LIST_SCALE_V2, check_list_scale_v2, compute_list_scale_v2)

#define LIST_ADD(A) A(INS, x1) A(INS, x2) A(SCALAR, alpha) A(OUTS, out)
STANDIN_ARGUMENTS(list_add, LIST_ADD)

static aclnnStatus check_list_add(const struct list_add *a, struct standin_call *call) {
    (void) call;
    NN_TRY(check_list(a->x1, a->x2, NN_NARROW | NN_INTEGERS, true));
    NN_TRY(check_list(a->x1, a->out, NN_NARROW | NN_INTEGERS, true));
    return check_list_scalar(a->x1, a->alpha);
}

static void compute_list_add(const struct list_add *a, struct standin_call *call) {
    (void) call;
    const double scalars[] = {nn_scalar(a->alpha), 0};
    for (uint64_t i = 0; i < a->x1->size; i++) {
        NnView x1 = nn_view(a->x1->tensors[i]), x2 = nn_view(a->x2->tensors[i]), to = nn_view(a->out->tensors[i]);
        nn_elementwise(&sum, scalars, 2, (const NnView *[]) {&x1, &x2}, &to);
    }
}

STANDIN_OPERATOR(aclnnForeachAddListV2, list_add, LIST_ADD, check_list_add, compute_list_add)

enum { MOST_TENSORS = 256 };

#define UNSCALE(A) A(INS, scaledGrads) A(INOUT, foundInf) A(IN, invScale)
STANDIN_ARGUMENTS(unscale, UNSCALE)

static aclnnStatus check_unscale(const struct unscale *a, struct standin_call *call) {
    (void) call;
    NN_TRY(check_list(a->scaledGrads, a->scaledGrads, NN_NARROW, true));
    NN_TRY(nn_check_type(a->foundInf, "foundInf", NN_SINGLE));
    NN_TRY(nn_check_type(a->invScale, "invScale", NN_SINGLE));
    STANDIN_CHECK(a->scaledGrads->size <= MOST_TENSORS, ACLNN_ERR_INNER_TILING_ERROR, "scaledGrads has more than %d tensors", MOST_TENSORS);
    STANDIN_CHECK(standin_count(a->foundInf) == 1 && standin_count(a->invScale) == 1, ACLNN_ERR_INNER_TILING_ERROR,
                  "foundInf is %s and invScale %s", standin_shape(a->foundInf), standin_shape(a->invScale));
    return ACLNN_SUCCESS;
}

static void compute_unscale(const struct unscale *a, struct standin_call *call) {
    (void) call;
    for (uint64_t i = 0; i < a->scaledGrads->size; i++) {
        NnView view = nn_view(a->scaledGrads->tensors[i]);
        double largest = 0;
        nn_reduce(&view, (1u << view.rank) - 1, NN_MAX_ABS, 0, NULL, &largest);
        if (!isfinite(largest)) {
            standin_set(a->foundInf, 0, 1);
        }
    }
    scale_list(a->scaledGrads, nn_first(a->invScale), a->scaledGrads);
}

STANDIN_OPERATOR(aclnnForeachNonFiniteCheckAndUnscale, unscale, UNSCALE, check_unscale, compute_unscale)
STANDIN_NINE_ONLY(aclnnForeachNonFiniteCheckAndUnscale)
