/*
 * Loops over strided tensors of one shape. Adjacent axes that lie together in every operand become one, so that a
 * contiguous tensor is one long row whatever its rank.
 */
#ifndef HEARTH_STANDIN_NN_LOOP_H
#define HEARTH_STANDIN_NN_LOOP_H

#include "rows.h"

#define NN_RANK 8
#define NN_OPERANDS 5
#define NN_CHUNK 1024

/* A tensor as a computation sees it: `data` is its first element, strides are in elements. */
typedef struct {
    char *data;
    int type;
    int rank;
    int64_t shape[NN_RANK], stride[NN_RANK];
} NnView;

typedef struct {
    int operands, outer; /* outer: axes before the row */
    int64_t shape[NN_RANK];
    int64_t row, rows;
    char *data[NN_OPERANDS];
    int64_t size[NN_OPERANDS], step[NN_OPERANDS]; /* bytes of an element; elements from one of a row to the next */
    int64_t stride[NN_OPERANDS][NN_RANK];
} NnLoop;

int64_t nn_count(const NnView *view);

/* The view in row-major order of another shape with as many elements, for which its memory must be contiguous. */
bool nn_contiguous(const NnView *view);

/* Whether the operand's shape can be broadcast to `shape`. */
bool nn_broadcasts(const NnView *view, int rank, const int64_t *shape);

/* The shape that two are broadcast to; false if there is none. */
bool nn_broadcast_shape(const NnView *a, const NnView *b, int *rank, int64_t *shape);

/* A loop over `shape`, to which every operand is broadcast. */
void nn_loop(NnLoop *loop, int rank, const int64_t *shape, int operands, const NnView *const *views);

/* Addresses of the operands' first elements in row number `row`. */
void nn_loop_row(const NnLoop *loop, int64_t row, char **at);

/* The view without axis `axis`, and an element's address along nothing. */
NnView nn_without_axis(const NnView *view, int axis);
int nn_axis(int64_t axis, int rank); /* a negative axis counted from the end; -1 if out of range; rank 0 counts as 1 */

/*
 * A computation on each element: `in` holds up to four rows, in float when all operands are f32, f16 or bf16, else in
 * double (integers are exact up to 2^53).
 */
typedef struct {
    void (*f)(const double *scalars, float *const *in, float *out, int64_t n);
    void (*d)(const double *scalars, double *const *in, double *out, int64_t n);
} NnKernel;

/* out = kernel(in...), operands broadcast to out's shape, rounded once to out's type. out may be one of the inputs. */
void nn_elementwise(const NnKernel *kernel, const double *scalars, int inputs, const NnView *const *in, const NnView *out);

/* to = from, broadcast, converted if the types differ. */
void nn_copy(const NnView *from, const NnView *to);

/* All elements as contiguous f32, and back with one rounding. */
void nn_gather_f(const NnView *from, float *to);
void nn_scatter_f(const float *from, const NnView *to);

#endif
