/* Errors and links of cards. */
#include "standin.h"

#include <string.h>
#include <time.h>

typedef void *device;

struct field {
    unsigned id, scope;
    long long timestamp, latency;
    unsigned type, status;
    union {
        double real;
        unsigned whole;
        unsigned long long large;
    } value;
};

#define ASK(handle, valid)                                  \
    struct card *card;                                      \
    int status = ask(handle, __func__, &card);              \
    if (status != SUCCESS || !(valid)) {                    \
        return leave_with(status ? status : INVALID_ARGUMENT); \
    }

API int nvmlDeviceGetTotalEccErrors(device handle, unsigned type, unsigned counter, unsigned long long *errors) {
    ASK(handle, errors != NULL && type < 2 && counter < 2);
    *errors = card->ecc[counter * 2 + type];
    return leave_with(SUCCESS);
}

#ifdef OLD_DRIVER
API int nvmlDeviceGetRetiredPages(device handle, unsigned cause, unsigned *count, unsigned long long *addresses) {
    ASK(handle, count != NULL && cause < 2);
    unsigned room = *count;
    *count = card->rows[cause];
    return leave_with(addresses == NULL || room < *count ? INSUFFICIENT_SIZE : SUCCESS);
}

API int nvmlDeviceGetRetiredPagesPendingStatus(device handle, unsigned *pending) {
    ASK(handle, pending != NULL);
    *pending = card->rows[2];
    return leave_with(SUCCESS);
}
#else
API int nvmlDeviceGetRemappedRows(
    device handle, unsigned *correctable, unsigned *uncorrectable, unsigned *pending, unsigned *failed) {
    ASK(handle, correctable != NULL && uncorrectable != NULL && pending != NULL && failed != NULL);
    if (card->mig > 0) {
        return leave_with(NOT_SUPPORTED);
    }
    *correctable = card->rows[0];
    *uncorrectable = card->rows[1];
    *pending = card->rows[2];
    *failed = card->rows[3];
    return leave_with(SUCCESS);
}

API int nvmlDeviceGetFieldValues(device handle, int count, struct field *fields) {
    ASK(handle, fields != NULL && count > 0);
    for (int i = 0; i < count; i++) {
        struct field *field = &fields[i];
        field->status = SUCCESS;
        field->type = 1;
        if (field->id == 82) {
            field->value.whole = (unsigned)(degrees(card) + 8);
        } else if (field->id == 91) {
            field->value.whole = card->links;
        } else if (field->id == 230) {
            field->type = 3;
            field->value.large = card->recovery;
        } else {
            field->status = NOT_SUPPORTED;
        }
    }
    return leave_with(SUCCESS);
}
#endif

API int nvmlDeviceGetNvLinkState(device handle, unsigned link, unsigned *active) {
    ASK(handle, active != NULL && (int)link < card->links);
    *active = (card->links_down >> link & 1) == 0;
    return leave_with(SUCCESS);
}

API int nvmlDeviceGetNvLinkErrorCounter(device handle, unsigned link, unsigned counter, unsigned long long *value) {
    ASK(handle, value != NULL && (int)link < card->links && counter < 5);
    *value = link != 0 ? 0 : counter == 1 ? card->recoveries : counter == 3 ? card->checksums : 0;
    return leave_with(SUCCESS);
}

static int whole(device handle, const char *function, int which, unsigned *value) {
    struct card *card;
    int status = ask(handle, function, &card);
    if (status == SUCCESS && value != NULL) {
        *value = card->pcie[which];
    }
    return leave_with(status ? status : value == NULL ? INVALID_ARGUMENT : SUCCESS);
}

API int nvmlDeviceGetCurrPcieLinkGeneration(device handle, unsigned *value) {
    return whole(handle, __func__, 0, value);
}

API int nvmlDeviceGetCurrPcieLinkWidth(device handle, unsigned *value) {
    return whole(handle, __func__, 1, value);
}

API int nvmlDeviceGetMaxPcieLinkGeneration(device handle, unsigned *value) {
    return whole(handle, __func__, 2, value);
}

API int nvmlDeviceGetMaxPcieLinkWidth(device handle, unsigned *value) {
    return whole(handle, __func__, 3, value);
}

API int nvmlDeviceGetPcieReplayCounter(device handle, unsigned *value) {
    return whole(handle, __func__, 4, value);
}

API int nvmlDeviceGetPcieThroughput(device handle, unsigned counter, unsigned *kibibytes) {
    ASK(handle, kibibytes != NULL && counter < 2);
    *kibibytes = (unsigned)(card->load * (counter == 0 ? 1000000 : 4000000));
    leave();
    /* The real one measures for 20 milliseconds. */
    struct timespec measuring = {0, 20000000};
    nanosleep(&measuring, NULL);
    return SUCCESS;
}
