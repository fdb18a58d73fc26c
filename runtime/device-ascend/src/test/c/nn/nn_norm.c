/*
 * RMS norms and their gradient. Statistics and sums are f32; rstd and the gradient of gamma are f32 whatever x is.
 */
#include "operand.h"

#include <math.h>

enum { LEAST_ROW = 32 }; /* bytes of the last axis on a 310P */

/* gamma's axes are the last ones of x. */
static aclnnStatus check_gamma(const aclTensor *x, const aclTensor *gamma) {
    int before = x->rank - gamma->rank;
    STANDIN_CHECK(before >= 0, ACLNN_ERR_INNER_TILING_ERROR, "gamma %s has more dimensions than x %s", standin_shape(gamma), standin_shape(x));
    for (int i = 0; i < gamma->rank; i++) {
        STANDIN_CHECK(gamma->dims[i] == x->dims[before + i], ACLNN_ERR_INNER_TILING_ERROR, "gamma %s is not the last axes of x %s",
                      standin_shape(gamma), standin_shape(x));
    }
    return ACLNN_SUCCESS;
}

static aclnnStatus check_gamma_type(const aclTensor *x, const aclTensor *gamma, const struct standin_call *call) {
    bool single = gamma->type == ACL_FLOAT && call->family != STANDIN_310P;
    STANDIN_CHECK(gamma->type == x->type || single, ACLNN_ERR_PARAM_INVALID, "gamma is %s but x is %s", standin_type_name(gamma->type),
                  standin_type_name(x->type));
    return ACLNN_SUCCESS;
}

static aclnnStatus check_row(const aclTensor *x, const struct standin_call *call) {
    int64_t bytes = x->rank == 0 ? 0 : x->dims[x->rank - 1] * (int64_t) standin_size(x->type);
    STANDIN_CHECK(call->family != STANDIN_310P || bytes >= LEAST_ROW, ACLNN_ERR_INNER_TILING_ERROR,
                  "the last axis of x %s has fewer than %d bytes", standin_shape(x), LEAST_ROW);
    return ACLNN_SUCCESS;
}

/* rstd has the rank of x, with 1 for the axes of gamma. */
static aclnnStatus check_rstd(const aclTensor *rstd, const aclTensor *x, const aclTensor *gamma) {
    int64_t dims[STANDIN_DIMS];
    for (int i = 0; i < x->rank; i++) {
        dims[i] = i < x->rank - gamma->rank ? x->dims[i] : 1;
    }
    NN_TRY(nn_check_type(rstd, "rstd", NN_SINGLE));
    STANDIN_CHECK(standin_has_shape(rstd, x->rank, dims), ACLNN_ERR_INNER_TILING_ERROR, "rstd is %s for x %s and gamma %s", standin_shape(rstd),
                  standin_shape(x), standin_shape(gamma));
    return ACLNN_SUCCESS;
}

/* Sums of 16 lanes and chunks of 1024, so that long rows lose little. */
static float sum_of_products(const float *a, const float *b, int64_t n) {
    double total = 0;
    for (int64_t first = 0; first < n; first += NN_CHUNK) {
        float lane[16] = {0}, sum = 0;
        int64_t end = n - first < NN_CHUNK ? n : first + NN_CHUNK, i = first;
        for (; i + 16 <= end; i += 16) {
            for (int l = 0; l < 16; l++) {
                lane[l] += a[i + l] * b[i + l];
            }
        }
        for (; i < end; i++) {
            sum += a[i] * b[i];
        }
        for (int l = 0; l < 16; l++) {
            sum += lane[l];
        }
        total += sum;
    }
    return (float) total;
}

/* y = x * rstd * gamma for a row of n; gives rstd. */
static float normalise(const float *x, const float *gamma, double epsilon, float *y, int64_t n) {
    float rstd = 1 / sqrtf(sum_of_products(x, x, n) / (float) n + (float) epsilon);
    for (int64_t i = 0; i < n; i++) {
        y[i] = x[i] * rstd * gamma[i];
    }
    return rstd;
}

/* ---- forward ---------------------------------------------------------------------------------------------------------- */

/* x is dense f32 [rows, n]; outputs may be NULL. */
static void forward(const float *x, const aclTensor *like, const aclTensor *gamma, double epsilon, const aclTensor *y, const aclTensor *y2,
                    const aclTensor *rstd) {
    int64_t n = standin_count(gamma), rows = n == 0 ? 0 : standin_count(like) / n;
    float *scale = standin_floats(gamma), *out = standin_memory((size_t) (rows * n + 1) * sizeof(float));
    float *inverse = standin_memory((size_t) (rows + 1) * sizeof(float));
    for (int64_t r = 0; r < rows; r++) {
        inverse[r] = normalise(x + r * n, scale, epsilon, out + r * n, n);
    }
    NnView to = nn_view(y);
    nn_scatter_f(out, &to);
    if (y2 != NULL) {
        to = nn_view(y2);
        nn_scatter_f(out, &to);
    }
    if (rstd != NULL) {
        to = nn_view(rstd);
        nn_scatter_f(inverse, &to);
    }
    free(scale);
    free(out);
    free(inverse);
}

#define NORM(A) A(IN, x) A(IN, gamma) A(F64, epsilon) A(OUT, yOut) A(OUT, rstdOut)
STANDIN_ARGUMENTS(norm, NORM)

static aclnnStatus check_norm(const struct norm *a, struct standin_call *call) {
    NN_TRY(nn_check_type(a->x, "x", NN_NARROW));
    NN_TRY(nn_check_rank(a->x, "x", 1, 8));
    NN_TRY(nn_check_type(a->gamma, "gamma", NN_NARROW));
    NN_TRY(check_gamma_type(a->x, a->gamma, call));
    NN_TRY(check_gamma(a->x, a->gamma));
    NN_TRY(check_row(a->x, call));
    NN_TRY(nn_check_same_type(a->x, "x", a->yOut, "yOut"));
    NN_TRY(nn_check_same_shape(a->x, "x", a->yOut, "yOut"));
    NN_TRY(check_rstd(a->rstdOut, a->x, a->gamma));
    nn_note_copies(call, a->x);
    nn_note_copies(call, a->yOut);
    return ACLNN_SUCCESS;
}

static void compute_norm(const struct norm *a, struct standin_call *call) {
    (void) call;
    float *x = standin_floats(a->x);
    forward(x, a->x, a->gamma, a->epsilon, a->yOut, NULL, a->rstdOut);
    free(x);
}

STANDIN_OPERATOR(aclnnRmsNorm, norm, NORM, check_norm, compute_norm)

static aclnnStatus check_added(const aclTensor *x1, const aclTensor *x2, const aclTensor *gamma, const aclTensor *y, const aclTensor *rstd,
                               const aclTensor *x, struct standin_call *call) {
    NN_TRY(nn_check_rank(x1, "x1", 1, 8));
    NN_TRY(nn_check_same_type(x1, "x1", x2, "x2"));
    NN_TRY(nn_check_same_shape(x1, "x1", x2, "x2"));
    NN_TRY(nn_check_same_type(x1, "x1", gamma, "gamma"));
    NN_TRY(check_gamma(x1, gamma));
    NN_TRY(check_row(x1, call));
    NN_TRY(nn_check_same_shape(x1, "x1", y, "yOut"));
    if (rstd != NULL) {
        STANDIN_CHECK(x != NULL, ACLNN_ERR_PARAM_NULLPTR, "xOut is NULL but rstdOut is not");
        NN_TRY(check_rstd(rstd, x1, gamma));
    }
    if (x != NULL) {
        NN_TRY(nn_check_same_type(x1, "x1", x, "xOut"));
        NN_TRY(nn_check_same_shape(x1, "x1", x, "xOut"));
    }
    nn_note_copies(call, x1);
    nn_note_copies(call, x2);
    nn_note_copies(call, y);
    return ACLNN_SUCCESS;
}

/* The sum as dense f32; xOut receives it rounded. */
static float *added(const aclTensor *x1, const aclTensor *x2, const aclTensor *x) {
    int64_t count = standin_count(x1);
    float *sum = standin_floats(x1), *other = standin_floats(x2);
    for (int64_t i = 0; i < count; i++) {
        sum[i] += other[i];
    }
    free(other);
    if (x != NULL) {
        NnView to = nn_view(x);
        nn_scatter_f(sum, &to);
    }
    return sum;
}

#define ADD_NORM(A) A(IN, x1) A(IN, x2) A(IN, gamma) A(F64, epsilon) A(OUT, yOut) A(OUT_OR_NULL, rstdOut) A(OUT_OR_NULL, xOut)
STANDIN_ARGUMENTS(add_norm, ADD_NORM)

static aclnnStatus check_add_norm(const struct add_norm *a, struct standin_call *call) {
    NN_TRY(nn_check_type(a->x1, "x1", NN_NARROW));
    NN_TRY(nn_check_same_type(a->x1, "x1", a->yOut, "yOut"));
    return check_added(a->x1, a->x2, a->gamma, a->yOut, a->rstdOut, a->xOut, call);
}

static void compute_add_norm(const struct add_norm *a, struct standin_call *call) {
    float *x = added(a->x1, a->x2, a->xOut);
    /* The interface says that rstdOut means nothing on a 310P: whoever reads it there gets what stood there. */
    forward(x, a->x1, a->gamma, a->epsilon, a->yOut, NULL, call->family == STANDIN_310P ? NULL : a->rstdOut);
    free(x);
}

STANDIN_OPERATOR(aclnnAddRmsNorm, add_norm, ADD_NORM, check_add_norm, compute_add_norm)

#define ADD_NORM_CAST(A) \
    A(IN, x1) A(IN, x2) A(IN, gamma) A(F64, epsilon) A(OUT, y1Out) A(OUT, y2Out) A(OUT, rstdOut) A(OUT, xOut)
STANDIN_ARGUMENTS(add_norm_cast, ADD_NORM_CAST)

static aclnnStatus check_add_norm_cast(const struct add_norm_cast *a, struct standin_call *call) {
    NN_TRY(nn_check_type(a->x1, "x1", NN_HALVES));
    NN_TRY(nn_check_type(a->y1Out, "y1Out", NN_SINGLE));
    NN_TRY(nn_check_same_shape(a->x1, "x1", a->y2Out, "y2Out"));
    NN_TRY(nn_check_same_type(a->x1, "x1", a->y2Out, "y2Out"));
    NN_TRY(nn_check_contiguous(a->y1Out, "y1Out"));
    NN_TRY(nn_check_contiguous(a->y2Out, "y2Out"));
    NN_TRY(nn_check_contiguous(a->rstdOut, "rstdOut"));
    NN_TRY(nn_check_contiguous(a->xOut, "xOut"));
    return check_added(a->x1, a->x2, a->gamma, a->y1Out, a->rstdOut, a->xOut, call);
}

static void compute_add_norm_cast(const struct add_norm_cast *a, struct standin_call *call) {
    (void) call;
    float *x = added(a->x1, a->x2, a->xOut);
    forward(x, a->x1, a->gamma, a->epsilon, a->y1Out, a->y2Out, a->rstdOut);
    free(x);
}

STANDIN_OPERATOR(aclnnAddRmsNormCast, add_norm_cast, ADD_NORM_CAST, check_add_norm_cast, compute_add_norm_cast, .no_310p = true)
STANDIN_NINE_ONLY(aclnnAddRmsNormCast)

/* ---- gradient --------------------------------------------------------------------------------------------------------- */

#define GRAD(A) A(IN, dy) A(IN, x) A(IN, rstd) A(IN, gamma) A(OUT, dxOut) A(OUT, dgammaOut)
STANDIN_ARGUMENTS(grad, GRAD)

static aclnnStatus check_grad(const struct grad *a, struct standin_call *call) {
    NN_TRY(nn_check_type(a->x, "x", NN_NARROW));
    NN_TRY(nn_check_rank(a->x, "x", 1, 8));
    NN_TRY(nn_check_same_type(a->dy, "dy", a->x, "x"));
    NN_TRY(nn_check_same_shape(a->dy, "dy", a->x, "x"));
    NN_TRY(nn_check_type(a->gamma, "gamma", NN_NARROW));
    NN_TRY(check_gamma_type(a->x, a->gamma, call));
    NN_TRY(check_gamma(a->x, a->gamma));
    NN_TRY(check_row(a->x, call));
    NN_TRY(nn_check_type(a->rstd, "rstd", NN_SINGLE));
    int64_t n = standin_count(a->gamma);
    STANDIN_CHECK(standin_count(a->rstd) * n == standin_count(a->x), ACLNN_ERR_INNER_TILING_ERROR, "rstd is %s for x %s and gamma %s",
                  standin_shape(a->rstd), standin_shape(a->x), standin_shape(a->gamma));
    NN_TRY(nn_check_same_type(a->x, "x", a->dxOut, "dxOut"));
    NN_TRY(nn_check_same_shape(a->x, "x", a->dxOut, "dxOut"));
    NN_TRY(nn_check_type(a->dgammaOut, "dgammaOut", NN_SINGLE));
    NN_TRY(nn_check_same_shape(a->gamma, "gamma", a->dgammaOut, "dgammaOut"));
    nn_note_copies(call, a->x);
    nn_note_copies(call, a->dy);
    nn_note_copies(call, a->dxOut);
    call->workspace = (uint64_t) (n * 4 + 511) / 512 * 512 + 16 * 1024;
    return ACLNN_SUCCESS;
}

static void compute_grad(const struct grad *a, struct standin_call *call) {
    int64_t n = standin_count(a->gamma), rows = n == 0 ? 0 : standin_count(a->x) / n;
    float *dy = standin_floats(a->dy), *x = standin_floats(a->x), *rstd = standin_floats(a->rstd), *gamma = standin_floats(a->gamma);
    float *dgamma = standin_memory((size_t) (n + 1) * sizeof(float));
    int64_t *order = call->deterministic ? NULL : standin_shuffled(rows);
    for (int64_t i = 0; i < rows; i++) {
        int64_t r = order == NULL ? i : order[i];
        float *g = dy + r * n, *row = x + r * n;
        for (int64_t j = 0; j < n; j++) {
            float normal = row[j] * rstd[r];
            dgamma[j] += g[j] * normal;
            g[j] *= gamma[j];
        }
        float mean = sum_of_products(g, row, n) / (float) n * rstd[r] * rstd[r];
        for (int64_t j = 0; j < n; j++) {
            row[j] = rstd[r] * (g[j] - row[j] * mean);
        }
    }
    NnView to = nn_view(a->dxOut);
    nn_scatter_f(x, &to);
    to = nn_view(a->dgammaOut);
    nn_scatter_f(dgamma, &to);
    free(dy);
    free(x);
    free(rstd);
    free(gamma);
    free(dgamma);
    free(order);
}

STANDIN_OPERATOR(aclnnRmsNormGrad, grad, GRAD, check_grad, compute_grad)
