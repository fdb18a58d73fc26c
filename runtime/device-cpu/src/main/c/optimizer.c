/*
 * AdamW (Loshchilov and Hutter 2019) and the squared norm over flat f32 arenas. Bound by memory: AdamW reads four floats
 * and writes three an element.
 */
#include "vector.h"

/* Elements of one part of a sum: follows from n alone. */
static long part_size(long n) {
    long size = (n + 1023) / 1024;
    return size < 16384 ? 16384 : (size + 4095) / 4096 * 4096;
}

/* out [1] += sum of x^2: in f32 over 1024 elements, in f64 above. */
EXPORT void hearth_squared_norm(const float *x, float *out, long n) {
    double parts[1024];
    long size = part_size(n), count = (n + size - 1) / size;
#pragma omp parallel for schedule(static) if (n > SERIAL_BELOW)
    for (long part = 0; part < count; part++) {
        long end = (part + 1) * size < n ? (part + 1) * size : n;
        double total = 0;
        for (long from = part * size; from < end; from += 1024) {
            long length = end - from < 1024 ? end - from : 1024;
            vf s = {};
            FOR_VECTORS(c, length, {
                vf a = loadn(x + from + c, n);
                s += a * a;
            });
            total += sum(s);
        }
        parts[part] = total;
    }
    double total = 0;
    for (long part = 0; part < count; part++) total += parts[part];
    *out += (float)total;
}

/* p, m, v, g f32 [n]; grad_scale f32 [1]; copy: act [n] in bf16 or f32 as copy_bf16 says, or null. */
EXPORT void hearth_adam_w(
        float *p, float *m, float *v, const float *g, const float *grad_scale, int step, float rate, float beta1,
        float beta2, float eps, float decay, void *copy, int copy_bf16, long count) {
    double correction1 = 1 - pow(beta1, step), correction2 = 1 - pow(beta2, step);
    float step_size = (float)(rate / correction1), root = (float)(1 / sqrt(correction2)), keep = 1 - rate * decay;
    float scale = *grad_scale, rest1 = 1 - beta1, rest2 = 1 - beta2;
    long blocks = (count + 4095) / 4096;
#pragma omp parallel for schedule(static) if (count > SERIAL_BELOW)
    for (long block = 0; block < blocks; block++) {
        long from = block * 4096, length = count - from < 4096 ? count - from : 4096;
        FOR_VECTORS(c, length, {
            long i = from + c;
            vf grad = loadn(g + i, n) * scale;
            vf first = loadn(m + i, n) * beta1 + grad * rest1;
            vf second = loadn(v + i, n) * beta2 + grad * grad * rest2;
            vf next = loadn(p + i, n) * keep - first * step_size / (vsqrt(second) * root + eps);
            storen(m + i, first, n);
            storen(v + i, second, n);
            storen(p + i, next, n);
            if (copy && !copy_bf16)
                storen((float *)copy + i, next, n);
            else if (copy && n == W)
                store_bf16((uint16_t *)copy + i, next);
            else if (copy)
                store_bf16_part((uint16_t *)copy + i, next, n);
        });
    }
}
