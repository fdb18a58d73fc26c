/*
 * FRACTAL_NZ: a matrix of r rows and c columns in stripes of n0 columns, each padded to whole blocks of 16 rows:
 * [ceil(c / n0), ceil(r / 16), 16, n0], n0 = 32 / size of an element; what pads is zero.
 */
#ifndef HEARTH_STANDIN_TF_FRACTAL_H
#define HEARTH_STANDIN_TF_FRACTAL_H

#include "standin.h"

enum { FRACTAL_ROWS = 16, FRACTAL_BYTES = 32 };

static inline int64_t fractal_up(int64_t n, int64_t unit) { return (n + unit - 1) / unit * unit; }

static inline int64_t fractal_width(aclDataType type) { return FRACTAL_BYTES / (int64_t) standin_size(type); }

/* Elements of such a matrix with its padding. */
static inline int64_t fractal_count(int64_t rows, int64_t columns, aclDataType type) {
    return fractal_up(rows, FRACTAL_ROWS) * fractal_up(columns, fractal_width(type));
}

static inline int64_t fractal_at(int64_t row, int64_t column, int64_t rows, int64_t width) {
    return (column / width * fractal_up(rows, FRACTAL_ROWS) + row) * width + column % width;
}

#endif
