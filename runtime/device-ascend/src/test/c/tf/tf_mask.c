#include "tf_mask.h"

bool tf_compressed(int64_t mode) { return mode == TF_LEFT_UP || mode == TF_RIGHT_DOWN || mode == TF_BAND; }

bool tf_mask_shape(const aclTensor *mask, int64_t rows, int64_t columns) {
    if (mask->rank < 2 || mask->rank > 4 || mask->dims[mask->rank - 2] != rows || mask->dims[mask->rank - 1] != columns) {
        return false;
    }
    for (int i = 0; i + 2 < mask->rank; i++) {
        if (mask->dims[i] != 1) {
            return false;
        }
    }
    return true;
}

static const uint8_t *bits_at(const aclTensor *mask, int64_t row, int64_t column) {
    return standin_at(mask, row * mask->strides[mask->rank - 2] + column * mask->strides[mask->rank - 1]);
}

/* Its edges and the neighbourhood of its diagonal: where any mistake in it would show. */
static bool is_triangle(const aclTensor *mask) {
    for (int64_t i = 0; i < TF_COMPRESSED; i++) {
        if (*bits_at(mask, 0, i) != (i > 0) || *bits_at(mask, i, 0) != 0 || *bits_at(mask, i, i) != 0) {
            return false;
        }
        if (i + 1 < TF_COMPRESSED && (*bits_at(mask, i, i + 1) != 1 || *bits_at(mask, i + 1, i) != 0)) {
            return false;
        }
    }
    return true;
}

struct tf_mask tf_mask(const aclTensor *mask, int64_t mode, int64_t before, int64_t after) {
    return (struct tf_mask) {mask, mode, before, after, !mask || !tf_compressed(mode) || is_triangle(mask)};
}

/* The bit of a compressed mask for a key `ahead` places behind a query's own. */
static bool triangle_bit(const aclTensor *mask, int64_t ahead) {
    const int64_t last = TF_COMPRESSED - 1;
    return ahead > 0 ? *bits_at(mask, 0, ahead < last ? ahead : last) : *bits_at(mask, -ahead < last ? -ahead : last, 0);
}

/* What a card makes of a compressed mask that is not the triangle: the left side of a band is the mask's opposite. */
static uint8_t *expanded(const struct tf_mask *m, int64_t queries, int64_t keys, int64_t origin) {
    uint8_t *bits = standin_memory((size_t) (queries * keys + 1));
    for (int64_t i = 0; i < queries; i++) {
        for (int64_t j = 0; j < keys; j++) {
            const int64_t ahead = j - (i + origin);
            bits[i * keys + j] = m->mode == TF_BAND ? triangle_bit(m->mask, ahead - m->after) ||
                                                          !triangle_bit(m->mask, ahead + m->before + 1)
                                                    : triangle_bit(m->mask, ahead);
        }
    }
    return bits;
}

struct tf_sight tf_sight(const struct tf_mask *m, int64_t batch, int64_t queries, int64_t keys) {
    struct tf_sight sight = {queries, keys, 0, INT32_MAX, INT32_MAX, NULL, 0, false};
    if (!m->mask) {
        return sight;
    }
    sight.origin = m->mode == TF_RIGHT_DOWN || m->mode == TF_BAND ? keys - queries : 0;
    if (!m->faithful) {
        sight.bits = expanded(m, queries, keys, sight.origin);
        sight.bits_row = keys;
    } else if (m->mode == TF_LEFT_UP || m->mode == TF_RIGHT_DOWN) {
        sight.after = 0;
    } else if (m->mode == TF_BAND) {
        sight.before = m->before;
        sight.after = m->after;
    } else {
        const aclTensor *mask = m->mask;
        const int64_t of_batch = mask->rank > 2 && mask->dims[0] > 1 ? mask->strides[0] : 0;
        sight.before = m->mode == TF_DEFAULT ? m->before : INT32_MAX;
        sight.after = m->mode == TF_DEFAULT ? m->after : INT32_MAX;
        sight.bits = standin_at(mask, batch * of_batch);
        sight.bits_row = mask->strides[mask->rank - 2];
    }
    return sight;
}

void tf_sight_done(const struct tf_mask *m, struct tf_sight *sight) {
    if (!m->faithful) {
        free((void *) sight->bits);
    }
}
