/* Which keys a query sees, from CANN's sparse modes and its mask, in which 1 is masked out. */
#ifndef HEARTH_STANDIN_TF_MASK_H
#define HEARTH_STANDIN_TF_MASK_H

#include "standin.h"
#include "tf_attend.h"

enum { TF_DEFAULT = 0, TF_ALL = 1, TF_LEFT_UP = 2, TF_RIGHT_DOWN = 3, TF_BAND = 4, TF_COMPRESSED = 2048 };

/* Modes whose mask is the constant triangle of 2048 x 2048, ones above the diagonal. */
bool tf_compressed(int64_t mode);

/* Whether the tensor's last two dimensions are these and all before them 1. */
bool tf_mask_shape(const aclTensor *mask, int64_t rows, int64_t columns);

struct tf_mask {
    const aclTensor *mask; /* or NULL: then nothing is masked, whatever the mode */
    int64_t mode, before, after;
    bool faithful; /* the compressed mask holds what it must; else its bits decide, as they do on a card */
};

struct tf_mask tf_mask(const aclTensor *mask, int64_t mode, int64_t before, int64_t after);

/* What one sequence sees. Its bits may be memory of this call: tf_sight_done. */
struct tf_sight tf_sight(const struct tf_mask *mask, int64_t batch, int64_t queries, int64_t keys);
void tf_sight_done(const struct tf_mask *mask, struct tf_sight *sight);

#endif
