/* Rows into the paged cache and blocks within it. Bound by memory. */
#include "act.h"

/* k, v [T, width]; slots i32 [T]; caches [blocks * block size, width]. */
EXPORT void FN(kv_write)(
        const act *k, const act *v, const int32_t *slots, act *k_cache, act *v_cache, long rows, long width) {
#pragma omp parallel for schedule(static) if (rows * width > SERIAL_BELOW)
    for (long t = 0; t < rows; t++) {
        memcpy(k_cache + slots[t] * width, k + t * width, width * sizeof(act));
        memcpy(v_cache + slots[t] * width, v + t * width, width * sizeof(act));
    }
}
