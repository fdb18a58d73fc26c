/* Which objects are alive, so that use after destruction and double destruction are told instead of crashing. */
#include "core.h"

#include <stdio.h>

struct entry {
    void *object;
    enum standin_kind kind;
    uint64_t serial;
};

enum { KEPT = 4096 };

static pthread_mutex_t handles_lock = PTHREAD_MUTEX_INITIALIZER;
static struct entry *table; /* open addressing, a power of two */
static size_t capacity, used, filled;
static uint64_t serials;
static int64_t live[STANDIN_EXECUTOR + 1];
static void *kept[KEPT];
static int next_kept;

static char gone; /* marks a place whose object was forgotten */

static size_t place_of(const void *object) {
    uint64_t bits = (uint64_t)(uintptr_t)object * 0x9e3779b97f4a7c15u;
    return (size_t)(bits >> 20) & (capacity - 1);
}

static struct entry *find(const void *object) {
    if (capacity == 0) {
        return NULL;
    }
    for (size_t i = place_of(object);; i = (i + 1) & (capacity - 1)) {
        if (table[i].object == NULL) {
            return NULL;
        }
        if (table[i].object == object) {
            return &table[i];
        }
    }
}

static void insert(struct entry entry) {
    size_t i = place_of(entry.object);
    while (table[i].object != NULL && table[i].object != &gone) {
        i = (i + 1) & (capacity - 1);
    }
    filled += table[i].object == NULL;
    table[i] = entry;
    used++;
}

static void grow(void) {
    struct entry *old = table;
    size_t before = capacity;
    capacity = used * 4 < 1024 ? 1024 : capacity * (used * 2 >= capacity ? 2 : 1);
    table = standin_memory(capacity * sizeof *table);
    used = filled = 0;
    for (size_t i = 0; i < before; i++) {
        if (old[i].object != NULL && old[i].object != &gone) {
            insert(old[i]);
        }
    }
    free(old);
}

void *standin_new(enum standin_kind kind, size_t bytes) {
    void *object = standin_memory(bytes);
    pthread_mutex_lock(&handles_lock);
    if ((filled + 1) * 4 > capacity * 3) {
        grow();
    }
    insert((struct entry){object, kind, ++serials});
    live[kind]++;
    pthread_mutex_unlock(&handles_lock);
    return object;
}

uint64_t standin_alive(const void *object, enum standin_kind kind) {
    pthread_mutex_lock(&handles_lock);
    struct entry *entry = object == NULL ? NULL : find(object);
    uint64_t serial = entry != NULL && entry->kind == kind ? entry->serial : 0;
    pthread_mutex_unlock(&handles_lock);
    return serial;
}

void standin_forget(void *object) {
    pthread_mutex_lock(&handles_lock);
    struct entry *entry = find(object);
    void *old = NULL;
    if (entry != NULL) {
        live[entry->kind]--;
        entry->object = &gone;
        used--;
        old = kept[next_kept];
        kept[next_kept] = object;
        next_kept = (next_kept + 1) % KEPT;
    }
    pthread_mutex_unlock(&handles_lock);
    free(old);
}

int64_t standin_live(enum standin_kind kind) {
    pthread_mutex_lock(&handles_lock);
    int64_t count = live[kind];
    pthread_mutex_unlock(&handles_lock);
    return count;
}

void *standin_memory(size_t bytes) {
    void *memory = calloc(1, bytes == 0 ? 1 : bytes);
    if (memory == NULL) {
        fprintf(stderr, "stand-in: the host has no %zu bytes left\n", bytes);
        abort();
    }
    return memory;
}
