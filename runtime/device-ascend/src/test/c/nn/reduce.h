/* Reductions over sets of axes, and computations on whole lines along one axis. */
#ifndef HEARTH_STANDIN_NN_REDUCE_H
#define HEARTH_STANDIN_NN_REDUCE_H

#include "loop.h"

enum nn_fold { NN_SUM, NN_MAX, NN_MIN, NN_ALL_TRUE, NN_SUM_EXP, NN_SUM_POWER, NN_MAX_ABS, NN_MIN_ABS };

/*
 * One value per place of the axes that are kept, in row-major order: result [places]. Sums are double, which stands for the tree
 * in which a card adds; what is rounded is the end. `exponent` is that of NN_SUM_POWER; NN_SUM_EXP adds exp(x - shift[place]).
 */
void nn_reduce(const NnView *self, unsigned axes, enum nn_fold fold, double exponent, const double *shift, double *result);

/* Elements of a view over the axes of a set, or over the others. */
int64_t nn_places(const NnView *self, unsigned axes);

/* A norm per place: exponent 2, 1, 0, infinities or any other. */
void nn_norm(const NnView *self, unsigned axes, double exponent, double *result);

/* A line along an axis in f32: the first `inputs` views were loaded, the others are stored afterwards. */
typedef void (*NnLineKernel)(const double *scalars, float *const *line, int64_t n);

/* For each line along `axis` of views of one shape. */
void nn_lines(NnLineKernel kernel, const double *scalars, int axis, int inputs, int outputs, const NnView *const *views);

#endif
