/* Types, shapes and strides. */
#include "standin.h"

#include <stdio.h>

size_t standin_size(aclDataType type) {
    switch (type) {
    case ACL_INT8:
    case ACL_UINT8:
    case ACL_BOOL: return 1;
    case ACL_FLOAT16:
    case ACL_BF16:
    case ACL_INT16:
    case ACL_UINT16: return 2;
    case ACL_FLOAT:
    case ACL_INT32:
    case ACL_UINT32: return 4;
    case ACL_DOUBLE:
    case ACL_INT64:
    case ACL_UINT64: return 8;
    default: return 0;
    }
}

const char *standin_type_name(aclDataType type) {
    switch (type) {
    case ACL_FLOAT: return "FLOAT";
    case ACL_FLOAT16: return "FLOAT16";
    case ACL_INT8: return "INT8";
    case ACL_INT32: return "INT32";
    case ACL_UINT8: return "UINT8";
    case ACL_INT16: return "INT16";
    case ACL_UINT16: return "UINT16";
    case ACL_UINT32: return "UINT32";
    case ACL_INT64: return "INT64";
    case ACL_UINT64: return "UINT64";
    case ACL_DOUBLE: return "DOUBLE";
    case ACL_BOOL: return "BOOL";
    case ACL_BF16: return "BFLOAT16";
    case ACL_INT4: return "INT4";
    default: return "UNDEFINED";
    }
}

bool standin_is_float(aclDataType type) {
    return type == ACL_FLOAT || type == ACL_FLOAT16 || type == ACL_BF16 || type == ACL_DOUBLE;
}

bool standin_is_int(aclDataType type) {
    return standin_size(type) > 0 && !standin_is_float(type) && type != ACL_BOOL;
}

int64_t standin_count(const aclTensor *t) {
    int64_t count = 1;
    for (int i = 0; i < t->rank; i++) {
        count *= t->dims[i];
    }
    return count;
}

/* Whether the strides of some dims, taken in this order, are those of dense memory. */
static bool dense(const aclTensor *t, const int *order) {
    int64_t expected = 1;
    for (int i = t->rank - 1; i >= 0; i--) {
        int d = order == NULL ? i : order[i];
        if (t->dims[d] != 1 && t->strides[d] != expected) {
            return false;
        }
        expected *= t->dims[d];
    }
    return true;
}

bool standin_contiguous(const aclTensor *t) {
    return standin_count(t) == 0 || dense(t, NULL);
}

bool standin_transposed(const aclTensor *t) {
    if (t->rank < 2) {
        return false;
    }
    int order[STANDIN_DIMS];
    for (int i = 0; i < t->rank; i++) {
        order[i] = i;
    }
    order[t->rank - 1] = t->rank - 2;
    order[t->rank - 2] = t->rank - 1;
    return dense(t, order);
}

bool standin_has_shape(const aclTensor *t, int rank, const int64_t *dims) {
    if (t->rank != rank) {
        return false;
    }
    for (int i = 0; i < rank; i++) {
        if (t->dims[i] != dims[i]) {
            return false;
        }
    }
    return true;
}

bool standin_same_shape(const aclTensor *a, const aclTensor *b) {
    return standin_has_shape(a, b->rank, b->dims);
}

bool standin_broadcasts(const aclTensor *from, int rank, const int64_t *dims) {
    if (from->rank > rank) {
        return false;
    }
    for (int i = 1; i <= from->rank; i++) {
        int64_t dim = from->dims[from->rank - i];
        if (dim != 1 && dim != dims[rank - i]) {
            return false;
        }
    }
    return true;
}

bool standin_broadcast_shape(const aclTensor *a, const aclTensor *b, int *rank, int64_t *dims) {
    *rank = a->rank > b->rank ? a->rank : b->rank;
    for (int i = 1; i <= *rank; i++) {
        int64_t one = i <= a->rank ? a->dims[a->rank - i] : 1, other = i <= b->rank ? b->dims[b->rank - i] : 1;
        if (one != other && one != 1 && other != 1) {
            return false;
        }
        dims[*rank - i] = one == 1 ? other : one;
    }
    return true;
}

/* One past the last element that the view reaches, from its first one; 0 for a view without elements. */
static int64_t reach(const aclTensor *t) {
    int64_t last = 0;
    for (int i = 0; i < t->rank; i++) {
        if (t->dims[i] == 0) {
            return 0;
        }
        last += (t->dims[i] - 1) * t->strides[i];
    }
    return last + 1;
}

bool standin_overlap(const aclTensor *a, const aclTensor *b) {
    const char *a_begin = standin_at(a, 0), *b_begin = standin_at(b, 0);
    const char *a_end = standin_at(a, reach(a)), *b_end = standin_at(b, reach(b));
    return a_begin < b_end && b_begin < a_end;
}

int standin_dim(int64_t dim, int rank) {
    int64_t from_front = dim < 0 ? dim + rank : dim;
    return from_front >= 0 && from_front < rank ? (int)from_front : -1;
}

const char *standin_shape(const aclTensor *t) {
    static _Thread_local char texts[8][160];
    static _Thread_local int next;
    char *text = texts[next];
    next = (next + 1) % 8;
    size_t at = (size_t)snprintf(text, 160, "[");
    for (int i = 0; i < t->rank && at < 150; i++) {
        at += (size_t)snprintf(text + at, 160 - at, "%s%lld", i == 0 ? "" : ", ", (long long)t->dims[i]);
    }
    snprintf(text + (at < 158 ? at : 158), 2, "]");
    return text;
}
