#include "loop.h"
#include "standin.h"

int64_t nn_count(const NnView *view) {
    int64_t count = 1;
    for (int i = 0; i < view->rank; i++) {
        count *= view->shape[i];
    }
    return count;
}

bool nn_contiguous(const NnView *view) {
    int64_t expected = 1;
    for (int i = view->rank - 1; i >= 0; i--) {
        if (view->shape[i] != 1 && view->stride[i] != expected) {
            return nn_count(view) == 0;
        }
        expected *= view->shape[i];
    }
    return true;
}

bool nn_broadcasts(const NnView *view, int rank, const int64_t *shape) {
    if (view->rank > rank) {
        return false;
    }
    for (int i = 0; i < view->rank; i++) {
        int64_t extent = view->shape[i];
        if (extent != 1 && extent != shape[rank - view->rank + i]) {
            return false;
        }
    }
    return true;
}

bool nn_broadcast_shape(const NnView *a, const NnView *b, int *rank, int64_t *shape) {
    *rank = a->rank > b->rank ? a->rank : b->rank;
    for (int i = 0; i < *rank; i++) {
        int ia = i - (*rank - a->rank), ib = i - (*rank - b->rank);
        int64_t ea = ia < 0 ? 1 : a->shape[ia], eb = ib < 0 ? 1 : b->shape[ib];
        if (ea != eb && ea != 1 && eb != 1) {
            return false;
        }
        shape[i] = ea == 1 ? eb : ea;
    }
    return true;
}

/* Whether axis `next` continues axis `last` in every operand. */
static bool joins(const NnLoop *loop, int last, int64_t extent, const int64_t *strides) {
    for (int o = 0; o < loop->operands; o++) {
        if (loop->stride[o][last] != strides[o] * extent) {
            return false;
        }
    }
    return true;
}

void nn_loop(NnLoop *loop, int rank, const int64_t *shape, int operands, const NnView *const *views) {
    loop->operands = operands;
    for (int o = 0; o < operands; o++) {
        loop->data[o] = views[o]->data;
        loop->size[o] = nn_size(views[o]->type);
    }
    int axes = 0;
    for (int i = 0; i < rank; i++) {
        if (shape[i] == 1) {
            continue;
        }
        int64_t strides[NN_OPERANDS] = {0};
        for (int o = 0; o < operands; o++) {
            int axis = i - (rank - views[o]->rank);
            strides[o] = axis < 0 || views[o]->shape[axis] == 1 ? 0 : views[o]->stride[axis];
        }
        if (axes > 0 && joins(loop, axes - 1, shape[i], strides)) {
            axes--;
            loop->shape[axes] *= shape[i];
        } else {
            loop->shape[axes] = shape[i];
        }
        for (int o = 0; o < operands; o++) {
            loop->stride[o][axes] = strides[o];
        }
        axes++;
    }
    loop->outer = axes > 0 ? axes - 1 : 0;
    loop->row = axes > 0 ? loop->shape[axes - 1] : 1;
    for (int o = 0; o < operands; o++) {
        loop->step[o] = axes > 0 ? loop->stride[o][axes - 1] : 1;
    }
    loop->rows = loop->row == 0 ? 0 : 1;
    for (int i = 0; i < loop->outer; i++) {
        loop->rows *= loop->shape[i];
    }
}

void nn_loop_row(const NnLoop *loop, int64_t row, char **at) {
    int64_t offset[NN_OPERANDS] = {0};
    for (int i = loop->outer - 1; i >= 0; i--) {
        int64_t index = row % loop->shape[i];
        row /= loop->shape[i];
        for (int o = 0; o < loop->operands; o++) {
            offset[o] += index * loop->stride[o][i];
        }
    }
    for (int o = 0; o < loop->operands; o++) {
        at[o] = loop->data[o] + offset[o] * loop->size[o];
    }
}

NnView nn_without_axis(const NnView *view, int axis) {
    NnView rest = *view;
    if (view->rank == 0) {
        return rest;
    }
    rest.rank--;
    for (int i = axis; i < rest.rank; i++) {
        rest.shape[i] = view->shape[i + 1];
        rest.stride[i] = view->stride[i + 1];
    }
    return rest;
}

int nn_axis(int64_t axis, int rank) {
    int64_t axes = rank == 0 ? 1 : rank;
    return axis < -axes || axis >= axes ? -1 : (int) (axis < 0 ? axis + axes : axis);
}

static void in_float(const NnKernel *kernel, const double *scalars, const NnLoop *loop, const int *type, int inputs) {
    float buffer[NN_OPERANDS][NN_CHUNK];
    float *in[NN_OPERANDS] = {0};
    char *at[NN_OPERANDS];
    for (int64_t row = 0; row < loop->rows; row++) {
        nn_loop_row(loop, row, at);
        for (int64_t first = 0; first < loop->row; first += NN_CHUNK) {
            int64_t n = loop->row - first < NN_CHUNK ? loop->row - first : NN_CHUNK;
            for (int o = 0; o < inputs; o++) {
                char *data = at[o] + first * loop->step[o] * loop->size[o];
                in[o] = buffer[o];
                if (type[o] == ACL_FLOAT && loop->step[o] == 1) {
                    in[o] = (float *) data;
                } else {
                    nn_load_f(data, type[o], loop->step[o], n, buffer[o]);
                }
            }
            kernel->f(scalars, in, buffer[inputs], n);
            char *to = at[inputs] + first * loop->step[inputs] * loop->size[inputs];
            nn_store_f(buffer[inputs], to, type[inputs], loop->step[inputs], n);
        }
    }
}

static void in_double(const NnKernel *kernel, const double *scalars, const NnLoop *loop, const int *type, int inputs) {
    double buffer[NN_OPERANDS][NN_CHUNK];
    double *in[NN_OPERANDS] = {0};
    char *at[NN_OPERANDS];
    for (int64_t row = 0; row < loop->rows; row++) {
        nn_loop_row(loop, row, at);
        for (int64_t first = 0; first < loop->row; first += NN_CHUNK) {
            int64_t n = loop->row - first < NN_CHUNK ? loop->row - first : NN_CHUNK;
            for (int o = 0; o < inputs; o++) {
                in[o] = buffer[o];
                nn_load_d(at[o] + first * loop->step[o] * loop->size[o], type[o], loop->step[o], n, buffer[o]);
            }
            kernel->d(scalars, in, buffer[inputs], n);
            char *to = at[inputs] + first * loop->step[inputs] * loop->size[inputs];
            nn_store_d(buffer[inputs], to, type[inputs], loop->step[inputs], n);
        }
    }
}

void nn_elementwise(const NnKernel *kernel, const double *scalars, int inputs, const NnView *const *in, const NnView *out) {
    const NnView *views[NN_OPERANDS] = {0};
    int type[NN_OPERANDS] = {0};
    bool narrow = true;
    for (int o = 0; o <= inputs; o++) {
        views[o] = o < inputs ? in[o] : out;
        type[o] = views[o]->type;
        narrow &= nn_is_narrow(type[o]) || type[o] == ACL_BOOL || type[o] == ACL_UINT8;
    }
    NnLoop loop;
    nn_loop(&loop, out->rank, out->shape, inputs + 1, views);
    if (narrow) {
        in_float(kernel, scalars, &loop, type, inputs);
    } else {
        in_double(kernel, scalars, &loop, type, inputs);
    }
}

static void identity_f(const double *scalars, float *const *in, float *out, int64_t n) {
    (void) scalars;
    for (int64_t i = 0; i < n; i++) {
        out[i] = in[0][i];
    }
}

static void identity_d(const double *scalars, double *const *in, double *out, int64_t n) {
    (void) scalars;
    for (int64_t i = 0; i < n; i++) {
        out[i] = in[0][i];
    }
}

void nn_copy(const NnView *from, const NnView *to) {
    const NnView *views[] = {from, to};
    if (from->type != to->type) {
        static const NnKernel IDENTITY = {identity_f, identity_d};
        nn_elementwise(&IDENTITY, 0, 1, views, to);
        return;
    }
    NnLoop loop;
    char *at[NN_OPERANDS];
    nn_loop(&loop, to->rank, to->shape, 2, views);
    for (int64_t row = 0; row < loop.rows; row++) {
        nn_loop_row(&loop, row, at);
        nn_copy_row(at[0], loop.step[0], at[1], loop.step[1], loop.size[0], loop.row);
    }
}

void nn_gather_f(const NnView *from, float *to) {
    NnLoop loop;
    char *at[NN_OPERANDS];
    const NnView *views[] = {from};
    nn_loop(&loop, from->rank, from->shape, 1, views);
    for (int64_t row = 0; row < loop.rows; row++) {
        nn_loop_row(&loop, row, at);
        nn_load_f(at[0], from->type, loop.step[0], loop.row, to + row * loop.row);
    }
}

void nn_scatter_f(const float *from, const NnView *to) {
    NnLoop loop;
    char *at[NN_OPERANDS];
    const NnView *views[] = {to};
    nn_loop(&loop, to->rank, to->shape, 1, views);
    for (int64_t row = 0; row < loop.rows; row++) {
        nn_loop_row(&loop, row, at);
        nn_store_f(from + row * loop.row, at[0], to->type, loop.step[0], loop.row);
    }
}
