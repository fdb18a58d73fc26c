/*
 * Between the stand-in's tensors and this folder's computations, and the checks that many operators share. Each check gives
 * ACLNN_SUCCESS, or 161002 with a text that names the argument.
 */
#ifndef HEARTH_STANDIN_NN_OPERAND_H
#define HEARTH_STANDIN_NN_OPERAND_H

#include "loop.h"
#include "standin.h"

/* Sets of types. */
enum {
    NN_HALVES = 1,    /* FLOAT16, BF16 */
    NN_SINGLE = 2,    /* FLOAT */
    NN_WIDE = 4,      /* DOUBLE */
    NN_INTEGERS = 8,  /* INT8 to INT64, UINT8 */
    NN_BOOLS = 16,    /* BOOL */
    NN_INDICES = 32,  /* INT32, INT64 */
    NN_UNSIGNED = 64, /* UINT16, UINT32, UINT64 */
    NN_NARROW = NN_HALVES | NN_SINGLE,
    NN_FLOATS = NN_NARROW | NN_WIDE,
    NN_NUMBERS = NN_FLOATS | NN_INTEGERS | NN_BOOLS,
    NN_ALL = NN_NUMBERS | NN_UNSIGNED
};

/* Returns from a check with the code of one that failed. */
#define NN_TRY(check)                      \
    do {                                   \
        aclnnStatus status_ = (check);     \
        if (status_ != ACLNN_SUCCESS) {    \
            return status_;                \
        }                                  \
    } while (0)

NnView nn_view(const aclTensor *tensor);

aclnnStatus nn_check_type(const aclTensor *t, const char *name, int types);
aclnnStatus nn_check_same_type(const aclTensor *a, const char *name, const aclTensor *b, const char *other);
aclnnStatus nn_check_same_shape(const aclTensor *a, const char *name, const aclTensor *b, const char *other);
aclnnStatus nn_check_shape(const aclTensor *t, const char *name, int rank, const int64_t *dims);
aclnnStatus nn_check_rank(const aclTensor *t, const char *name, int least, int most);
aclnnStatus nn_check_dim(int64_t dim, const aclTensor *t, const char *name);
aclnnStatus nn_check_contiguous(const aclTensor *t, const char *name);

/* The type in which two are computed (the interface's table of deduced types); ACL_DT_UNDEFINED if there is none. */
aclDataType nn_promote(aclDataType a, aclDataType b);
/* Results of a computation in `a` and `b` can be stored in out's type: everything but BOOL takes everything. */
aclnnStatus nn_check_promotes(aclDataType a, aclDataType b, const aclTensor *out);

/* Notes that a view which is not dense is copied inside, which an executor for repeated use cannot do. */
void nn_note_copies(struct standin_call *call, const aclTensor *t);

/* A shape after a reduction over `axes` (bit set), with or without the reduced dims. */
int nn_reduced_shape(const aclTensor *t, unsigned axes, bool keep, int64_t *dims);
/* The set of axes named by an array; an empty or missing one names all. 161002 if one is out of range or named twice. */
aclnnStatus nn_check_axes(const aclTensor *t, const aclIntArray *dims, unsigned *axes);
unsigned nn_axes(const aclTensor *t, const aclIntArray *dims);

/* One integer tensor for each of self's first axes; places receives the dims that they are broadcast to. */
aclnnStatus nn_check_indices(const aclTensor *self, const aclTensorList *indices, aclTensor *places);
/* Takes the first axes of a view at the values of the indices at one place of dims; false, and the stream fails, if one is out of
   range. */
bool nn_at_indices(NnView *view, const aclTensorList *indices, int rank, const int64_t *dims, int64_t place, struct standin_call *call);

/* One value of a scalar, and one element. */
double nn_scalar(const aclScalar *scalar);
double nn_first(const aclTensor *t);

#endif
