/*
 * Training attention against double precision, its gradient against finite differences of the double-precision forward function;
 * and what the operators refuse.
 */
#include "tf_test.h"

#define SCORE_IN cT, cT, cT, cT, cT, cT, cT, cIA
#define NUMBERS double, double, i64, i64, i64, char *, i64, i64
OPERATOR(aclnnFlashAttentionVarLenScore, SCORE_IN, cIA, cIA, NUMBERS, cT, cT, cT, cT)
OPERATOR(aclnnFlashAttentionScore, SCORE_IN, NUMBERS, cT, cT, cT, cT)
OPERATOR(aclnnFlashAttentionUnpaddingScoreGrad, cT, cT, cT, cT, cT, cT, cT, cT, cT, cT, cT, cT, cIA, cIA, cIA, NUMBERS, cT, cT, cT, cT)

static aclTensor *mask;

struct trial {
    aclDataType type;
    i64 sequences, heads, shared, size, value_size, mode, before, after;
    i64 q_ends[4], k_ends[4];
    double scale;
    Tensor q, k, v, out, max, sum;
    aclIntArray *q_lengths, *k_lengths;
};

static struct trial drawn(void) {
    struct trial t = {.type = any_float(), .sequences = between(1, 4), .shared = between(1, 3), .size = 4 * between(1, 20)};
    t.heads = t.shared * between(1, 4);
    t.value_size = between(0, 3) ? t.size : 4 * between(1, t.size / 4);
    t.mode = (i64[]) {0, 2, 3, 3, 4, 4}[between(0, 5)];
    t.before = between(0, 20);
    t.after = between(0, 1) ? 0 : between(0, 5);
    t.scale = 1 / sqrt((double) t.size);
    for (i64 i = 0; i < t.sequences; i++) {
        /* No leading 0, but lengths of 0 among the others. */
        const i64 queries = i > 0 && between(0, 5) == 0 ? 0 : between(1, 70), keys = queries + (between(0, 1) ? between(0, 40) : 0);
        t.q_ends[i] = (i ? t.q_ends[i - 1] : 0) + queries;
        t.k_ends[i] = (i ? t.k_ends[i - 1] : 0) + keys;
    }
    const i64 tokens = t.q_ends[t.sequences - 1], keys = t.k_ends[t.sequences - 1];
    t.q = random_tensor(t.type, between(0, 1) ? ANY : DENSE, DIMS(tokens, t.heads, t.size), -2, 2);
    t.k = random_tensor(t.type, between(0, 1) ? ANY : DENSE, DIMS(keys, t.shared, t.size), -2, 2);
    t.v = random_tensor(t.type, DENSE, DIMS(keys, t.shared, t.value_size), -2, 2);
    t.out = output(t.type, between(0, 1) ? ANY : DENSE, DIMS(tokens, t.heads, t.value_size));
    t.max = output(ACL_FLOAT, DENSE, DIMS(tokens, t.heads, 8));
    t.sum = output(ACL_FLOAT, DENSE, DIMS(tokens, t.heads, 8));
    t.q_lengths = ints((int) t.sequences, t.q_ends);
    t.k_lengths = ints((int) t.sequences, t.k_ends);
    return t;
}

static void dropped(struct trial *t) {
    drop(&t->q);
    drop(&t->k);
    drop(&t->v);
    drop(&t->out);
    drop(&t->max);
    drop(&t->sum);
    aclDestroyIntArray(t->q_lengths);
    aclDestroyIntArray(t->k_lengths);
}

static struct attention sequence(const struct trial *t, i64 i, i64 head) {
    const i64 q = i ? t->q_ends[i - 1] : 0, k = i ? t->k_ends[i - 1] : 0, of = head / (t->heads / t->shared);
    bool (*const sees[])(const struct attention *, i64, i64) = {sees_all, sees_all, sees_left_up, sees_right_down, sees_band};
    return (struct attention) {t->q_ends[i] - q, t->k_ends[i] - k, t->size, t->value_size, t->q.values + (q * t->heads + head) * t->size,
                               t->k.values + (k * t->shared + of) * t->size, t->v.values + (k * t->shared + of) * t->value_size,
                               t->heads * t->size, t->shared * t->size, t->shared * t->value_size, t->scale, sees[t->mode], t->before, t->after};
}

/* Every number of out, from what q, k and v hold now. */
static void reference(struct trial *t, double *to) {
    for (i64 i = 0; i < t->sequences; i++) {
        for (i64 h = 0; h < t->heads; h++) {
            const struct attention a = sequence(t, i, h);
            const i64 first = i ? t->q_ends[i - 1] : 0;
            for (i64 r = 0; r < a.queries; r++) {
                attend(&a, r, to + ((first + r) * t->heads + h) * t->value_size);
            }
        }
    }
}

static void run_forward(struct trial *t) {
    RUN(aclnnFlashAttentionVarLenScore, t->q.tensor, t->k.tensor, t->v.tensor, NULL, NULL, NULL, t->mode ? mask : NULL, NULL, t->q_lengths,
        t->k_lengths, t->scale, 1.0, t->before, t->after, t->heads, "TND", 2, t->mode, t->max.tensor, t->sum.tensor, NULL, t->out.tensor);
}

static void forward(void) {
    struct trial t = drawn();
    run_forward(&t);
    reference(&t, t.out.values);
    expect(&t.out, tolerance_of(t.type), 2);
    dropped(&t);
}

static double loss(struct trial *t, const double *d_out, double *scratch) {
    double sum = 0;
    reference(t, scratch);
    for (i64 i = 0; i < t->out.count; i++) {
        sum += scratch[i] * d_out[i];
    }
    return sum;
}

/* Some elements of a gradient against differences of the loss. */
static void compare(struct trial *t, const Tensor *of, Tensor *gradient, const double *d_out) {
    double *scratch = malloc((size_t) (t->out.count + 1) * sizeof *scratch), largest = 0;
    char *memory = malloc((size_t) gradient->storage * size_of(gradient->type));
    need(aclrtMemcpy(memory, (size_t) gradient->storage * size_of(gradient->type), gradient->device,
                     (size_t) gradient->storage * size_of(gradient->type), 2), "aclrtMemcpy");
    for (int n = 0; n < 12; n++) {
        const i64 i = between(0, of->count - 1);
        const double kept = of->values[i], step = 1e-5;
        of->values[i] = kept + step;
        const double up = loss(t, d_out, scratch);
        of->values[i] = kept - step;
        const double wanted = (up - loss(t, d_out, scratch)) / (2 * step);
        of->values[i] = kept;
        const double actual = get(memory + (size_t) distance(gradient, i) * size_of(gradient->type), gradient->type);
        largest = fabs(actual - wanted) > largest ? fabs(actual - wanted) : largest;
    }
    /* Of sums over up to 70 queries and 12 heads of numbers up to 2, of which each is rounded. */
    if (largest > (t->type == ACL_BF16 ? 0.3 : t->type == ACL_FLOAT16 ? 0.04 : 2e-4)) {
        complain("a gradient of type %d differs by %g (mode %lld)", t->type, largest, (long long) t->mode);
    }
    free(scratch);
    free(memory);
}

static void backward(void) {
    struct trial t = drawn();
    Tensor d_out = random_tensor(t.type, DENSE, DIMS(t.out.dims[0], t.heads, t.value_size), -1, 1);
    Tensor dq = output(t.type, ANY, 3, t.q.dims), dk = output(t.type, DENSE, 3, t.k.dims), dv = output(t.type, DENSE, 3, t.v.dims);
    run_forward(&t);
    RUN(aclnnFlashAttentionUnpaddingScoreGrad, t.q.tensor, t.k.tensor, t.v.tensor, d_out.tensor, NULL, NULL, NULL, t.mode ? mask : NULL,
        t.max.tensor, t.sum.tensor, NULL, t.out.tensor, NULL, t.q_lengths, t.k_lengths, t.scale, 1.0, t.before, t.after, t.heads, "TND", 2,
        t.mode, dq.tensor, dk.tensor, dv.tensor, NULL);
    compare(&t, &t.q, &dq, d_out.values);
    compare(&t, &t.k, &dk, d_out.values);
    compare(&t, &t.v, &dv, d_out.values);
    drop(&d_out);
    drop(&dq);
    drop(&dk);
    drop(&dv);
    dropped(&t);
}

/* The same sequences in the layouts with a batch: BNSD and BSH give what TND gives. */
static void layouts(void) {
    const i64 batch = between(1, 3), tokens = between(1, 40), heads = between(1, 4), size = 16;
    const aclDataType type = any_float();
    Tensor q = random_tensor(type, DENSE, DIMS(batch, tokens, heads * size), -2, 2), k = random_tensor(type, DENSE, 3, q.dims, -2, 2);
    Tensor v = random_tensor(type, DENSE, 3, q.dims, -2, 2), out = output(type, DENSE, 3, q.dims);
    Tensor max = output(ACL_FLOAT, DENSE, DIMS(batch, heads, tokens, 8)), sum = output(ACL_FLOAT, DENSE, 4, max.dims);
    RUN(aclnnFlashAttentionScore, q.tensor, k.tensor, v.tensor, NULL, NULL, NULL, mask, NULL, 0.25, 1.0, 65536, 65536, heads, "BSH", 0, 2,
        max.tensor, sum.tensor, NULL, out.tensor);
    for (i64 b = 0; b < batch; b++) {
        for (i64 h = 0; h < heads; h++) {
            const i64 at = b * tokens * heads * size + h * size, row = heads * size;
            const struct attention a = {tokens, tokens, size, size, q.values + at, k.values + at, v.values + at, row, row, row, 0.25, sees_left_up, 0, 0};
            for (i64 i = 0; i < tokens; i++) {
                attend(&a, i, out.values + at + i * row);
            }
        }
    }
    expect(&out, tolerance_of(type), 2);
    drop(&q);
    drop(&k);
    drop(&v);
    drop(&out);
    drop(&max);
    drop(&sum);
}

/* Inverted polarity is not refused: it gives wrong numbers, as on a card. */
static void polarity(void) {
    aclTensor *inverted = triangle(ACL_UINT8, true), *right = mask;
    Tensor q = random_tensor(ACL_FLOAT, DENSE, DIMS(20, 1, 16), -2, 2), out = output(ACL_FLOAT, DENSE, 3, q.dims), wrong = output(ACL_FLOAT, DENSE, 3, q.dims);
    Tensor max = output(ACL_FLOAT, DENSE, DIMS(20, 1, 8)), sum = output(ACL_FLOAT, DENSE, 3, max.dims);
    aclIntArray *lengths = ints(1, (i64[]) {20});
    for (int i = 0; i < 2; i++) {
        RUN(aclnnFlashAttentionVarLenScore, q.tensor, q.tensor, q.tensor, NULL, NULL, NULL, i ? inverted : right, NULL, lengths, lengths, 0.25, 1.0,
            0, 0, 1, "TND", 0, 3, max.tensor, sum.tensor, NULL, i ? wrong.tensor : out.tensor);
    }
    float first[320], second[320];
    need(aclrtMemcpy(first, sizeof first, (char *) out.device, sizeof first, 2), "aclrtMemcpy");
    need(aclrtMemcpy(second, sizeof second, (char *) wrong.device, sizeof second, 2), "aclrtMemcpy");
    if (memcmp(first, second, sizeof first) == 0) {
        complain("an inverted mask makes no difference");
    }
    aclDestroyIntArray(lengths);
    drop(&q);
    drop(&out);
    drop(&wrong);
    drop(&max);
    drop(&sum);
}

static void refusals(void) {
    Tensor q = random_tensor(ACL_FLOAT, DENSE, DIMS(20, 2, 16), -2, 2), out = output(ACL_FLOAT, DENSE, 3, q.dims);
    Tensor max = output(ACL_FLOAT, DENSE, DIMS(20, 2, 8)), sum = output(ACL_FLOAT, DENSE, 3, max.dims);
    Tensor half = random_tensor(ACL_FLOAT16, DENSE, DIMS(20, 2, 16), -2, 2), small = random_tensor(ACL_UINT8, DENSE, DIMS(20, 20), 0, 1);
    aclIntArray *right = ints(2, (i64[]) {5, 20}), *leading = ints(3, (i64[]) {0, 5, 20}), *each = ints(2, (i64[]) {15, 5});
    aclIntArray *kept = ints(2, (i64[]) {15, 20});
#define CALL(key, m, q_l, k_l, layout, mode, maximum)                                                                            \
    q.tensor, key, q.tensor, NULL, NULL, NULL, m, NULL, q_l, k_l, 0.25, 1.0, 0, 0, 2, layout, 0, mode, maximum, sum.tensor, NULL, out.tensor
    REFUSED(161002, aclnnFlashAttentionVarLenScore, CALL(q.tensor, mask, leading, leading, "TND", 3, max.tensor));
    REFUSED(161002, aclnnFlashAttentionVarLenScore, CALL(q.tensor, mask, each, each, "TND", 3, max.tensor));
    REFUSED(161002, aclnnFlashAttentionVarLenScore, CALL(half.tensor, mask, right, right, "TND", 3, max.tensor));
    REFUSED(161002, aclnnFlashAttentionVarLenScore, CALL(q.tensor, mask, right, right, "BSND", 3, max.tensor));
    REFUSED(161002, aclnnFlashAttentionVarLenScore, CALL(q.tensor, mask, NULL, right, "TND", 3, max.tensor));
    REFUSED(161001, aclnnFlashAttentionVarLenScore, CALL(q.tensor, mask, right, right, "TND", 3, NULL));
    REFUSED(161002, aclnnFlashAttentionVarLenScore, CALL(q.tensor, mask, right, right, "TND", 3, small.tensor));
    REFUSED(561002, aclnnFlashAttentionVarLenScore, CALL(q.tensor, small.tensor, right, right, "TND", 3, max.tensor));
    REFUSED(561002, aclnnFlashAttentionVarLenScore, CALL(q.tensor, mask, kept, right, "TND", 3, max.tensor));
    REFUSED(561003, aclnnFlashAttentionVarLenScore, CALL(q.tensor, mask, right, right, "TND", 6, max.tensor));
    aclDestroyIntArray(right);
    aclDestroyIntArray(leading);
    aclDestroyIntArray(each);
    aclDestroyIntArray(kept);
    drop(&q);
    drop(&out);
    drop(&max);
    drop(&sum);
    drop(&half);
    drop(&small);
}

int main(int argc, char **argv) {
    start(argc, argv);
    mask = triangle(ACL_UINT8, false);
    for (int round = 0; round < 60; round++) {
        forward();
        layouts();
    }
    for (int round = 0; round < 15; round++) {
        backward();
    }
    polarity();
    refusals();
    return finished();
}
