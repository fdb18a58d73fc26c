/* Tensors of tokens and heads in CANN's layouts, as one thing: a distance in elements for each axis. */
#ifndef HEARTH_STANDIN_TF_AXES_H
#define HEARTH_STANDIN_TF_AXES_H

#include "standin.h"

enum tf_layout { TF_BSH, TF_SBH, TF_BSND, TF_BNSD, TF_TND, TF_BNSD_BSND, TF_NO_LAYOUT };

enum tf_layout tf_layout(const char *name);

struct tf_axes {
    const aclTensor *tensor;
    int64_t batch, tokens, heads, size;             /* batch is 1 with TND, where tokens are those of all sequences */
    int64_t of_batch, of_token, of_head, of_element; /* elements between neighbours */
};

/* False if the tensor has not the rank of its layout, or its last axis does not divide into so many heads. */
bool tf_axes(const aclTensor *tensor, enum tf_layout layout, int64_t heads, struct tf_axes *axes);

/* One head of one token as floats, and back with the rounding of the tensor's type. */
void tf_get(const struct tf_axes *axes, int64_t batch, int64_t token, int64_t head, float *to);
void tf_put(const struct tf_axes *axes, int64_t batch, int64_t token, int64_t head, const float *from);

#endif
