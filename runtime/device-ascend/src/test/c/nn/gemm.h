/*
 * Matrix products in f32: operands of any strides are packed into panels of f32, sums run over k in one order whatever
 * the number of rows, so that a row's result does not depend on its neighbours.
 */
#ifndef HEARTH_STANDIN_NN_GEMM_H
#define HEARTH_STANDIN_NN_GEMM_H

#include "loop.h"

/*
 * out = alpha * a b + beta * self, rounded once to out's type.
 * a [m, k], b [k, n], out [m, n]; self [m, n] with strides of 0 where it is broadcast, or NULL. self may be out.
 */
void nn_gemm(const NnView *a, const NnView *b, float alpha, float beta, const NnView *self, const NnView *out);

/* The same over one leading axis that all views share. */
void nn_gemm_batched(const NnView *a, const NnView *b, float alpha, float beta, const NnView *self, const NnView *out);

#endif
