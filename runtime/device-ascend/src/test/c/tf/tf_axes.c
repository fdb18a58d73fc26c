#include "tf_axes.h"

enum tf_layout tf_layout(const char *name) {
    static const char *const names[] = {"BSH", "SBH", "BSND", "BNSD", "TND", "BNSD_BSND"};
    for (int i = 0; i < TF_NO_LAYOUT; i++) {
        if (name && strcmp(name, names[i]) == 0) {
            return (enum tf_layout) i;
        }
    }
    return TF_NO_LAYOUT;
}

/* Axes by the places of batch, token, head and element among the tensor's dimensions; -1 for one that is not there. */
static struct tf_axes by_places(const aclTensor *t, int batch, int token, int head, int element) {
    return (struct tf_axes) {
        t,
        batch < 0 ? 1 : t->dims[batch],
        t->dims[token],
        head < 0 ? 1 : t->dims[head],
        t->dims[element],
        batch < 0 ? 0 : t->strides[batch],
        t->strides[token],
        head < 0 ? 0 : t->strides[head],
        t->strides[element],
    };
}

/* Layouts that end in H have all heads of a token in one axis. */
static bool split_heads(struct tf_axes *axes, int64_t heads) {
    if (heads <= 0 || axes->size % heads != 0) {
        return false;
    }
    axes->heads = heads;
    axes->size /= heads;
    axes->of_head = axes->size * axes->of_element;
    return true;
}

bool tf_axes(const aclTensor *t, enum tf_layout layout, int64_t heads, struct tf_axes *axes) {
    if (t->rank != (layout == TF_BSH || layout == TF_SBH || layout == TF_TND ? 3 : 4)) {
        return false;
    }
    switch (layout) {
        case TF_BSH: *axes = by_places(t, 0, 1, -1, 2); return split_heads(axes, heads);
        case TF_SBH: *axes = by_places(t, 1, 0, -1, 2); return split_heads(axes, heads);
        case TF_BSND: *axes = by_places(t, 0, 1, 2, 3); break;
        case TF_BNSD: case TF_BNSD_BSND: *axes = by_places(t, 0, 2, 1, 3); break;
        case TF_TND: *axes = by_places(t, -1, 0, 1, 2); break;
        default: return false;
    }
    return axes->heads == heads;
}

static int64_t distance(const struct tf_axes *a, int64_t batch, int64_t token, int64_t head) {
    return batch * a->of_batch + token * a->of_token + head * a->of_head;
}

void tf_get(const struct tf_axes *a, int64_t batch, int64_t token, int64_t head, float *to) {
    const int64_t first = distance(a, batch, token, head);
    if (a->of_element == 1) {
        standin_widen(to, standin_at(a->tensor, first), a->tensor->type, a->size);
        return;
    }
    for (int64_t d = 0; d < a->size; d++) {
        to[d] = (float) standin_get(a->tensor, first + d * a->of_element);
    }
}

void tf_put(const struct tf_axes *a, int64_t batch, int64_t token, int64_t head, const float *from) {
    const int64_t first = distance(a, batch, token, head);
    if (a->of_element == 1) {
        standin_narrow(standin_at(a->tensor, first), from, a->tensor->type, a->size);
        return;
    }
    for (int64_t d = 0; d < a->size; d++) {
        standin_set(a->tensor, first + d * a->of_element, from[d]);
    }
}
