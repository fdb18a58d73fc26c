/* All elements of a tensor as dense memory, and back. */
#include "standin.h"

int64_t standin_distance(const aclTensor *t, int64_t i) {
    int64_t distance = 0;
    for (int d = t->rank - 1; d >= 0; d--) {
        distance += i % t->dims[d] * t->strides[d];
        i /= t->dims[d];
    }
    return distance;
}

int64_t standin_broadcast_distance(const aclTensor *t, int rank, const int64_t *dims, int64_t i) {
    int64_t distance = 0;
    for (int d = rank - 1; d >= 0; d--) {
        int own = d - (rank - t->rank);
        if (own >= 0 && t->dims[own] != 1) {
            distance += i % dims[d] * t->strides[own];
        }
        i /= dims[d];
    }
    return distance;
}

/* A tensor as rows of elements that lie side by side, seen in the given dims. */
struct rows {
    int64_t count, length, stride; /* stride between the elements of a row: 1 or anything */
    int rank;
    int64_t dims[STANDIN_DIMS], strides[STANDIN_DIMS];
};

static struct rows rows_of(const aclTensor *t, int rank, const int64_t *dims) {
    struct rows rows = {.count = 1, .length = 1, .stride = 1, .rank = 0};
    int64_t strides[STANDIN_DIMS] = {0};
    for (int d = 0; d < rank; d++) {
        int own = d - (rank - t->rank);
        strides[d] = own >= 0 && t->dims[own] != 1 ? t->strides[own] : 0;
    }
    int last = rank - 1;
    while (last >= 0 && dims[last] == 1) {
        last--;
    }
    if (last >= 0) {
        rows.length = dims[last];
        rows.stride = strides[last];
        for (last--; last >= 0; last--) {
            if (dims[last] != 1 && strides[last] != rows.stride * rows.length) {
                break;
            }
            rows.length *= dims[last];
        }
    }
    rows.rank = last + 1;
    for (int d = 0; d <= last; d++) {
        rows.dims[d] = dims[d];
        rows.strides[d] = strides[d];
        rows.count *= dims[d];
    }
    return rows;
}

static int64_t row_distance(const struct rows *rows, int64_t row) {
    int64_t distance = 0;
    for (int d = rows->rank - 1; d >= 0; d--) {
        distance += row % rows->dims[d] * rows->strides[d];
        row /= rows->dims[d];
    }
    return distance;
}

float *standin_floats_as(const aclTensor *t, int rank, const int64_t *dims) {
    struct rows rows = rows_of(t, rank, dims);
    float *all = standin_memory((size_t)(rows.count * rows.length) * sizeof *all);
    for (int64_t row = 0; row < rows.count && rows.length > 0; row++) {
        int64_t begin = row_distance(&rows, row);
        float *to = all + row * rows.length;
        if (rows.stride == 1) {
            standin_widen(to, standin_at(t, begin), t->type, rows.length);
        } else {
            for (int64_t i = 0; i < rows.length; i++) {
                standin_widen(to + i, standin_at(t, begin + i * rows.stride), t->type, 1);
            }
        }
    }
    return all;
}

float *standin_floats(const aclTensor *t) {
    return standin_floats_as(t, t->rank, t->dims);
}

void standin_store_floats(const aclTensor *t, const float *values) {
    struct rows rows = rows_of(t, t->rank, t->dims);
    for (int64_t row = 0; row < rows.count && rows.length > 0; row++) {
        int64_t begin = row_distance(&rows, row);
        const float *from = values + row * rows.length;
        if (rows.stride == 1) {
            standin_narrow(standin_at(t, begin), from, t->type, rows.length);
        } else {
            for (int64_t i = 0; i < rows.length; i++) {
                standin_narrow(standin_at(t, begin + i * rows.stride), from + i, t->type, 1);
            }
        }
    }
}

double *standin_doubles(const aclTensor *t) {
    int64_t count = standin_count(t);
    double *all = standin_memory((size_t)count * sizeof *all);
    for (int64_t i = 0; i < count; i++) {
        all[i] = standin_get(t, standin_distance(t, i));
    }
    return all;
}

void standin_store_doubles(const aclTensor *t, const double *values) {
    int64_t count = standin_count(t);
    for (int64_t i = 0; i < count; i++) {
        standin_set(t, standin_distance(t, i), values[i]);
    }
}

int64_t *standin_integers(const aclTensor *t) {
    int64_t count = standin_count(t);
    int64_t *all = standin_memory((size_t)count * sizeof *all);
    for (int64_t i = 0; i < count; i++) {
        all[i] = standin_get_int(t, standin_distance(t, i));
    }
    return all;
}

void standin_store_integers(const aclTensor *t, const int64_t *values) {
    int64_t count = standin_count(t);
    for (int64_t i = 0; i < count; i++) {
        standin_set_int(t, standin_distance(t, i), values[i]);
    }
}
