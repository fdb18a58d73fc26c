/*
 * Faults that the environment tells:
 *     HEARTH_STANDIN_FAIL=symbol:nth:code[:behind],...   the nth call of symbol (from 1; * is every) fails with code; "behind"
 *                                                        lets the call succeed and the work fail on its stream
 *     HEARTH_STANDIN_HANG=symbol:nth,...                 queued work of that call never ends; other calls never return
 *     HEARTH_STANDIN_LOST=seconds[:device]               so long after the first aclrtSetDevice the device is gone
 */
#include "core.h"

#include <stdio.h>
#include <unistd.h>

/* How often each function was called: a table of names by their hash. */
struct count {
    char name[96];
    int64_t calls;
};
enum { COUNTS = 1024 };
static struct count counts[COUNTS];

struct fault {
    char symbol[96];
    long nth; /* 0 is every */
    int32_t code;
    bool behind, hang;
    long calls;
};

static struct fault faults[32];
static int fault_count;
static double lost_after = -1;
static int32_t lost_device = -1;
static int64_t lost_from;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t faults_lock = PTHREAD_MUTEX_INITIALIZER;
static _Thread_local struct standin_later later;

const char *standin_setting(const char *name, const char *otherwise) {
    const char *value = getenv(name);
    return value != NULL && *value != '\0' ? value : otherwise;
}

long standin_setting_number(const char *name, long otherwise) {
    const char *value = standin_setting(name, NULL);
    return value == NULL ? otherwise : strtol(value, NULL, 10);
}

static void told_badly(const char *text) {
    fprintf(stderr, "stand-in: this fault is not understood: %s\n", text);
    abort();
}

static void read_faults(const char *variable, bool hang) {
    char text[2048];
    snprintf(text, sizeof text, "%s", standin_setting(variable, ""));
    char *rest = NULL;
    for (char *one = strtok_r(text, ",", &rest); one != NULL; one = strtok_r(NULL, ",", &rest)) {
        char nth[32] = "", behind[32] = "";
        int code = 0;
        if (fault_count == (int)(sizeof faults / sizeof faults[0])) {
            told_badly(one);
        }
        struct fault *fault = &faults[fault_count];
        int fields = sscanf(one, "%95[^:]:%31[^:]:%d:%31s", fault->symbol, nth, &code, behind);
        if (fields < (hang ? 2 : 3)) {
            told_badly(one);
        }
        fault->nth = strcmp(nth, "*") == 0 ? 0 : strtol(nth, NULL, 10);
        fault->code = code;
        fault->behind = strcmp(behind, "behind") == 0;
        fault->hang = hang;
        fault_count++;
    }
}

static void read_environment(void) {
    read_faults("HEARTH_STANDIN_FAIL", false);
    read_faults("HEARTH_STANDIN_HANG", true);
    const char *lost = standin_setting("HEARTH_STANDIN_LOST", NULL);
    if (lost != NULL) {
        char *end = NULL;
        lost_after = strtod(lost, &end);
        lost_device = *end == ':' ? (int32_t)strtol(end + 1, NULL, 10) : -1;
    }
}

/* Lock held. */
static struct count *count_of(const char *function) {
    uint32_t hash = 2166136261u;
    for (const char *c = function; *c != '\0'; c++) {
        hash = (hash ^ (uint8_t)*c) * 16777619u;
    }
    for (uint32_t i = hash % COUNTS;; i = (i + 1) % COUNTS) {
        if (counts[i].name[0] == '\0') {
            snprintf(counts[i].name, sizeof counts[i].name, "%s", function);
        }
        if (strcmp(counts[i].name, function) == 0) {
            return &counts[i];
        }
    }
}

int64_t standin_calls(const char *function) {
    pthread_mutex_lock(&faults_lock);
    int64_t calls = count_of(function)->calls;
    pthread_mutex_unlock(&faults_lock);
    return calls;
}

int32_t standin_fault(const char *function, bool wait) {
    pthread_once(&once, read_environment);
    later = (struct standin_later){0, false};
    int32_t code = 0;
    bool hang = false;
    pthread_mutex_lock(&faults_lock);
    count_of(function)->calls++;
    for (int i = 0; i < fault_count; i++) {
        struct fault *fault = &faults[i];
        if (strcmp(fault->symbol, function) != 0) {
            continue;
        }
        fault->calls++;
        if (fault->nth != 0 && fault->nth != fault->calls) {
            continue;
        }
        if (fault->hang) {
            hang = true;
        } else if (fault->behind) {
            later.code = fault->code;
        } else {
            code = fault->code;
        }
    }
    pthread_mutex_unlock(&faults_lock);
    if (hang && wait) {
        for (;;) {
            pause();
        }
    }
    later.hang = hang;
    return code == 0 ? 0 : standin_error(code, "%s failed as HEARTH_STANDIN_FAIL told it to.", function);
}

struct standin_later standin_take_later(void) {
    struct standin_later taken = later;
    later = (struct standin_later){0, false};
    return taken;
}

void standin_lost_begins(void) {
    pthread_once(&once, read_environment);
    pthread_mutex_lock(&faults_lock);
    if (lost_from == 0) {
        lost_from = standin_now();
    }
    pthread_mutex_unlock(&faults_lock);
}

int32_t standin_lost(int32_t device) {
    pthread_once(&once, read_environment);
    if (lost_after < 0 || (lost_device >= 0 && lost_device != device)) {
        return 0;
    }
    pthread_mutex_lock(&faults_lock);
    bool lost = lost_from != 0 && (double)(standin_now() - lost_from) > lost_after * 1e9;
    pthread_mutex_unlock(&faults_lock);
    return lost ? standin_error(ACL_ERROR_RT_LOST_HEARTBEAT, "device %d has lost its heartbeat.", device) : 0;
}

int64_t standin_now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}
