/*
 * Picking tokens from rows of logits. One pass over a row: bound by memory.
 */
#include "act.h"

/* Index of the largest element, the first of equals; a row of NaN gives 0. */
EXPORT void FN(argmax)(const act *logits, int32_t *out, long rows, long width) {
#pragma omp parallel for schedule(static) if (rows * width > SERIAL_BELOW)
    for (long t = 0; t < rows; t++) {
        const act *row = logits + t * width;
        float best = -INFINITY;
        long at = 0;
        for (long from = 0; from < width; from += 512) {
            long length = width - from < 512 ? width - from : 512;
            vf m = splat(-INFINITY);
            FOR_VECTORS(c, length, {
                vf x = ld(row + from + c, n);
                for (long i = n; i < W; i++) x[i] = -INFINITY;
                m = vmax(m, x);
            });
            float top = max_lane(m);
            if (!(top > best)) continue;
            best = top;
            for (at = from; to_f(row[at]) != top; at++) {
            }
        }
        out[t] = (int32_t)at;
    }
}

/*
 * Elements of a row in falling order, made as far as they are asked for: elements are dealt into BINS bins by their
 * distance from the maximum, and a bin is sorted when it is reached. Costs two passes over the row and the sorting of the
 * few bins that hold what is likely.
 */
#define BINS 4096
#define BINS_PER_UNIT 64.0f

typedef struct {
    uint64_t *keys; /* falling value, then rising index, as a rising number */
    long start[BINS + 1], sorted, bin, width;
    const act *row;
} Order;

static int compare_keys(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static int bin_of(float top, float x) {
    float distance = (top - x) * BINS_PER_UNIT;
    return distance < BINS - 1 ? (int)distance : BINS - 1;
}

static uint64_t key_of(float x, long index) {
    float value = x + 0.0f;
    int32_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint32_t ascending = (uint32_t)(bits ^ (bits >> 31 & 0x7fffffff)) ^ 0x80000000u;
    return (uint64_t)~ascending << 32 | (uint64_t)index;
}

static uint64_t *key_space(long count) {
    static _Thread_local uint64_t *keys;
    static _Thread_local long size;
    if (count > size) {
        free(keys);
        keys = malloc(count * sizeof *keys);
        if (!keys) abort();
        size = count;
    }
    return keys;
}

static float largest(const act *row, long width) {
    vf m = splat(-INFINITY);
    FOR_VECTORS(c, width, {
        vf x = ld(row + c, n);
        for (long i = n; i < W; i++) x[i] = -INFINITY;
        m = vmax(m, x);
    });
    return max_lane(m);
}

static void deal(Order *o, const act *row, long width) {
    long count[BINS] = {0};
    float top = largest(row, width);
    o->row = row;
    o->width = width;
    o->keys = key_space(width);
    for (long i = 0; i < width; i++) count[bin_of(top, to_f(row[i]))]++;
    o->start[0] = 0;
    for (int b = 0; b < BINS; b++) {
        o->start[b + 1] = o->start[b] + count[b];
        count[b] = o->start[b];
    }
    for (long i = 0; i < width; i++) {
        float x = to_f(row[i]);
        o->keys[count[bin_of(top, x)]++] = key_of(x, i);
    }
    o->sorted = 0;
    o->bin = 0;
}

/* Index of the element at this rank. */
static long ranked(Order *o, long rank) {
    while (o->sorted <= rank) {
        long from = o->start[o->bin], to = o->start[++o->bin];
        qsort(o->keys + from, to - from, sizeof *o->keys, compare_keys);
        o->sorted = to;
    }
    return (long)(o->keys[rank] & 0xffffffffu);
}

/* values f32 [B, k], indices i32 [B, k]. */
EXPORT void FN(top_k)(const act *logits, float *values, int32_t *indices, long rows, long width, long k) {
#pragma omp parallel for schedule(static) if (rows * width > SERIAL_BELOW)
    for (long t = 0; t < rows; t++) {
        Order order;
        deal(&order, logits + t * width, width);
        for (long i = 0; i < k; i++) {
            long at = ranked(&order, i);
            values[t * k + i] = to_f(logits[t * width + at]);
            indices[t * k + i] = (int32_t)at;
        }
    }
}

#if !defined(ACT_BF16)
/* Sum of e^((x - top) / temperature), in stretches of 1024. */
static double mass_of(const float *row, long width, float top, float temperature) {
    double total = 0;
    float inverse = 1.0f / temperature;
    for (long from = 0; from < width; from += 1024) {
        long length = width - from < 1024 ? width - from : 1024;
        vf s = {};
        FOR_VECTORS(c, length, {
            vf e = vexp((loadn(row + from + c, n) - top) * inverse);
            for (long i = n; i < W; i++) e[i] = 0;
            s += e;
        });
        total += sum(s);
    }
    return total;
}

static long draw(const float *row, long width, float temperature, int top_k, float top_p, float min_p, float uniform) {
    Order order;
    deal(&order, row, width);
    float top = row[ranked(&order, 0)];
    long count = top_k > 0 && top_k < width ? top_k : width;
#define WEIGHT(rank) exp(((double)row[ranked(&order, rank)] - top) / temperature)
    double total = 0;
    if (count < width)
        for (long i = 0; i < count; i++) total += WEIGHT(i);
    else
        total = mass_of(row, width, top, temperature);
    double mass = total;
    long kept = count;
    if (top_p < 1 || min_p > 0) {
        mass = 0;
        for (kept = 0; kept < count; kept++) {
            double weight = WEIGHT(kept);
            /* The likeliest has weight 1, so that min_p is compared with the weight itself. */
            if (kept > 0 && !(mass < top_p * total && weight >= min_p)) break;
            mass += weight;
        }
    }
    double wanted = uniform * mass, passed = 0;
    for (long i = 0; i < kept; i++) {
        passed += WEIGHT(i);
        if (passed > wanted) return ranked(&order, i);
    }
#undef WEIGHT
    return ranked(&order, kept - 1);
}

/* One token a row; see Kernels.sample. All but logits and token are [B]. */
EXPORT void hearth_sample(
        const float *logits, const float *temperature, const int32_t *top_k, const float *top_p, const float *min_p,
        const float *uniform, int32_t *token, float *logprob, long rows, long width) {
#pragma omp parallel for schedule(dynamic, 1) if (rows * width > SERIAL_BELOW)
    for (long t = 0; t < rows; t++) {
        const float *row = logits + t * width;
        if (temperature[t] == 0)
            hearth_argmax_f32(row, token + t, 1, width);
        else
            token[t] = (int32_t)draw(row, width, temperature[t], top_k[t], top_p[t], min_p[t], uniform[t]);
        float top = largest(row, width);
        logprob[t] = (float)(row[token[t]] - (double)top - log(mass_of(row, width, top, 1.0f)));
    }
}
#endif
