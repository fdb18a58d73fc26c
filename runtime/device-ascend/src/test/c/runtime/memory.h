/* Memory as the exported functions see it. */
#ifndef STANDIN_MEMORY_H
#define STANDIN_MEMORY_H

#include "core.h"

/* Allocates on the device of this thread; rest is what is added to the size after rounding to 32. */
int32_t standin_malloc(void **address, size_t size, int32_t policy, size_t rest);
int32_t standin_free(void *address);
int32_t standin_malloc_host(void **address, size_t size);
int32_t standin_free_host(void *address);
void standin_memory_info(int32_t device, size_t *free, size_t *total);
enum standin_place standin_place(const void *address, size_t bytes);
/* How many allocations of a device live, for tests. */
int64_t standin_allocations(int32_t device);

#endif
