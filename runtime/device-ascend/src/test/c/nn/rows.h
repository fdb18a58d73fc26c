/*
 * Rows of elements of any type as float or double: what every operator of this folder reads and writes through.
 * Types are aclDataType values. Floating point is rounded to nearest even, once; a NaN becomes 0 in an integer type.
 */
#ifndef HEARTH_STANDIN_NN_ROWS_H
#define HEARTH_STANDIN_NN_ROWS_H

#include <stdbool.h>
#include <stdint.h>

/* Built for the widest vectors that the processor has; the widest is chosen when the library is loaded. */
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define NN_FAST __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define NN_FAST
#endif

/* Bytes of an element; 0 for a type that no operator here takes. */
int64_t nn_size(int type);

bool nn_is_float(int type);   /* f32, f16, bf16, f64 */
bool nn_is_narrow(int type);  /* f32, f16, bf16: float holds every value */
bool nn_is_integer(int type); /* without BOOL */

/* n elements, `stride` elements apart, as float or double; a stride of 0 repeats one element. */
void nn_load_f(const char *from, int type, int64_t stride, int64_t n, float *to);
void nn_load_d(const char *from, int type, int64_t stride, int64_t n, double *to);
void nn_store_f(const float *from, char *to, int type, int64_t stride, int64_t n);
void nn_store_d(const double *from, char *to, int type, int64_t stride, int64_t n);
void nn_copy_row(const char *from, int64_t from_stride, char *to, int64_t to_stride, int64_t size, int64_t n);

/* One index of an INT32, INT64 or UINT8 tensor. */
int64_t nn_load_i(const char *from, int type);
void nn_store_i(int64_t value, char *to, int type);

/* One value rounded to `type` and back, as the element of a tensor would hold it. */
float nn_round(float value, int type);

#endif
