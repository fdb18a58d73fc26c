/*
 * Memory of the devices, and pinned memory of the host. Device memory lies in one reserved range of addresses that are not
 * given out again before all of it was, with a gap behind every allocation, so that what is freed or overrun is told by its address. Allocations
 * begin at 64 bytes and no more, as aclrtMalloc promises, and are full of 0xff (NaN, -1) where they are not large.
 */
#include "memory.h"

#include <sys/mman.h>
#include <unistd.h>

struct allocation {
    char *begin;
    size_t bytes;  /* with what rounding added */
    char *mapped;
    size_t mapped_bytes;
    int32_t device; /* -1: pinned */
};

static const size_t reserved = (size_t)1 << 38;
static const size_t poisoned = (size_t)32 << 20;
static char *area, *unused;
static struct allocation *all; /* by address */
static size_t count, room;
static uint64_t in_use[64];
static pthread_mutex_t memory_lock = PTHREAD_MUTEX_INITIALIZER;

static size_t first_after(const char *address) {
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (all[middle].begin <= address) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static struct allocation *holding(const void *address, size_t bytes) {
    size_t after = first_after(address);
    if (after == 0) {
        return NULL;
    }
    struct allocation *a = &all[after - 1];
    size_t from = (size_t)((const char *)address - a->begin);
    return from <= a->bytes && bytes <= a->bytes - from && (bytes > 0 || from < a->bytes) ? a : NULL;
}

static void insert(struct allocation allocation) {
    if (count == room) {
        room = room == 0 ? 256 : room * 2;
        struct allocation *more = realloc(all, room * sizeof *all);
        if (more == NULL) {
            abort();
        }
        all = more;
    }
    size_t at = first_after(allocation.begin);
    memmove(&all[at + 1], &all[at], (count - at) * sizeof *all);
    all[at] = allocation;
    count++;
}

static void poison(char *begin, size_t bytes) {
    memset(begin, 0xff, bytes < poisoned ? bytes : poisoned);
}

/* So many bytes of unused addresses, or NULL: behind the last allocation, or in the first gap that is large enough. */
static char *addresses(size_t bytes) {
    char *end = area + reserved, *begin = unused;
    if (bytes > (size_t)(end - begin)) {
        begin = area;
        for (size_t i = 0; i < count && all[i].begin < end; i++) {
            if (all[i].begin >= area && (size_t)(all[i].mapped - begin) >= bytes) {
                break;
            }
            begin = all[i].begin >= area ? all[i].mapped + all[i].mapped_bytes : begin;
        }
    }
    return bytes <= (size_t)(end - begin) ? begin : NULL;
}

static int32_t out_of_memory(size_t size, int32_t device) {
    return standin_error(ACL_ERROR_RT_MEMORY_ALLOCATION,
                         "[MALLOC] out of memory: %zu bytes were asked of device %d, which has %zu of %zu left.", size, device,
                         (size_t)(standin_device_memory() - in_use[device]), (size_t)standin_device_memory());
}

int32_t standin_malloc(void **address, size_t size, int32_t policy, size_t rest) {
    int32_t device = standin_current_device();
    if (address == NULL || size == 0) {
        return standin_error(ACL_ERROR_RT_PARAM_INVALID, address == NULL ? "devPtr is NULL." : "size is 0.");
    }
    int32_t kind = policy & 0xff;
    if (kind > 7 || (policy & ~0x1011ff) != 0) {
        return standin_error(ACL_ERROR_RT_PARAM_INVALID, "there is no policy %d.", policy);
    }
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    if (size > standin_device_memory()) {
        return out_of_memory(size, device);
    }
    size_t bytes = (size + 31) / 32 * 32 + rest;
    size_t mapped = (bytes + 64 + page - 1) / page * page;
    pthread_mutex_lock(&memory_lock);
    if (area == NULL) {
        area = mmap(NULL, reserved, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (area == MAP_FAILED) {
            area = NULL;
            pthread_mutex_unlock(&memory_lock);
            return standin_error(ACL_ERROR_RT_INTERNAL_ERROR, "the stand-in cannot reserve addresses.");
        }
        unused = area;
    }
    char *place = addresses(mapped + page);
    if (in_use[device] + bytes > standin_device_memory() || place == NULL || mprotect(place, mapped, PROT_READ | PROT_WRITE) != 0) {
        int32_t code = out_of_memory(size, device);
        pthread_mutex_unlock(&memory_lock);
        return code;
    }
    char *begin = place + 64;
    insert((struct allocation){begin, bytes, place, mapped + page, device});
    unused = place + mapped + page;
    in_use[device] += bytes;
    pthread_mutex_unlock(&memory_lock);
    poison(begin, bytes);
    *address = begin;
    return ACL_SUCCESS;
}

static void take_out(size_t index) {
    struct allocation a = all[index];
    count--;
    memmove(&all[index], &all[index + 1], (count - index) * sizeof *all);
    if (a.device >= 0) {
        in_use[a.device] -= a.bytes;
        /* Given back to the host; the addresses stay reserved. */
        mmap(a.mapped, a.mapped_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
    } else {
        free(a.mapped);
    }
}

static int32_t release(void *address, bool pinned, const char *function) {
    if (address == NULL) {
        return standin_error(ACL_ERROR_RT_PARAM_INVALID, "%s: the address is NULL.", function);
    }
    pthread_mutex_lock(&standin_lock);
    pthread_mutex_lock(&memory_lock);
    int32_t code = ACL_SUCCESS;
    size_t after = first_after(address);
    struct allocation *a = after == 0 ? NULL : &all[after - 1];
    if (a == NULL || a->begin != address || (a->device < 0) != pinned) {
        code = standin_error(ACL_ERROR_RT_PARAM_INVALID, "%s: nothing is allocated at %p (or not any more).", function, address);
    } else {
        const char *user = standin_in_use(a->begin, a->bytes);
        if (user != NULL) {
            code = standin_error(ACL_ERROR_RT_PARAM_INVALID, "%s: the memory at %p is used by %s, which is queued and has not ended.",
                                 function, address, user);
        } else {
            take_out(after - 1);
        }
    }
    pthread_mutex_unlock(&memory_lock);
    pthread_mutex_unlock(&standin_lock);
    return code;
}

int32_t standin_free(void *address) {
    return release(address, false, "aclrtFree");
}

int32_t standin_free_host(void *address) {
    return release(address, true, "aclrtFreeHost");
}

int32_t standin_malloc_host(void **address, size_t size) {
    if (address == NULL || size == 0) {
        return standin_error(ACL_ERROR_RT_PARAM_INVALID, address == NULL ? "hostPtr is NULL." : "size is 0.");
    }
    size_t bytes = (size + 63) / 64 * 64;
    char *begin = aligned_alloc(64, bytes);
    if (begin == NULL) {
        return standin_error(ACL_ERROR_RT_MEMORY_ALLOCATION, "the host has no %zu bytes of memory left.", size);
    }
    poison(begin, bytes);
    pthread_mutex_lock(&memory_lock);
    insert((struct allocation){begin, bytes, begin, bytes, -1});
    pthread_mutex_unlock(&memory_lock);
    *address = begin;
    return ACL_SUCCESS;
}

void standin_memory_info(int32_t device, size_t *free, size_t *total) {
    pthread_mutex_lock(&memory_lock);
    *total = standin_device_memory();
    *free = *total - in_use[device];
    pthread_mutex_unlock(&memory_lock);
}

void standin_memory_reset(int32_t device) {
    pthread_mutex_lock(&memory_lock);
    for (size_t i = count; i-- > 0;) {
        if (all[i].device == device) {
            take_out(i);
        }
    }
    pthread_mutex_unlock(&memory_lock);
}

enum standin_place standin_place(const void *address, size_t bytes) {
    pthread_mutex_lock(&memory_lock);
    struct allocation *a = holding(address, bytes);
    enum standin_place place;
    if (a != NULL) {
        place = a->device < 0 ? STANDIN_PINNED : STANDIN_CARD;
    } else {
        const char *c = address;
        place = area != NULL && c >= area && c < area + reserved ? STANDIN_NOWHERE : STANDIN_PAGEABLE;
    }
    pthread_mutex_unlock(&memory_lock);
    return place;
}

bool standin_allocated(const void *address, size_t bytes) {
    return standin_place(address, bytes) == STANDIN_CARD;
}

int64_t standin_allocations(int32_t device) {
    int64_t found = 0;
    pthread_mutex_lock(&memory_lock);
    for (size_t i = 0; i < count; i++) {
        found += all[i].device == device;
    }
    pthread_mutex_unlock(&memory_lock);
    return found;
}
