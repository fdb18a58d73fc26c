/*
 * Dropout with a counter-based generator: element i draws number offset + i of the SplitMix64 sequence of the seed (Steele
 * et al. 2014), whichever thread makes it. About ten integer operations an element.
 */
#include "act.h"

static inline uint64_t mix(uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* x, y act [n]; mask i8 [n], 1 = kept. */
EXPORT void FN(dropout)(const act *x, float probability, int64_t seed, int64_t offset, act *y, int8_t *mask, long count) {
    const uint64_t start = mix((uint64_t)seed);
    const float factor = 1 / (1 - probability);
#pragma omp parallel for schedule(static) if (count > SERIAL_BELOW / 4)
    for (long i = 0; i < count; i++) {
        uint64_t z = mix(start + ((uint64_t)offset + (uint64_t)i + 1) * 0x9e3779b97f4a7c15u);
        int8_t keep = (float)(int32_t)(z >> 40) * 0x1p-24f >= probability;
        mask[i] = keep;
        y[i] = keep ? to_act(to_f(x[i]) * factor) : 0;
    }
}

/* dx may be dy. */
EXPORT void FN(dropout_grad)(const act *dy, float probability, const int8_t *mask, act *dx, long count) {
    const float factor = 1 / (1 - probability);
#pragma omp parallel for schedule(static) if (count > SERIAL_BELOW)
    for (long i = 0; i < count; i++) dx[i] = mask[i] ? to_act(to_f(dy[i]) * factor) : 0;
}
