/* What the library was built for and what the machine can do. */
#include "vector.h"
#include <omp.h>

/* Lanes of the vectors that this build uses. */
EXPORT int hearth_lanes(void) { return W; }

/* Whether products of bf16 are made by vdpbf16ps. */
EXPORT int hearth_has_bf16(void) {
#if W == 16
    return __builtin_cpu_supports("avx512bf16") != 0;
#else
    return 0;
#endif
}

EXPORT int hearth_threads(void) { return omp_get_max_threads(); }

/* Reads n floats and returns something of them, to measure memory bandwidth. */
EXPORT float hearth_read(const float *x, long n) {
    int threads = omp_get_max_threads();
    float total = 0;
#pragma omp parallel for schedule(static) reduction(+ : total)
    for (int t = 0; t < threads; t++) {
        vf s[4] = {};
        long from = n / threads * t, to = n / threads * (t + 1);
        for (long i = from; i + 4 * W <= to; i += 4 * W)
            for (int j = 0; j < 4; j++) s[j] += load(x + i + j * W);
        total += sum(s[0] + s[1] + s[2] + s[3]);
    }
    return total;
}
