/*
 * Rotary embedding: x * cos + rotate(x) * sin, where rotate makes (-x2, x1) of the two halves (mode 0) or of even and odd
 * elements (mode 1). Computed in f32 and rounded once.
 */
#include "standin.h"

#define CHECK(condition, ...) STANDIN_CHECK(condition, ACLNN_ERR_PARAM_INVALID, __VA_ARGS__)
#define TILING(condition, ...) STANDIN_CHECK(condition, ACLNN_ERR_INNER_TILING_ERROR, __VA_ARGS__)

enum { HALVES = 0, PAIRS = 1, SIZE_LIMIT = 896, INFERENCE_SIZE = 128 };

/* The partner of element d in a head of `size`, and the sign with which it comes. */
static int64_t partner(int64_t d, int64_t size, int64_t mode, float *sign) {
    const bool first = mode == HALVES ? d < size / 2 : d % 2 == 0;
    *sign = first ? -1 : 1;
    return mode == HALVES ? (first ? d + size / 2 : d - size / 2) : (first ? d + 1 : d - 1);
}

static bool type_is_known(aclDataType type) { return type == ACL_FLOAT || type == ACL_FLOAT16 || type == ACL_BF16; }

static aclnnStatus check_tables(const aclTensor *x, const aclTensor *cosine, const aclTensor *sine, int64_t mode) {
    CHECK(type_is_known(x->type), "x may be BFLOAT16, FLOAT16 or FLOAT, not %s", standin_type_name(x->type));
    CHECK(cosine->type == x->type && sine->type == x->type, "cos (%s) and sin (%s) must have x's type %s",
          standin_type_name(cosine->type), standin_type_name(sine->type), standin_type_name(x->type));
    CHECK(x->rank == 4 && cosine->rank == 4 && sine->rank == 4, "x, cos and sin must have 4 dimensions, not %s, %s, %s", standin_shape(x),
          standin_shape(cosine), standin_shape(sine));
    TILING(mode == HALVES || mode == PAIRS, "mode must be 0 or 1 on this card, not %lld", (long long) mode);
    TILING(standin_same_shape(cosine, sine), "cos %s and sin %s must have one shape", standin_shape(cosine), standin_shape(sine));
    TILING(cosine->dims[3] == x->dims[3] && standin_broadcasts(cosine, 4, x->dims), "cos %s cannot be seen as x %s", standin_shape(cosine),
           standin_shape(x));
    TILING(x->dims[3] % 2 == 0 && x->dims[3] < SIZE_LIMIT, "a head of %lld: must be even and below 896", (long long) x->dims[3]);
    return ACLNN_SUCCESS;
}

static bool all_dense(const aclTensor *const *tensors, int n) {
    for (int i = 0; i < n; i++) {
        if (tensors[i] && !standin_contiguous(tensors[i])) {
            return false;
        }
    }
    return true;
}

/* ---- aclnnRotaryPositionEmbedding --------------------------------------------------------------------------------------- */

#define ROTARY(A) A(IN, x) A(IN, cos) A(IN, sin) A(I64, mode) A(OUT, out)
STANDIN_ARGUMENTS(rotary, ROTARY)

static aclnnStatus check_rotary(const struct rotary *a, struct standin_call *call) {
    aclnnStatus status = check_tables(a->x, a->cos, a->sin, a->mode);
    if (status != ACLNN_SUCCESS) {
        return status;
    }
    CHECK(a->out->type == a->x->type, "out is %s, x %s", standin_type_name(a->out->type), standin_type_name(a->x->type));
    TILING(standin_same_shape(a->x, a->out), "out %s has not x's shape %s", standin_shape(a->out), standin_shape(a->x));
    CHECK(standin_contiguous(a->out), "out must be contiguous");
    call->not_repeatable = !all_dense((const aclTensor *[]) {a->x, a->cos, a->sin}, 3);
    call->workspace = 16384;
    return ACLNN_SUCCESS;
}

static void rotate_row(const float *x, const float *cosine, const float *sine, int64_t size, int64_t mode, float *to) {
    for (int64_t d = 0; d < size; d++) {
        float sign;
        const int64_t other = partner(d, size, mode, &sign);
        to[d] = x[d] * cosine[d] + sign * x[other] * sine[d];
    }
}

static void compute_rotary(const struct rotary *a, struct standin_call *call) {
    (void) call;
    const int64_t size = a->x->dims[3], n = standin_count(a->x);
    float *x = standin_floats(a->x), *cosine = standin_floats_as(a->cos, 4, a->x->dims), *sine = standin_floats_as(a->sin, 4, a->x->dims);
    float *out = standin_memory((size_t) (n + 1) * sizeof *out);
    for (int64_t i = 0; i < n; i += size) {
        rotate_row(x + i, cosine + i, sine + i, size, a->mode, out + i);
    }
    standin_store_floats(a->out, out);
    free(x);
    free(cosine);
    free(sine);
    free(out);
}

STANDIN_OPERATOR(aclnnRotaryPositionEmbedding, rotary, ROTARY, check_rotary, compute_rotary, .no_310p = true)
STANDIN_NINE_ONLY(aclnnRotaryPositionEmbedding)

/* ---- aclnnRotaryPositionEmbeddingGrad ------------------------------------------------------------------------------------- */

#define ROTARY_GRAD(A)                                                                                     \
    A(IN, dy) A(IN, cos) A(IN, sin) A(IN_OR_NULL, xOptional) A(I64, mode) A(OUT, dxOut) A(OUT, dcosOut) A(OUT, dsinOut)
STANDIN_ARGUMENTS(rotary_grad, ROTARY_GRAD)

static aclnnStatus check_rotary_grad(const struct rotary_grad *a, struct standin_call *call) {
    aclnnStatus status = check_tables(a->dy, a->cos, a->sin, a->mode);
    if (status != ACLNN_SUCCESS) {
        return status;
    }
    CHECK(a->dxOut->type == a->dy->type, "dx is %s, dy %s", standin_type_name(a->dxOut->type), standin_type_name(a->dy->type));
    TILING(standin_same_shape(a->dy, a->dxOut), "dx %s has not dy's shape %s", standin_shape(a->dxOut), standin_shape(a->dy));
    CHECK(a->dcosOut->type == a->dy->type && a->dsinOut->type == a->dy->type, "dcos and dsin must have dy's type %s",
          standin_type_name(a->dy->type));
    if (a->xOptional) {
        CHECK(a->xOptional->type == a->dy->type && standin_same_shape(a->xOptional, a->dy), "x %s has not dy's type and shape %s",
              standin_shape(a->xOptional), standin_shape(a->dy));
        TILING(standin_same_shape(a->dcosOut, a->cos) && standin_same_shape(a->dsinOut, a->sin), "dcos %s and dsin %s have not cos' shape %s",
               standin_shape(a->dcosOut), standin_shape(a->dsinOut), standin_shape(a->cos));
    }
    call->not_repeatable = !all_dense((const aclTensor *[]) {a->dy, a->cos, a->sin, a->xOptional}, 4);
    call->workspace = 16384;
    return ACLNN_SUCCESS;
}

/* Sums over the axes along which cos is broadcast: cells of cos' shape. */
static void add_to_tables(const struct rotary_grad *a, const float *x, const float *dy, float *d_cos, float *d_sin) {
    const int64_t size = a->dy->dims[3];
    int64_t dense[4];
    for (int i = 3, next = 1; i >= 0; i--) {
        dense[i] = a->cos->dims[i] == 1 ? 0 : next;
        next *= (int) a->cos->dims[i];
    }
    for (int64_t row = 0; row < standin_count(a->dy) / size; row++) {
        const int64_t *dims = a->dy->dims;
        const int64_t at = row / (dims[1] * dims[2]) * dense[0] + row / dims[2] % dims[1] * dense[1] + row % dims[2] * dense[2];
        for (int64_t d = 0; d < size; d++) {
            float sign;
            const int64_t other = partner(d, size, a->mode, &sign);
            d_cos[at + d] += dy[row * size + d] * x[row * size + d];
            d_sin[at + d] += dy[row * size + d] * sign * x[row * size + other];
        }
    }
}

static void compute_rotary_grad(const struct rotary_grad *a, struct standin_call *call) {
    (void) call;
    const int64_t size = a->dy->dims[3], n = standin_count(a->dy);
    float *dy = standin_floats(a->dy), *dx = standin_memory((size_t) (n + 1) * sizeof *dx);
    float *cosine = standin_floats_as(a->cos, 4, a->dy->dims), *sine = standin_floats_as(a->sin, 4, a->dy->dims);
    for (int64_t i = 0; i < n; i++) {
        float sign;
        const int64_t other = i - i % size + partner(i % size, size, a->mode, &sign);
        /* What came with a sign to the partner goes back with it, times the partner's own sine. */
        dx[i] = cosine[i] * dy[i] - sign * sine[other] * dy[other];
    }
    if (a->xOptional) {
        const int64_t cells = standin_count(a->cos);
        float *x = standin_floats(a->xOptional), *sums = standin_memory((size_t) (2 * cells + 1) * sizeof *sums);
        add_to_tables(a, x, dy, sums, sums + cells);
        standin_store_floats(a->dcosOut, sums);
        standin_store_floats(a->dsinOut, sums + cells);
        free(x);
        free(sums);
    }
    standin_store_floats(a->dxOut, dx);
    free(dy);
    free(dx);
    free(cosine);
    free(sine);
}

STANDIN_OPERATOR(aclnnRotaryPositionEmbeddingGrad, rotary_grad, ROTARY_GRAD, check_rotary_grad, compute_rotary_grad, .no_310p = true)
STANDIN_NINE_ONLY(aclnnRotaryPositionEmbeddingGrad)

/* ---- aclnnApplyRotaryPosEmb and V2 ------------------------------------------------------------------------------------------ */

#define APPLY(A) A(INOUT, queryRef) A(INOUT, keyRef) A(IN, cos) A(IN, sin) A(I64, layout)
#define APPLY_V2(A) APPLY(A) A(TEXT, rotaryMode)
STANDIN_ARGUMENTS(apply, APPLY)
STANDIN_ARGUMENTS(apply_v2, APPLY_V2)

static aclnnStatus check_apply(const struct apply *a, struct standin_call *call) {
    const aclTensor *q = a->queryRef, *k = a->keyRef, *all[] = {q, k, a->cos, a->sin};
    for (int i = 0; i < 4; i++) {
        CHECK(type_is_known(all[i]->type) && all[i]->type == q->type, "queryRef, keyRef, cos and sin must have one type of BFLOAT16, FLOAT16 and FLOAT");
        CHECK(all[i]->rank == 4 && all[i]->dims[0] == q->dims[0] && all[i]->dims[1] == q->dims[1] && all[i]->dims[3] == INFERENCE_SIZE,
              "queryRef, keyRef, cos and sin must be [B, S, N, 128], not %s", standin_shape(all[i]));
        CHECK(standin_count(all[i]) > 0, "no tensor may be empty");
    }
    CHECK(a->cos->dims[2] == 1 && standin_same_shape(a->cos, a->sin), "cos %s and sin %s must be [B, S, 1, 128]", standin_shape(a->cos),
          standin_shape(a->sin));
    CHECK(a->layout == 1, "layout must be 1 (BSND), not %lld", (long long) a->layout);
    call->not_repeatable = !all_dense(all, 4);
    call->workspace = 16384;
    return ACLNN_SUCCESS;
}

static void apply(const aclTensor *x, const aclTensor *cos, const aclTensor *sin, int64_t mode) {
    const int64_t n = standin_count(x);
    float *from = standin_floats(x), *to = standin_memory((size_t) n * sizeof *to);
    float *cosine = standin_floats_as(cos, 4, x->dims), *sine = standin_floats_as(sin, 4, x->dims);
    for (int64_t i = 0; i < n; i += INFERENCE_SIZE) {
        rotate_row(from + i, cosine + i, sine + i, INFERENCE_SIZE, mode, to + i);
    }
    standin_store_floats(x, to);
    free(from);
    free(to);
    free(cosine);
    free(sine);
}

static void compute_apply(const struct apply *a, struct standin_call *call) {
    (void) call;
    apply(a->queryRef, a->cos, a->sin, HALVES);
    apply(a->keyRef, a->cos, a->sin, HALVES);
}

STANDIN_OPERATOR(aclnnApplyRotaryPosEmb, apply, APPLY, check_apply, compute_apply, .no_310p = true)

static int64_t mode_of(const char *name) { return strcmp(name, "half") == 0 ? HALVES : strcmp(name, "interleave") == 0 ? PAIRS : -1; }

static aclnnStatus check_apply_v2(const struct apply_v2 *a, struct standin_call *call) {
    const struct apply first = {a->queryRef, a->keyRef, a->cos, a->sin, a->layout};
    CHECK(mode_of(a->rotaryMode) >= 0 || strcmp(a->rotaryMode, "quarter") == 0, "rotaryMode \"%s\" is not known", a->rotaryMode);
    STANDIN_CHECK(mode_of(a->rotaryMode) >= 0, ACLNN_ERR_INNER_FIND_KERNEL_ERROR, "the stand-in has no rotaryMode \"%s\"", a->rotaryMode);
    return check_apply(&first, call);
}

static void compute_apply_v2(const struct apply_v2 *a, struct standin_call *call) {
    (void) call;
    apply(a->queryRef, a->cos, a->sin, mode_of(a->rotaryMode));
    apply(a->keyRef, a->cos, a->sin, mode_of(a->rotaryMode));
}

STANDIN_OPERATOR(aclnnApplyRotaryPosEmbV2, apply_v2, APPLY_V2, check_apply_v2, compute_apply_v2, .no_310p = true)
STANDIN_NINE_ONLY(aclnnApplyRotaryPosEmbV2)
