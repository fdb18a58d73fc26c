/*
 * Matrix products: mm, matmul with batches, addmm and baddbmm, and the one with a weight in FRACTAL_NZ.
 *
 * cubeMathType: 0 keeps the operands' type, 1 and 3 round f32 operands to HF32 (11 bits of fraction), 2 and, on a 310P, 1 to f16.
 */
#include "gemm.h"
#include "operand.h"

enum { KEEP, DOWN, HALF, HF32, ADD };

/* Codes of the type that operands are computed in; bf16 goes with nothing but itself. */
static aclnnStatus check_operands(const aclTensor *a, const char *left, const aclTensor *b, const char *right, aclDataType *type) {
    NN_TRY(nn_check_type(a, left, NN_NARROW));
    STANDIN_CHECK(nn_is_narrow(b->type), ACLNN_ERR_PARAM_INVALID, "%s cannot be %s", right, standin_type_name(b->type));
    STANDIN_CHECK(a->type == b->type || (a->type != ACL_BF16 && b->type != ACL_BF16), ACLNN_ERR_PARAM_INVALID,
                  "%s %s and %s %s cannot be multiplied", left, standin_type_name(a->type), right, standin_type_name(b->type));
    *type = nn_promote(a->type, b->type);
    return ACLNN_SUCCESS;
}

static aclnnStatus check_math(int8_t math, aclDataType type, bool batched, const struct standin_call *call) {
    STANDIN_CHECK(math >= KEEP && math <= ADD, ACLNN_ERR_PARAM_INVALID, "cubeMathType %d is unknown", math);
    if (call->family == STANDIN_310P) {
        STANDIN_CHECK(math != HF32, ACLNN_ERR_PARAM_INVALID, "cubeMathType 3 is not supported on this SoC");
        STANDIN_CHECK(type != ACL_FLOAT || math != KEEP, ACLNN_ERR_PARAM_INVALID, "FLOAT with cubeMathType 0 is not supported on this SoC");
    } else if (!batched) {
        STANDIN_CHECK(math != HALF || type != ACL_BF16, ACLNN_ERR_PARAM_INVALID, "cubeMathType 2 does not take BF16");
        STANDIN_CHECK(math != HF32 || type == ACL_FLOAT, ACLNN_ERR_PARAM_INVALID, "cubeMathType 3 takes FLOAT alone");
    }
    return ACLNN_SUCCESS;
}

/* A dense or a transposed operand is taken as it is, any other view is copied first. */
static void note_operand(struct standin_call *call, const aclTensor *t) {
    if (!standin_transposed(t)) {
        nn_note_copies(call, t);
    }
}

/* A card asks for room to split sums over its cores; some here must be given, lest a caller never passes any. */
static uint64_t room(int64_t m, int64_t n) {
    int64_t bytes = (m * n * 4 + 511) / 512 * 512;
    return (uint64_t) (bytes > 1 << 20 ? 1 << 20 : bytes) + 512;
}

static float to_hf32(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    if ((bits & 0x7f800000) != 0x7f800000) {
        bits = (bits + 0x7ff + (bits >> 12 & 1)) & ~0xfffu;
    }
    memcpy(&value, &bits, sizeof bits);
    return value;
}

/* The operand itself, or a dense copy in f32 with what cubeMathType leaves of its values; free *copy. */
static NnView lowered(const NnView *operand, int8_t math, const struct standin_call *call, float **copy) {
    bool half = math == HALF || (math == DOWN && call->family == STANDIN_310P);
    *copy = NULL;
    if (operand->type != ACL_FLOAT || math == KEEP || math == ADD) {
        return *operand;
    }
    int64_t count = nn_count(operand), stride = 1;
    *copy = standin_memory((size_t) (count + 1) * sizeof(float));
    nn_gather_f(operand, *copy);
    for (int64_t i = 0; i < count; i++) {
        (*copy)[i] = half ? nn_round((*copy)[i], ACL_FLOAT16) : to_hf32((*copy)[i]);
    }
    NnView dense = *operand;
    dense.data = (char *) *copy;
    for (int i = dense.rank - 1; i >= 0; i--) {
        dense.stride[i] = stride;
        stride *= dense.shape[i];
    }
    return dense;
}

/* out = alpha a b + beta self for matrices, or for three dims with batches. */
static void multiply(const NnView *a, const NnView *b, double alpha, double beta, const NnView *self, const NnView *out, int8_t math,
                     const struct standin_call *call) {
    float *left, *right;
    NnView x = lowered(a, math, call, &left), y = lowered(b, math, call, &right);
    (out->rank == 2 ? nn_gemm : nn_gemm_batched)(&x, &y, (float) alpha, (float) beta, self, out);
    free(left);
    free(right);
}

/* ---- a matrix in FRACTAL_NZ ------------------------------------------------------------------------------------------- */

enum { FRACTAL = 16 };

/* Whether a tensor holds [k, n] in blocks of columns (n1, k1, 16, n0), or, transposed, [n, k] in (k1, n1, 16, k0). */
static aclnnStatus check_fractal(const aclTensor *t, int64_t k, int64_t n) {
    STANDIN_CHECK(t->format == ACL_FORMAT_FRACTAL_NZ, ACLNN_ERR_PARAM_INVALID, "mat2 must be in format FRACTAL_NZ");
    STANDIN_CHECK(k > 1 && n > 1, ACLNN_ERR_PARAM_INVALID, "mat2 in FRACTAL_NZ cannot have k = %lld, n = %lld", (long long) k, (long long) n);
    if (t->rank == 2) {
        return ACLNN_SUCCESS;
    }
    int64_t wide = (n + FRACTAL - 1) / FRACTAL, deep = (k + FRACTAL - 1) / FRACTAL;
    STANDIN_CHECK(t->rank == 4 && t->dims[2] == FRACTAL && t->dims[3] == FRACTAL
                      && ((t->dims[0] == wide && t->dims[1] == deep) || (t->dims[0] == deep && t->dims[1] == wide)),
                  ACLNN_ERR_PARAM_INVALID, "mat2 is %s, not %lld by %lld in FRACTAL_NZ", standin_shape(t), (long long) k, (long long) n);
    return ACLNN_SUCCESS;
}

/* The [k, n] matrix of a tensor in FRACTAL_NZ in dense f32, by rows or, if it is stored transposed, by columns; free its data. */
static NnView unfold(const aclTensor *t, int64_t k, int64_t n) {
    bool turned = t->rank == 2 ? t->strides[0] == 1 && t->strides[1] != 1
                               : t->dims[0] != (n + FRACTAL - 1) / FRACTAL || t->dims[1] != (k + FRACTAL - 1) / FRACTAL;
    int64_t rows = turned ? n : k, columns = turned ? k : n, padded = (rows + FRACTAL - 1) / FRACTAL * FRACTAL;
    int64_t width = t->rank == 2 ? 32 / (int64_t) standin_size(t->type) : FRACTAL;
    float *to = standin_memory((size_t) (k * n) * sizeof(float));
    for (int64_t first = 0; first < columns; first += width) {
        for (int64_t r = 0; r < rows; r++) {
            nn_load_f(standin_at(t, first * padded + r * width), t->type, 1, columns - first < width ? columns - first : width,
                      to + r * columns + first);
        }
    }
    return (NnView) {.data = (char *) to, .type = ACL_FLOAT, .rank = 2, .shape = {k, n}, .stride = {turned ? 1 : n, turned ? k : 1}};
}

/* ---- mm, matmul, bmm -------------------------------------------------------------------------------------------------- */

#define PRODUCT(A) A(IN, self) A(IN, mat2) A(OUT, out) A(I8, cubeMathType)
STANDIN_ARGUMENTS(product, PRODUCT)

static aclnnStatus check_types(const struct product *a, bool batched, const struct standin_call *call) {
    aclDataType type = ACL_DT_UNDEFINED;
    NN_TRY(check_operands(a->self, "self", a->mat2, "mat2", &type));
    NN_TRY(nn_check_type(a->out, "out", NN_NARROW));
    STANDIN_CHECK(a->out->type == type, ACLNN_ERR_PARAM_INVALID, "out is %s but the product of %s and %s is %s",
                  standin_type_name(a->out->type), standin_type_name(a->self->type), standin_type_name(a->mat2->type), standin_type_name(type));
    return check_math(a->cubeMathType, type, batched, call);
}

static aclnnStatus check_mm(const struct product *a, struct standin_call *call) {
    NN_TRY(check_types(a, false, call));
    NN_TRY(nn_check_rank(a->self, "self", 2, 2));
    int64_t m = a->self->dims[0], k = a->self->dims[1];
    if (a->mat2->format == ACL_FORMAT_FRACTAL_NZ) {
        NN_TRY(nn_check_rank(a->out, "out", 2, 2));
        NN_TRY(check_fractal(a->mat2, k, a->out->dims[1]));
    } else {
        NN_TRY(nn_check_rank(a->mat2, "mat2", 2, 2));
    }
    bool plain = a->mat2->rank == 2;
    int64_t n = plain ? a->mat2->dims[1] : a->out->dims[1], dims[] = {m, n};
    STANDIN_CHECK(!plain || a->mat2->dims[0] == k, ACLNN_ERR_PARAM_INVALID, "self %s and mat2 %s cannot be multiplied",
                  standin_shape(a->self), standin_shape(a->mat2));
    NN_TRY(nn_check_shape(a->out, "out", 2, dims));
    note_operand(call, a->self);
    note_operand(call, a->mat2);
    nn_note_copies(call, a->out);
    call->workspace = room(m, n);
    return ACLNN_SUCCESS;
}

static void compute_mm(const struct product *a, struct standin_call *call) {
    NnView left = nn_view(a->self), right = nn_view(a->mat2), out = nn_view(a->out);
    bool fractal = a->mat2->format == ACL_FORMAT_FRACTAL_NZ;
    if (fractal) {
        right = unfold(a->mat2, left.shape[1], out.shape[1]);
    }
    multiply(&left, &right, 1, 0, NULL, &out, a->cubeMathType, call);
    if (fractal) {
        free(right.data);
    }
}

STANDIN_OPERATOR(aclnnMm, product, PRODUCT, check_mm, compute_mm)

static aclnnStatus check_weight_nz(const struct product *a, struct standin_call *call) {
    NN_TRY(nn_check_rank(a->self, "self", 2, 2));
    NN_TRY(nn_check_rank(a->out, "out", 2, 2));
    NN_TRY(check_fractal(a->mat2, a->self->dims[1], a->out->dims[1]));
    return check_mm(a, call);
}

STANDIN_OPERATOR(aclnnMatmulWeightNz, product, PRODUCT, check_weight_nz, compute_mm)
STANDIN_NINE_ONLY(aclnnMatmulWeightNz)

/* The operands in three dims, [batches, rows, columns], vectors completed; dims of the result before they are removed. */
static bool extended(const NnView *self, const NnView *mat2, NnView *a, NnView *b, int *rank, int64_t *dims) {
    *a = *self;
    *b = *mat2;
    if (a->rank == 1) {
        *a = (NnView) {.data = self->data, .type = self->type, .rank = 2, .shape = {1, self->shape[0]}, .stride = {0, self->stride[0]}};
    }
    if (b->rank == 1) {
        *b = (NnView) {.data = mat2->data, .type = mat2->type, .rank = 2, .shape = {mat2->shape[0], 1}, .stride = {mat2->stride[0], 0}};
    }
    NnView left = *a, right = *b;
    left.rank -= 2;
    right.rank -= 2;
    if (a->shape[a->rank - 1] != b->shape[b->rank - 2] || !nn_broadcast_shape(&left, &right, rank, dims)) {
        return false;
    }
    dims[(*rank)++] = a->shape[a->rank - 2];
    dims[(*rank)++] = b->shape[b->rank - 1];
    return true;
}

static aclnnStatus check_matmul(const struct product *a, struct standin_call *call) {
    NN_TRY(check_types(a, false, call));
    NN_TRY(nn_check_type(a->mat2, "mat2", NN_NARROW));
    NN_TRY(nn_check_rank(a->self, "self", 1, 6));
    NN_TRY(nn_check_rank(a->mat2, "mat2", 1, 6));
    NnView self = nn_view(a->self), mat2 = nn_view(a->mat2), left, right;
    int rank;
    int64_t dims[STANDIN_DIMS + 2];
    STANDIN_CHECK(extended(&self, &mat2, &left, &right, &rank, dims), ACLNN_ERR_PARAM_INVALID, "self %s and mat2 %s cannot be multiplied",
                  standin_shape(a->self), standin_shape(a->mat2));
    call->workspace = room(dims[rank - 2], dims[rank - 1]);
    if (mat2.rank == 1) {
        rank--;
    }
    if (self.rank == 1) {
        dims[rank - 2 + (mat2.rank == 1)] = dims[rank - 1];
        rank--;
    }
    note_operand(call, a->self);
    note_operand(call, a->mat2);
    nn_note_copies(call, a->out);
    return nn_check_shape(a->out, "out", rank, dims);
}

/* The last two dims of a view at one place of its broadcast leading dims. */
static NnView matrix_at(const NnView *view, int rank, const int64_t *dims, int64_t place) {
    NnView matrix = {.data = view->data, .type = view->type, .rank = 2};
    for (int i = rank - 3; i >= 0; i--) {
        int axis = i - (rank - view->rank);
        int64_t index = place % dims[i];
        place /= dims[i];
        matrix.data += axis < 0 || view->shape[axis] == 1 ? 0 : index * view->stride[axis] * nn_size(view->type);
    }
    for (int i = 0; i < 2; i++) {
        matrix.shape[i] = view->shape[view->rank - 2 + i];
        matrix.stride[i] = view->stride[view->rank - 2 + i];
    }
    return matrix;
}

static void compute_matmul(const struct product *a, struct standin_call *call) {
    NnView self = nn_view(a->self), mat2 = nn_view(a->mat2), out = nn_view(a->out), left, right;
    int rank;
    int64_t dims[STANDIN_DIMS + 2], places = 1;
    extended(&self, &mat2, &left, &right, &rank, dims);
    if (mat2.rank == 1) { /* the column that was removed from the result */
        out.shape[out.rank] = 1;
        out.stride[out.rank++] = 0;
    }
    if (self.rank == 1) { /* the row that was */
        out.shape[out.rank] = out.shape[out.rank - 1];
        out.stride[out.rank] = out.stride[out.rank - 1];
        out.shape[out.rank - 1] = 1;
        out.stride[out.rank++ - 1] = 0;
    }
    for (int i = 0; i < rank - 2; i++) {
        places *= dims[i];
    }
    for (int64_t place = 0; place < places; place++) {
        NnView x = matrix_at(&left, rank, dims, place), y = matrix_at(&right, rank, dims, place), z = matrix_at(&out, rank, dims, place);
        multiply(&x, &y, 1, 0, NULL, &z, a->cubeMathType, call);
    }
}

STANDIN_OPERATOR(aclnnMatmul, product, PRODUCT, check_matmul, compute_matmul)

static aclnnStatus check_bmm(const struct product *a, struct standin_call *call) {
    NN_TRY(check_types(a, true, call));
    NN_TRY(nn_check_type(a->mat2, "mat2", NN_NARROW));
    NN_TRY(nn_check_rank(a->self, "self", 3, 3));
    NN_TRY(nn_check_rank(a->mat2, "mat2", 3, 3));
    int64_t left = a->self->dims[0], right = a->mat2->dims[0], dims[] = {left == 1 ? right : left, a->self->dims[1], a->mat2->dims[2]};
    STANDIN_CHECK(a->self->dims[2] == a->mat2->dims[1] && (left == right || left == 1 || right == 1), ACLNN_ERR_PARAM_INVALID,
                  "self %s and mat2 %s cannot be multiplied", standin_shape(a->self), standin_shape(a->mat2));
    note_operand(call, a->self);
    note_operand(call, a->mat2);
    nn_note_copies(call, a->out);
    call->workspace = room(dims[1], dims[2]);
    return nn_check_shape(a->out, "out", 3, dims);
}

STANDIN_OPERATOR(aclnnBatchMatMul, product, PRODUCT, check_bmm, compute_matmul)

/* ---- addmm, baddbmm --------------------------------------------------------------------------------------------------- */

static aclnnStatus check_sum(const aclTensor *self, const aclTensor *mat1, const aclTensor *mat2, const aclTensor *out, int8_t math,
                             int rank, struct standin_call *call) {
    aclDataType type = ACL_DT_UNDEFINED, whole = ACL_DT_UNDEFINED;
    NN_TRY(check_operands(mat1, "mat1", mat2, "mat2", &type));
    NN_TRY(nn_check_type(mat2, "mat2", NN_NARROW));
    NN_TRY(check_operands(self, "self", mat1, "mat1", &whole));
    NN_TRY(nn_check_type(out, "out", NN_NARROW));
    whole = nn_promote(type, self->type);
    STANDIN_CHECK(out->type == whole, ACLNN_ERR_PARAM_INVALID, "out is %s but the result is %s", standin_type_name(out->type),
                  standin_type_name(whole));
    NN_TRY(check_math(math, type, rank == 3, call));
    NN_TRY(nn_check_rank(mat1, "mat1", rank, rank));
    NN_TRY(nn_check_rank(mat2, "mat2", rank, rank));
    int64_t dims[3] = {mat1->dims[0], mat1->dims[rank - 2], mat2->dims[rank - 1]};
    bool batches = rank == 2 || mat1->dims[0] == mat2->dims[0] || mat1->dims[0] == 1 || mat2->dims[0] == 1;
    STANDIN_CHECK(batches && mat1->dims[rank - 1] == mat2->dims[rank - 2], ACLNN_ERR_PARAM_INVALID, "%s and %s cannot be multiplied",
                  standin_shape(mat1), standin_shape(mat2));
    if (rank == 3 && dims[0] == 1) {
        dims[0] = mat2->dims[0];
    }
    const int64_t *result = rank == 3 ? dims : dims + 1;
    STANDIN_CHECK(standin_broadcasts(self, rank, result), ACLNN_ERR_PARAM_INVALID, "self %s cannot be broadcast to the product of %s and %s",
                  standin_shape(self), standin_shape(mat1), standin_shape(mat2));
    note_operand(call, mat1);
    note_operand(call, mat2);
    nn_note_copies(call, out);
    call->workspace = room(dims[1], dims[2]);
    return nn_check_shape(out, "out", rank, result);
}

static void compute_sum(const aclTensor *self, const aclTensor *mat1, const aclTensor *mat2, const aclScalar *beta, const aclScalar *alpha,
                        const aclTensor *out, int8_t math, const struct standin_call *call) {
    NnView a = nn_view(mat1), b = nn_view(mat2), own = nn_view(self), to = nn_view(out), wide = to;
    wide.data = own.data;
    wide.type = own.type;
    for (int i = 0; i < to.rank; i++) {
        int axis = i - (to.rank - own.rank);
        wide.stride[i] = axis < 0 || own.shape[axis] == 1 ? 0 : own.stride[axis];
    }
    multiply(&a, &b, nn_scalar(alpha), nn_scalar(beta), &wide, &to, math, call);
}

#define SUM(A) A(IN, self) A(IN, mat1) A(IN, mat2) A(SCALAR, beta) A(SCALAR, alpha) A(OUT, out) A(I8, cubeMathType)
STANDIN_ARGUMENTS(sum, SUM)

static aclnnStatus check_addmm(const struct sum *a, struct standin_call *call) {
    return check_sum(a->self, a->mat1, a->mat2, a->out, a->cubeMathType, (int) call->detail, call);
}

static void compute_addmm(const struct sum *a, struct standin_call *call) {
    compute_sum(a->self, a->mat1, a->mat2, a->beta, a->alpha, a->out, a->cubeMathType, call);
}

STANDIN_OPERATOR(aclnnAddmm, sum, SUM, check_addmm, compute_addmm, .detail = 2)
STANDIN_OPERATOR(aclnnBaddbmm, sum, SUM, check_addmm, compute_addmm, .detail = 3)

#define IN_PLACE_SUM(A) A(INOUT, selfRef) A(IN, mat1) A(IN, mat2) A(SCALAR, beta) A(SCALAR, alpha) A(I8, cubeMathType)
STANDIN_ARGUMENTS(in_place_sum, IN_PLACE_SUM)

static aclnnStatus check_in_place_addmm(const struct in_place_sum *a, struct standin_call *call) {
    return check_sum(a->selfRef, a->mat1, a->mat2, a->selfRef, a->cubeMathType, (int) call->detail, call);
}

static void compute_in_place_addmm(const struct in_place_sum *a, struct standin_call *call) {
    compute_sum(a->selfRef, a->mat1, a->mat2, a->beta, a->alpha, a->selfRef, a->cubeMathType, call);
}

STANDIN_OPERATOR(aclnnInplaceAddmm, in_place_sum, IN_PLACE_SUM, check_in_place_addmm, compute_in_place_addmm, .detail = 2)
