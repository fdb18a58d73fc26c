/*
 * Attention of one sequence and one key-value head, with all query heads that share it, on f32 copies.
 * Rows are queries: row r is query r / heads with head r % heads. Probabilities and their gradients are rounded to the
 * tensors' type before a product, as the cube unit takes nothing wider; all sums are f32.
 */
#ifndef HEARTH_STANDIN_TF_ATTEND_H
#define HEARTH_STANDIN_TF_ATTEND_H

#include <stdbool.h>
#include <stdint.h>

/* Which keys a query sees: j with -before <= j - (i + origin) <= after, and of these the ones whose bit is 0. */
struct tf_sight {
    int64_t queries, keys;
    int64_t origin; /* 0: both begin together; keys - queries: both end together */
    int64_t before, after;
    const uint8_t *bits; /* [queries][keys] with rows bits_row apart, 1 = masked out; or NULL */
    int64_t bits_row;
    bool empty_is_zero; /* what a query gets that sees nothing: zeros, or the mean of all values */
};

/* The keys from `first` to before `end` that query i may see. */
void tf_seen(const struct tf_sight *sight, int64_t i, int64_t *first, int64_t *end);

struct tf_attend {
    struct tf_sight sight;
    int64_t heads;          /* query heads of this key-value head */
    int64_t size;           /* of a query's and a key's head */
    int64_t value_size;     /* of a value's head */
    float scale;
    int type;               /* aclDataType that probabilities are rounded to */
    const float *q;         /* [queries * heads][size] */
    const float *k;         /* [keys][size] */
    const float *v;         /* [keys][value_size] */
    float *out;             /* [queries * heads][value_size] */
    float *max, *sum;       /* [queries * heads]: maximum of the scaled products, sum of the exponentials relative to it */
};

void tf_attend(const struct tf_attend *a);

struct tf_attend_grad {
    struct tf_attend forward; /* out, max and sum are what the forward call left */
    const float *d_out;       /* [queries * heads][value_size] */
    float *dq;                /* [queries * heads][size], overwritten */
    float *dk;                /* [keys][size], overwritten */
    float *dv;                /* [keys][value_size], overwritten */
    bool any_order;           /* sums over queries in a random order, as without ACL_OPT_DETERMINISTIC */
};

void tf_attend_grad(const struct tf_attend_grad *g);

#endif
