/* Sets of events: Xids by the running numbers in the file. */
#include "standin.h"

#include <stdlib.h>
#include <time.h>

#define MOST_SETS 8
#define XID 0x8ULL

typedef void *device;

struct event {
    device handle;
    unsigned long long type, data;
    unsigned gpu_instance, compute_instance;
};

static struct set {
    int open;
    int registered[MOST_CARDS];
} sets[MOST_SETS];

int open_event_sets(void) {
    int count = 0;
    for (int i = 0; i < MOST_SETS; i++) {
        count += sets[i].open;
    }
    return count;
}

static struct set *set_of(const void *handle) {
    for (int i = 0; i < MOST_SETS; i++) {
        if (handle == &sets[i] && sets[i].open) {
            return &sets[i];
        }
    }
    return NULL;
}

API int nvmlEventSetCreate(void **set) {
    int status = enter();
    if (status != SUCCESS || set == NULL) {
        return leave_with(status ? status : INVALID_ARGUMENT);
    }
    for (int i = 0; i < MOST_SETS; i++) {
        if (!sets[i].open) {
            sets[i] = (struct set){.open = 1};
            *set = &sets[i];
            return leave_with(SUCCESS);
        }
    }
    return leave_with(999);
}

API int nvmlEventSetFree(void *handle) {
    int status = enter();
    struct set *set = set_of(handle);
    if (set != NULL) {
        set->open = 0;
    }
    return leave_with(status ? status : set == NULL ? INVALID_ARGUMENT : SUCCESS);
}

API int nvmlDeviceGetSupportedEventTypes(device handle, unsigned long long *types) {
    struct card *card;
    int status = ask(handle, __func__, &card);
    if (status == SUCCESS && types != NULL) {
        *types = XID | 0x1 | 0x2;
    }
    return leave_with(status ? status : types == NULL ? INVALID_ARGUMENT : SUCCESS);
}

API int nvmlDeviceRegisterEvents(device handle, unsigned long long types, void *set_handle) {
    struct card *card;
    int status = ask(handle, __func__, &card);
    struct set *set = set_of(set_handle);
    if (status == SUCCESS && (set == NULL || types != XID)) {
        status = INVALID_ARGUMENT;
    }
    if (status == SUCCESS) {
        set->registered[card->index] = 1;
    }
    return leave_with(status);
}

/* The next Xid of a registered card; 0 if there is none now. */
static int next(struct set *set, struct event *event) {
    for (int i = 0; i < number_of_cards(); i++) {
        struct card *card = card_at(i);
        for (const char *text = card->xids; set->registered[i] && *text != 0;) {
            char *end;
            long number = strtol(text, &end, 10), code = strtol(end + 1, &end, 10);
            if (number > card->last_xid) {
                card->last_xid = number;
                *event = (struct event){card, XID, code, -1, -1};
                return 1;
            }
            text = *end == 0 ? end : end + 1;
        }
    }
    return 0;
}

static int any_lost(struct set *set) {
    for (int i = 0; i < number_of_cards(); i++) {
        if (set->registered[i] && card_at(i)->lost == LOST) {
            return 1;
        }
    }
    return 0;
}

API int nvmlEventSetWait_v2(void *handle, struct event *event, unsigned milliseconds) {
    for (unsigned waited = 0;; waited += 10) {
        int status = enter();
        struct set *set = set_of(handle);
        if (status == SUCCESS && (set == NULL || event == NULL)) {
            status = INVALID_ARGUMENT;
        }
        if (status != SUCCESS || next(set, event)) {
            return leave_with(status);
        }
        if (any_lost(set)) {
            return leave_with(LOST);
        }
        if (waited >= milliseconds) {
            return leave_with(TIMED_OUT);
        }
        leave();
        struct timespec pause = {0, 10000000};
        nanosleep(&pause, NULL);
    }
}
