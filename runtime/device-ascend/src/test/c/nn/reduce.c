#include "reduce.h"
#include "standin.h"

#include <math.h>

/* The view over the axes in a set alone. */
static NnView over(const NnView *self, unsigned axes) {
    NnView view = *self;
    view.rank = 0;
    for (int i = 0; i < self->rank; i++) {
        if (axes >> i & 1) {
            view.shape[view.rank] = self->shape[i];
            view.stride[view.rank++] = self->stride[i];
        }
    }
    return view;
}

int64_t nn_places(const NnView *self, unsigned axes) {
    NnView view = over(self, axes);
    return nn_count(&view);
}

static double start_of(enum nn_fold fold) {
    switch (fold) {
        case NN_MAX: return -INFINITY;
        case NN_MIN: case NN_MIN_ABS: return INFINITY;
        case NN_ALL_TRUE: return 1;
        default: return 0;
    }
}

static inline double step(enum nn_fold fold, double so_far, double x, double exponent, double shift) {
    switch (fold) {
        case NN_SUM: return so_far + x;
        case NN_MAX: return x > so_far || isnan(x) ? x : so_far;
        case NN_MIN: return x < so_far || isnan(x) ? x : so_far;
        case NN_ALL_TRUE: return so_far != 0 && x != 0;
        case NN_SUM_EXP: return so_far + exp(x - shift);
        case NN_MAX_ABS: return fabs(x) > so_far || isnan(x) ? fabs(x) : so_far;
        case NN_MIN_ABS: return fabs(x) < so_far || isnan(x) ? fabs(x) : so_far;
        default: return so_far + (exponent == 2 ? x * x : exponent == 1 ? fabs(x) : exponent == 0 ? x != 0 : pow(fabs(x), exponent));
    }
}

/* For each chunk of the view's rows in row-major order: loads it and folds it into one value, or into one value each. */
static void fold_view(const NnView *view, enum nn_fold fold, double exponent, const double *shift, double *result, bool each) {
    NnLoop loop;
    char *at[NN_OPERANDS];
    double chunk[NN_CHUNK];
    const NnView *views[] = {view};
    nn_loop(&loop, view->rank, view->shape, 1, views);
    for (int64_t row = 0; row < loop.rows; row++) {
        nn_loop_row(&loop, row, at);
        for (int64_t first = 0; first < loop.row; first += NN_CHUNK) {
            int64_t n = loop.row - first < NN_CHUNK ? loop.row - first : NN_CHUNK;
            nn_load_d(at[0] + first * loop.step[0] * loop.size[0], view->type, loop.step[0], n, chunk);
            int64_t place = row * loop.row + first;
            if (each) {
                for (int64_t i = 0; i < n; i++) {
                    result[place + i] = step(fold, result[place + i], chunk[i], exponent, shift == NULL ? 0 : shift[place + i]);
                }
            } else {
                double so_far = *result, from = shift == NULL ? 0 : *shift;
                for (int64_t i = 0; i < n; i++) {
                    so_far = step(fold, so_far, chunk[i], exponent, from);
                }
                *result = so_far;
            }
        }
    }
}

void nn_reduce(const NnView *self, unsigned axes, enum nn_fold fold, double exponent, const double *shift, double *result) {
    unsigned all = (1u << self->rank) - 1;
    NnView kept = over(self, all & ~axes), folded = over(self, axes);
    int64_t places = nn_count(&kept), terms = nn_count(&folded);
    for (int64_t i = 0; i < places; i++) {
        result[i] = start_of(fold);
    }
    bool rows = kept.rank == 0 || kept.stride[kept.rank - 1] != 1; /* else whole slices of kept places lie together */
    const NnView *outer = rows ? &kept : &folded, *inner = rows ? &folded : &kept;
    for (int64_t i = 0; i < (rows ? places : terms); i++) {
        NnView slice = *inner;
        int64_t rest = i;
        for (int d = outer->rank - 1; d >= 0; d--) {
            slice.data += rest % outer->shape[d] * outer->stride[d] * nn_size(self->type);
            rest /= outer->shape[d];
        }
        int64_t place = rows ? i : 0;
        fold_view(&slice, fold, exponent, shift == NULL ? NULL : shift + place, result + place, !rows);
    }
}

void nn_norm(const NnView *self, unsigned axes, double exponent, double *result) {
    int64_t places = nn_places(self, ((1u << self->rank) - 1) & ~axes);
    enum nn_fold fold = isinf(exponent) ? exponent > 0 ? NN_MAX_ABS : NN_MIN_ABS : NN_SUM_POWER;
    nn_reduce(self, axes, fold, exponent, NULL, result);
    for (int64_t i = 0; fold == NN_SUM_POWER && exponent != 0 && i < places; i++) {
        result[i] = exponent == 2 ? sqrt(result[i]) : pow(result[i], 1 / exponent);
    }
}

void nn_lines(NnLineKernel kernel, const double *scalars, int axis, int inputs, int outputs, const NnView *const *views) {
    int64_t n = views[0]->rank == 0 ? 1 : views[0]->shape[axis];
    int count = inputs + outputs;
    NnView others[NN_OPERANDS] = {{0}};
    const NnView *pointers[NN_OPERANDS] = {0};
    float *line[NN_OPERANDS] = {0};
    int64_t step_of[NN_OPERANDS] = {0};
    for (int o = 0; o < count; o++) {
        others[o] = nn_without_axis(views[o], axis);
        pointers[o] = &others[o];
        step_of[o] = views[o]->rank == 0 ? 1 : views[o]->stride[axis];
        line[o] = standin_memory((size_t) (n + 1) * sizeof(float));
    }
    NnLoop loop;
    char *at[NN_OPERANDS];
    nn_loop(&loop, others[0].rank, others[0].shape, count, pointers);
    for (int64_t row = 0; row < loop.rows && n > 0; row++) {
        nn_loop_row(&loop, row, at);
        for (int64_t i = 0; i < loop.row; i++) {
            for (int o = 0; o < inputs; o++) {
                nn_load_f(at[o] + i * loop.step[o] * loop.size[o], views[o]->type, step_of[o], n, line[o]);
            }
            kernel(scalars, line, n);
            for (int o = inputs; o < count; o++) {
                nn_store_f(line[o], at[o] + i * loop.step[o] * loop.size[o], views[o]->type, step_of[o], n);
            }
        }
    }
    for (int o = 0; o < count; o++) {
        free(line[o]);
    }
}
