/* The cards and what time does to them: load becomes heat and energy, heat becomes a lower clock. */
#include "standin.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define SECONDS_TO_WARM 20.0
#define ROOM 35.0

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct card cards[MOST_CARDS];
static struct instance instances[MOST_CARDS][MOST_INSTANCES];
static int count, users;
static double speed;
static char driver[80];

int open_event_sets(void);

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static double full_clock_share(const struct card *card) {
    double over = degrees(card) - SLOWDOWN_DEGREES;
    return over <= 0 ? 1 : fmax(0.3, 1 - over / 20);
}

static void pass_time(struct card *card) {
    double time = now(), passed = card->seen == 0 ? 0 : (time - card->seen) * speed;
    double target = ROOM + card->cooling * card->load;
    if (card->seen == 0) {
        card->heat = ROOM;
    }
    card->heat += (target - card->heat) * (1 - exp(-passed / SECONDS_TO_WARM));
    card->energy += watts(card) * passed * 1000;
    card->seen = time;
}

int enter(void) {
    pthread_mutex_lock(&lock);
    if (configuration_changed()) {
        configuration_read(&count, &speed, driver, cards);
    }
    for (int i = 0; i < count; i++) {
        pass_time(&cards[i]);
    }
    return users == 0 ? UNINITIALIZED : SUCCESS;
}

void leave(void) {
    pthread_mutex_unlock(&lock);
}

int leave_with(int status) {
    pthread_mutex_unlock(&lock);
    return status;
}

API int nvmlInit_v2(void) {
    enter();
    users++;
    return leave_with(SUCCESS);
}

API int nvmlShutdown(void) {
    char text[80];
    if (enter() != SUCCESS) {
        return leave_with(UNINITIALIZED);
    }
    users--;
    snprintf(text, sizeof text, "shutdown, %d event sets left", open_event_sets());
    configuration_report(text);
    return leave_with(SUCCESS);
}

struct card *card_of(const void *handle) {
    for (int i = 0; i < count; i++) {
        if (handle == &cards[i]) {
            return &cards[i];
        }
    }
    return NULL;
}

struct instance *instance_of(const void *handle) {
    for (int i = 0; i < count; i++) {
        for (int j = 0; j < cards[i].mig; j++) {
            if (handle == &instances[i][j]) {
                return &instances[i][j];
            }
        }
    }
    return NULL;
}

struct card *card_at(int index) {
    return index >= 0 && index < count ? &cards[index] : NULL;
}

struct instance *instance_at(struct card *card, int number) {
    if (number < 0 || number >= card->mig) {
        return NULL;
    }
    struct instance *found = &instances[card->index][number];
    found->card = card;
    found->number = number;
    return found;
}

int ask(const void *handle, const char *function, struct card **card) {
    int status = enter();
    if (status != SUCCESS) {
        return status;
    }
    *card = card_of(handle);
    if (*card == NULL && instance_of(handle) != NULL) {
        *card = instance_of(handle)->card;
    }
    if (*card == NULL) {
        return INVALID_ARGUMENT;
    }
    if ((*card)->stall > 0) {
        /* Others may ask meanwhile. */
        struct timespec pause = {(*card)->stall / 1000, (*card)->stall % 1000 * 1000000L};
        leave();
        nanosleep(&pause, NULL);
        enter();
    }
    if ((*card)->lost != 0) {
        return (*card)->lost;
    }
    return strstr((*card)->unsupported, function) != NULL ? NOT_SUPPORTED : SUCCESS;
}

int number_of_cards(void) {
    return count;
}

const char *driver_version(void) {
    return driver;
}

double degrees(const struct card *card) {
    return card->temperature >= 0 ? card->temperature : card->heat;
}

double watts(const struct card *card) {
    if (card->power >= 0) {
        return card->power;
    }
    double wanted = POWER_AT_REST + 1.05 * (POWER_LIMIT - POWER_AT_REST) * card->load;
    return fmin(POWER_LIMIT, wanted * full_clock_share(card));
}

int clock_now(const struct card *card) {
    return card->load == 0 ? 345 : (int)(CLOCK_MOST * full_clock_share(card) * (watts(card) >= POWER_LIMIT ? 0.88 : 1));
}

unsigned long long clock_reasons(const struct card *card) {
    unsigned long long reasons = card->load == 0 ? 0x1 : 0;
    if (watts(card) >= POWER_LIMIT) {
        reasons |= 0x4;
    }
    if (degrees(card) > SLOWDOWN_DEGREES) {
        reasons |= 0x20;
    }
    if (degrees(card) > SLOWDOWN_DEGREES + 5) {
        reasons |= 0x8 | 0x40;
    }
    return reasons;
}
