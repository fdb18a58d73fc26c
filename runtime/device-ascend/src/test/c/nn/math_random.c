/*
 * Random numbers by counter: element i of a call is a function of the seed and offset + i alone. The bits are the stand-in's own;
 * what is promised is the distribution, and that the same seed and offset give the same numbers.
 */
#include "operand.h"

#include <math.h>

static uint64_t mixed(uint64_t x) {
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

/* In [0, 1), 53 bits. */
static double uniform(uint64_t seed, uint64_t counter) {
    return (double) (mixed(mixed(seed + 0x9e3779b97f4a7c15u) + counter * 0x9e3779b97f4a7c15u) >> 11) * 0x1p-53;
}

/* ---- masks of dropout: one bit for each element, 1 = kept, in bytes padded to whole 128 bits ---------------------------- */

static int64_t mask_bytes(int64_t elements) { return (elements + 127) / 128 * 16; }

static int64_t product(const aclIntArray *shape) {
    int64_t elements = 1;
    for (uint64_t i = 0; i < shape->size; i++) {
        elements *= shape->values[i];
    }
    return elements;
}

static aclnnStatus check_mask(const aclIntArray *shape, double prob, const aclTensor *out) {
    int64_t bytes = mask_bytes(product(shape));
    STANDIN_CHECK(out->type == ACL_UINT8, ACLNN_ERR_PARAM_INVALID, "out must be UINT8, not %s", standin_type_name(out->type));
    STANDIN_CHECK(prob >= 0 && prob <= 1, ACLNN_ERR_PARAM_INVALID, "prob %g is not in [0, 1]", prob);
    return nn_check_shape(out, "out", 1, &bytes);
}

static void draw_mask(const aclIntArray *shape, double prob, int64_t seed, int64_t offset, const aclTensor *out) {
    int64_t elements = product(shape);
    for (int64_t byte = 0; byte < out->dims[0]; byte++) {
        int bits = 0;
        for (int64_t i = byte * 8; i < byte * 8 + 8; i++) {
            bits |= (i < elements && uniform((uint64_t) seed, (uint64_t) (offset + i)) >= prob) << (i % 8);
        }
        standin_set_int(out, byte * out->strides[0], bits);
    }
}

#define GEN_MASK(A) A(INTS, shape) A(F64, prob) A(I64, seed) A(I64, offset) A(OUT, out)
STANDIN_ARGUMENTS(gen_mask, GEN_MASK)

static aclnnStatus check_gen_mask(const struct gen_mask *a, struct standin_call *call) {
    (void) call;
    return check_mask(a->shape, a->prob, a->out);
}

static void compute_gen_mask(const struct gen_mask *a, struct standin_call *call) {
    (void) call;
    draw_mask(a->shape, a->prob, a->seed, a->offset, a->out);
}

STANDIN_OPERATOR(aclnnDropoutGenMask, gen_mask, GEN_MASK, check_gen_mask, compute_gen_mask)

#define GEN_MASK_V2(A) A(INTS, shape) A(F64, prob) A(I64, seed) A(I64, offset) A(TYPE, probDataType) A(OUT, out)
STANDIN_ARGUMENTS(gen_mask_v2, GEN_MASK_V2)

static aclnnStatus check_gen_mask_v2(const struct gen_mask_v2 *a, struct standin_call *call) {
    (void) call;
    STANDIN_CHECK(nn_is_narrow(a->probDataType), ACLNN_ERR_PARAM_INVALID, "probDataType cannot be %s", standin_type_name(a->probDataType));
    return check_mask(a->shape, a->prob, a->out);
}

static void compute_gen_mask_v2(const struct gen_mask_v2 *a, struct standin_call *call) {
    (void) call;
    draw_mask(a->shape, a->prob, a->seed, a->offset, a->out);
}

STANDIN_OPERATOR(aclnnDropoutGenMaskV2, gen_mask_v2, GEN_MASK_V2, check_gen_mask_v2, compute_gen_mask_v2)

#define DO_MASK(A) A(IN, self) A(IN, mask) A(F64, prob) A(OUT, out)
STANDIN_ARGUMENTS(do_mask, DO_MASK)

static aclnnStatus check_do_mask(const struct do_mask *a, struct standin_call *call) {
    NN_TRY(nn_check_type(a->self, "self", NN_NARROW));
    NN_TRY(nn_check_type(a->out, "out", NN_NARROW));
    NN_TRY(nn_check_same_shape(a->self, "self", a->out, "out"));
    STANDIN_CHECK(a->mask->type == ACL_UINT8, ACLNN_ERR_PARAM_INVALID, "mask must be UINT8, not %s", standin_type_name(a->mask->type));
    STANDIN_CHECK(a->prob >= 0 && a->prob <= 1, ACLNN_ERR_PARAM_INVALID, "prob %g is not in [0, 1]", a->prob);
    STANDIN_CHECK(standin_count(a->mask) == mask_bytes(standin_count(a->self)), ACLNN_ERR_PARAM_INVALID, "mask has %lld bytes but must have %lld",
                  (long long) standin_count(a->mask), (long long) mask_bytes(standin_count(a->self)));
    nn_note_copies(call, a->self);
    return ACLNN_SUCCESS;
}

static void compute_do_mask(const struct do_mask *a, struct standin_call *call) {
    (void) call;
    int64_t count = standin_count(a->self), *mask = standin_integers(a->mask);
    float *x = standin_floats(a->self), factor = a->prob == 1 ? 0 : (float) (1 / (1 - a->prob));
    for (int64_t i = 0; i < count; i++) {
        bool kept = a->prob == 0 || (a->prob < 1 && (mask[i / 8] >> (i % 8) & 1));
        x[i] = kept ? x[i] * factor : 0;
    }
    standin_store_floats(a->out, x);
    free(x);
    free(mask);
}

STANDIN_OPERATOR(aclnnDropoutDoMask, do_mask, DO_MASK, check_do_mask, compute_do_mask)

/* ---- tensors of random numbers ---------------------------------------------------------------------------------------- */

#define UNIFORM(A) A(INOUT, selfRef) A(F64, from) A(F64, to) A(U64, seed) A(U64, offset)
STANDIN_ARGUMENTS(uniformly, UNIFORM)

static aclnnStatus check_uniform(const struct uniformly *a, struct standin_call *call) {
    (void) call;
    STANDIN_CHECK(a->from <= a->to, ACLNN_ERR_PARAM_INVALID, "from %g is larger than to %g", a->from, a->to);
    return nn_check_type(a->selfRef, "selfRef", NN_FLOATS | NN_INTEGERS);
}

static void compute_uniform(const struct uniformly *a, struct standin_call *call) {
    (void) call;
    for (int64_t i = 0; i < standin_count(a->selfRef); i++) {
        standin_set(a->selfRef, standin_distance(a->selfRef, i), a->from + (a->to - a->from) * uniform(a->seed, a->offset + (uint64_t) i));
    }
}

STANDIN_OPERATOR(aclnnInplaceUniform, uniformly, UNIFORM, check_uniform, compute_uniform)

#define NORMAL(A) A(INOUT, selfRef) A(F32, mean) A(F32, std) A(I64, seed) A(I64, offset)
STANDIN_ARGUMENTS(normally, NORMAL)

static aclnnStatus check_normal(const struct normally *a, struct standin_call *call) {
    (void) call;
    STANDIN_CHECK(a->std >= 0, ACLNN_ERR_PARAM_INVALID, "std %g is negative", (double) a->std);
    return nn_check_type(a->selfRef, "selfRef", NN_FLOATS);
}

static void compute_normal(const struct normally *a, struct standin_call *call) {
    (void) call;
    for (int64_t i = 0; i < standin_count(a->selfRef); i++) {
        uint64_t counter = 2 * (uint64_t) (a->offset + i);
        double radius = sqrt(-2 * log(1 - uniform((uint64_t) a->seed, counter)));
        double value = radius * cos(6.283185307179586 * uniform((uint64_t) a->seed, counter + 1));
        standin_set(a->selfRef, standin_distance(a->selfRef, i), (double) a->mean + (double) a->std * value);
    }
}

STANDIN_OPERATOR(aclnnInplaceNormal, normally, NORMAL, check_normal, compute_normal)

#define WHOLE(A) A(INOUT, selfRef) A(I64, from) A(I64, to) A(I64, seed) A(I64, offset)
STANDIN_ARGUMENTS(wholly, WHOLE)

static aclnnStatus check_whole(const struct wholly *a, struct standin_call *call) {
    (void) call;
    STANDIN_CHECK(a->from < a->to, ACLNN_ERR_PARAM_INVALID, "from %lld is not below to %lld", (long long) a->from, (long long) a->to);
    return nn_check_type(a->selfRef, "selfRef", NN_FLOATS | NN_INTEGERS);
}

static void compute_whole(const struct wholly *a, struct standin_call *call) {
    (void) call;
    for (int64_t i = 0; i < standin_count(a->selfRef); i++) {
        double step = floor(uniform((uint64_t) a->seed, (uint64_t) (a->offset + i)) * (double) (a->to - a->from));
        standin_set(a->selfRef, standin_distance(a->selfRef, i), (double) a->from + step);
    }
}

STANDIN_OPERATOR(aclnnInplaceRandom, wholly, WHOLE, check_whole, compute_whole)

#define BERNOULLI(A) A(IN, self) A(SCALAR, prob) A(I64, seed) A(I64, offset) A(OUT, out)
STANDIN_ARGUMENTS(bernoulli, BERNOULLI)

static aclnnStatus check_bernoulli(const struct bernoulli *a, struct standin_call *call) {
    (void) call;
    double prob = nn_scalar(a->prob);
    STANDIN_CHECK(prob >= 0 && prob <= 1, ACLNN_ERR_PARAM_INVALID, "prob %g is not in [0, 1]", prob);
    STANDIN_CHECK(a->offset % 4 == 0, ACLNN_ERR_PARAM_INVALID, "offset %lld is no multiple of 4", (long long) a->offset);
    NN_TRY(nn_check_type(a->self, "self", NN_NUMBERS));
    NN_TRY(nn_check_same_type(a->self, "self", a->out, "out"));
    return nn_check_same_shape(a->self, "self", a->out, "out");
}

static void compute_bernoulli(const struct bernoulli *a, struct standin_call *call) {
    (void) call;
    double prob = nn_scalar(a->prob);
    for (int64_t i = 0; i < standin_count(a->out); i++) {
        standin_set(a->out, standin_distance(a->out, i), uniform((uint64_t) a->seed, (uint64_t) (a->offset + i)) < prob);
    }
}

STANDIN_OPERATOR(aclnnBernoulli, bernoulli, BERNOULLI, check_bernoulli, compute_bernoulli)
