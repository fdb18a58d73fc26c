#include "operand.h"

NnView nn_view(const aclTensor *tensor) {
    NnView view = {.data = standin_at(tensor, 0), .type = tensor->type, .rank = tensor->rank};
    for (int i = 0; i < tensor->rank; i++) {
        view.shape[i] = tensor->dims[i];
        view.stride[i] = tensor->strides[i];
    }
    return view;
}

static int set_of(aclDataType type) {
    switch (type) {
        case ACL_FLOAT16: case ACL_BF16: return NN_HALVES;
        case ACL_FLOAT: return NN_SINGLE;
        case ACL_DOUBLE: return NN_WIDE;
        case ACL_BOOL: return NN_BOOLS;
        case ACL_INT32: case ACL_INT64: return NN_INTEGERS | NN_INDICES;
        case ACL_INT8: case ACL_INT16: case ACL_UINT8: return NN_INTEGERS;
        case ACL_UINT16: case ACL_UINT32: case ACL_UINT64: return NN_UNSIGNED;
        default: return 0;
    }
}

aclnnStatus nn_check_type(const aclTensor *t, const char *name, int types) {
    STANDIN_CHECK((set_of(t->type) & types) != 0, ACLNN_ERR_PARAM_INVALID, "%s cannot be %s", name, standin_type_name(t->type));
    STANDIN_CHECK(t->format != ACL_FORMAT_FRACTAL_NZ, ACLNN_ERR_PARAM_INVALID, "%s cannot be in format FRACTAL_NZ", name);
    return ACLNN_SUCCESS;
}

aclnnStatus nn_check_same_type(const aclTensor *a, const char *name, const aclTensor *b, const char *other) {
    STANDIN_CHECK(a->type == b->type, ACLNN_ERR_PARAM_INVALID, "%s is %s but %s is %s", name, standin_type_name(a->type), other,
                  standin_type_name(b->type));
    return ACLNN_SUCCESS;
}

aclnnStatus nn_check_same_shape(const aclTensor *a, const char *name, const aclTensor *b, const char *other) {
    STANDIN_CHECK(standin_same_shape(a, b), ACLNN_ERR_PARAM_INVALID, "%s is %s but %s is %s", name, standin_shape(a), other,
                  standin_shape(b));
    return ACLNN_SUCCESS;
}

aclnnStatus nn_check_shape(const aclTensor *t, const char *name, int rank, const int64_t *dims) {
    aclTensor wanted = {.rank = rank};
    memcpy(wanted.dims, dims, (size_t) rank * sizeof *dims);
    STANDIN_CHECK(standin_has_shape(t, rank, dims), ACLNN_ERR_PARAM_INVALID, "%s is %s but must be %s", name, standin_shape(t),
                  standin_shape(&wanted));
    return ACLNN_SUCCESS;
}

aclnnStatus nn_check_rank(const aclTensor *t, const char *name, int least, int most) {
    STANDIN_CHECK(t->rank >= least && t->rank <= most, ACLNN_ERR_PARAM_INVALID, "%s is %s but must have %d to %d dimensions", name,
                  standin_shape(t), least, most);
    return ACLNN_SUCCESS;
}

aclnnStatus nn_check_dim(int64_t dim, const aclTensor *t, const char *name) {
    STANDIN_CHECK(nn_axis(dim, t->rank) >= 0, ACLNN_ERR_PARAM_INVALID, "dim %lld is out of range for %s %s", (long long) dim, name,
                  standin_shape(t));
    return ACLNN_SUCCESS;
}

aclnnStatus nn_check_contiguous(const aclTensor *t, const char *name) {
    STANDIN_CHECK(standin_contiguous(t), ACLNN_ERR_PARAM_INVALID, "%s %s must be contiguous", name, standin_shape(t));
    return ACLNN_SUCCESS;
}

static int order(aclDataType type) {
    switch (type) {
        case ACL_BOOL: return 0;
        case ACL_INT8: case ACL_UINT8: return 1;
        case ACL_INT16: return 2;
        case ACL_INT32: return 3;
        case ACL_INT64: return 4;
        case ACL_FLOAT16: case ACL_BF16: return 5;
        case ACL_FLOAT: return 6;
        case ACL_DOUBLE: return 7;
        default: return -1;
    }
}

aclDataType nn_promote(aclDataType a, aclDataType b) {
    if (a == b) {
        return a;
    }
    int oa = order(a), ob = order(b);
    if (oa < 0 || ob < 0) {
        return ACL_DT_UNDEFINED;
    }
    if (oa == ob) {
        return oa == 1 ? ACL_INT16 : ACL_FLOAT;
    }
    return oa > ob ? a : b;
}

aclnnStatus nn_check_promotes(aclDataType a, aclDataType b, const aclTensor *out) {
    aclDataType type = nn_promote(a, b);
    STANDIN_CHECK(type != ACL_DT_UNDEFINED, ACLNN_ERR_PARAM_INVALID, "%s and %s have no common type", standin_type_name(a),
                  standin_type_name(b));
    STANDIN_CHECK(out->type != ACL_BOOL || type == ACL_BOOL, ACLNN_ERR_PARAM_INVALID, "%s cannot be converted to BOOL",
                  standin_type_name(type));
    return ACLNN_SUCCESS;
}

void nn_note_copies(struct standin_call *call, const aclTensor *t) {
    call->not_repeatable |= !standin_contiguous(t);
}

int nn_reduced_shape(const aclTensor *t, unsigned axes, bool keep, int64_t *dims) {
    int rank = 0;
    for (int i = 0; i < t->rank; i++) {
        if ((axes >> i & 1) == 0) {
            dims[rank++] = t->dims[i];
        } else if (keep) {
            dims[rank++] = 1;
        }
    }
    return rank;
}

unsigned nn_axes(const aclTensor *t, const aclIntArray *dims) {
    unsigned axes = 0;
    for (uint64_t i = 0; dims != NULL && i < dims->size; i++) {
        int axis = nn_axis(dims->values[i], t->rank);
        axes |= 1u << (axis < 0 ? 0 : axis);
    }
    return axes == 0 ? (1u << t->rank) - 1 : axes;
}

aclnnStatus nn_check_axes(const aclTensor *t, const aclIntArray *dims, unsigned *axes) {
    unsigned seen = 0;
    for (uint64_t i = 0; dims != NULL && i < dims->size; i++) {
        int axis = nn_axis(dims->values[i], t->rank);
        STANDIN_CHECK(axis >= 0, ACLNN_ERR_PARAM_INVALID, "dim %lld is out of range for %s", (long long) dims->values[i],
                      standin_shape(t));
        STANDIN_CHECK((seen >> axis & 1) == 0, ACLNN_ERR_PARAM_INVALID, "dim %d is named twice", axis);
        seen |= 1u << axis;
    }
    *axes = nn_axes(t, dims);
    return ACLNN_SUCCESS;
}

double nn_scalar(const aclScalar *scalar) {
    return standin_is_float(scalar->type) ? scalar->real : (double) scalar->integral;
}

double nn_first(const aclTensor *t) { return standin_get(t, 0); }
