/* What the tests of attention share: a mask, and attention in double precision for one sequence. */
#ifndef HEARTH_TF_TEST_H
#define HEARTH_TF_TEST_H

#include "nn_test.h"

enum { TRIANGLE = 2048 };

/* The constant mask: 1 above the diagonal, or its opposite. */
static inline aclTensor *triangle(aclDataType type, bool inverted) {
    const i64 dims[] = {TRIANGLE, TRIANGLE};
    uint8_t *bits = malloc((size_t) TRIANGLE * TRIANGLE);
    for (i64 i = 0; i < (i64) TRIANGLE * TRIANGLE; i++) {
        bits[i] = (i % TRIANGLE > i / TRIANGLE) != inverted;
    }
    void *device;
    need(aclrtMalloc(&device, (size_t) TRIANGLE * TRIANGLE, 0), "aclrtMalloc");
    need(aclrtMemcpy(device, (size_t) TRIANGLE * TRIANGLE, bits, (size_t) TRIANGLE * TRIANGLE, 1), "aclrtMemcpy");
    free(bits);
    return aclCreateTensor(dims, 2, type, NULL, 0, ACL_FORMAT_ND, dims, 2, device);
}

/* One query head of one sequence; rows of tensors are `q_row` and so on values apart. */
struct attention {
    i64 queries, keys, size, value_size;
    const double *q, *k, *v;
    i64 q_row, k_row, v_row;
    double scale;
    bool (*sees)(const struct attention *, i64 query, i64 key);
    i64 before, after;
};

static inline bool sees_all(const struct attention *a, i64 i, i64 j) { return (void) a, (void) i, (void) j, true; }

static inline bool sees_left_up(const struct attention *a, i64 i, i64 j) { return (void) a, j <= i; }

static inline bool sees_right_down(const struct attention *a, i64 i, i64 j) { return j <= i + a->keys - a->queries; }

static inline bool sees_band(const struct attention *a, i64 i, i64 j) {
    const i64 own = i + a->keys - a->queries;
    return j >= own - a->before && j <= own + a->after;
}

/* Row i: out [value_size]; returns log of the sum of exponentials. Rows that see nothing are zero. */
static inline double attend(const struct attention *a, i64 i, double *out) {
    double *s = calloc((size_t) a->keys + 1, sizeof *s), max = -INFINITY, sum = 0;
    for (i64 j = 0; j < a->keys; j++) {
        s[j] = -INFINITY;
        if (a->sees(a, i, j)) {
            s[j] = 0;
            for (i64 d = 0; d < a->size; d++) {
                s[j] += a->q[i * a->q_row + d] * a->k[j * a->k_row + d];
            }
            s[j] *= a->scale;
            max = s[j] > max ? s[j] : max;
        }
    }
    for (i64 d = 0; d < a->value_size; d++) {
        out[d] = 0;
    }
    for (i64 j = 0; j < a->keys && max > -INFINITY; j++) {
        const double p = exp(s[j] - max);
        sum += p;
        for (i64 d = 0; d < a->value_size; d++) {
            out[d] += p * a->v[j * a->v_row + d];
        }
    }
    for (i64 d = 0; d < a->value_size && sum > 0; d++) {
        out[d] /= sum;
    }
    free(s);
    return max + log(sum);
}

/* What a probability that was rounded to the type may differ by, for `expect`. */
static inline double tolerance_of(aclDataType type) { return type == ACL_BF16 ? 0x1p-7 : type == ACL_FLOAT16 ? 0x1p-10 : 2e-6; }

/* An f32 or short tensor of values that are all there already. */
static inline Tensor given(aclDataType type, int rank, const i64 *dims, const double *values) {
    Tensor t = tensor_of(type, DENSE, rank, dims);
    for (i64 i = 0; i < t.count; i++) {
        t.values[i] = rounded_to(values[i], type);
    }
    upload(&t);
    return t;
}

/* Waits for work that must fail on its stream, after which the test's stream is another one. */
aclError aclrtDestroyStream(aclrtStream);
static inline void must_fail_behind(aclError code, const char *text) {
    const aclError is = aclrtSynchronizeStream(test_stream);
    const char *given_text = aclGetRecentErrMsg();
    if (is != code || given_text == NULL || strstr(given_text, text) == NULL) {
        complain("the stream gave %d (%s), not %d (%s)", is, given_text == NULL ? "" : given_text, code, text);
    }
    aclrtDestroyStream(test_stream);
    need(aclrtCreateStream(&test_stream), "aclrtCreateStream");
}

#endif
