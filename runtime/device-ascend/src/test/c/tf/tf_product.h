/* Matrix products of f32 rows, accumulated in f32 in ascending order of k: what the cube unit does with short types. */
#ifndef HEARTH_STANDIN_TF_PRODUCT_H
#define HEARTH_STANDIN_TF_PRODUCT_H

#include <stdbool.h>
#include <stdint.h>

/* Built for the widest vectors that the processor has; the widest is chosen when the library is loaded. */
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define TF_FAST __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define TF_FAST
#endif

/* c [m][n] = a [m][k] * b [k][n], or += if `add`; rows are lda, ldb and ldc elements apart. */
void tf_product(int64_t m, int64_t n, int64_t k, const float *a, int64_t lda, const float *b, int64_t ldb, float *c,
                int64_t ldc, bool add);

/* to [columns][rows] = from [rows][columns], transposed. */
void tf_transpose(const float *from, int64_t rows, int64_t columns, int64_t from_row, float *to, int64_t to_row);

#endif
