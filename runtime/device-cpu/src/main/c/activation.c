/*
 * SwiGLU: h = silu(gate) * up, with gate and up side by side in one row, and its gradient. gate_up [T, 2F], h [T, F], act.
 * One pass, one exponential an element: bound by memory in f32, near it in bf16.
 */
#include "act.h"

EXPORT void FN(swi_glu)(const act *gate_up, act *h, long rows, long width) {
#pragma omp parallel for schedule(static) if (rows * width > SERIAL_BELOW / 4)
    for (long t = 0; t < rows; t++) {
        const act *gate = gate_up + t * 2 * width, *up = gate + width;
        act *out = h + t * width;
        FOR_VECTORS(c, width, {
            vf g = ld(gate + c, n);
            st(out + c, g / (1.0f + vexp(-g)) * ld(up + c, n), n);
        });
    }
}

/* d_gate_up may be gate_up. */
EXPORT void FN(swi_glu_grad)(const act *dh, const act *gate_up, act *d_gate_up, long rows, long width) {
#pragma omp parallel for schedule(static) if (rows * width > SERIAL_BELOW / 4)
    for (long t = 0; t < rows; t++) {
        const act *gate = gate_up + t * 2 * width, *up = gate + width, *d = dh + t * width;
        act *d_gate = d_gate_up + t * 2 * width, *d_up = d_gate + width;
        FOR_VECTORS(c, width, {
            vf g = ld(gate + c, n);
            vf u = ld(up + c, n);
            vf o = ld(d + c, n);
            vf sigmoid = 1.0f / (1.0f + vexp(-g));
            vf silu = g * sigmoid;
            st(d_up + c, o * silu, n);
            st(d_gate + c, o * u * (sigmoid + silu * (1.0f - sigmoid)), n);
        });
    }
}
