/* The chips and what time does to them: load becomes heat, heat becomes a lower clock. */
#include "standin.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define SECONDS_TO_WARM 20.0
#define ROOM 35.0
#define SLOWDOWN_DEGREES 90.0

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct chip chips[MOST_CHIPS];
static struct settings all;
static int initialised;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void pass_time(struct chip *chip) {
    double time = now(), passed = chip->seen == 0 ? 0 : (time - chip->seen) * all.speed;
    double target = ROOM + chip->cooling * chip->load;
    if (chip->seen == 0) {
        chip->heat = ROOM;
    }
    chip->heat += (target - chip->heat) * (1 - exp(-passed / SECONDS_TO_WARM));
    chip->seen = time;
}

int enter(void) {
    pthread_mutex_lock(&lock);
    if (configuration_changed()) {
        configuration_read(&all, chips);
    }
    if (!configuration_there() && all.chips > 0) {
        processes_look(&chips[0], now());
    }
    for (int i = 0; i < all.chips; i++) {
        pass_time(&chips[i]);
    }
    return initialised ? OK : INNER_ERROR;
}

void leave(void) {
    pthread_mutex_unlock(&lock);
}

int leave_with(int status) {
    pthread_mutex_unlock(&lock);
    return status;
}

void standin_initialised(void) {
    initialised = 1;
}

const struct settings *settings(void) {
    return &all;
}

struct chip *chip_at(int number) {
    return number >= 0 && number < all.chips ? &chips[number] : NULL;
}

struct chip *chip_with_logic(int logic) {
    for (int i = 0; i < all.chips; i++) {
        if (chips[i].logic == logic) {
            return &chips[i];
        }
    }
    return NULL;
}

int ask(int card_id, int device_id, const char *function, struct chip **chip) {
    int status = enter();
    *chip = NULL;
    if (status != OK) {
        return status;
    }
    if (card_id < 0 || device_id < 0 || device_id >= all.per_card) {
        return INVALID_DEVICE;
    }
    *chip = chip_at(card_id * all.per_card + device_id);
    if (*chip == NULL) {
        return INVALID_DEVICE;
    }
    if ((*chip)->stall > 0) {
        /* Others may ask meanwhile. */
        struct timespec pause = {(*chip)->stall / 1000, (*chip)->stall % 1000 * 1000000L};
        leave();
        nanosleep(&pause, NULL);
        enter();
    }
    if ((*chip)->lost != 0) {
        return NOT_READY;
    }
    return strstr((*chip)->unsupported, function) != NULL ? NOT_SUPPORTED : OK;
}

double degrees(const struct chip *chip) {
    return chip->temperature >= 0 ? chip->temperature : chip->heat;
}

int clock_rated(void) {
    return all.kind == P310 ? 1080 : 1850;
}

int clock_now(const struct chip *chip) {
    if (chip->clock >= 0) {
        return (int)chip->clock;
    }
    if (chip->load == 0) {
        return 800;
    }
    double over = degrees(chip) - SLOWDOWN_DEGREES;
    return (int)(clock_rated() * (over <= 0 ? 1 : fmax(0.4, 1 - over / 20)));
}

double watts(const struct chip *chip) {
    return chip->power >= 0 ? chip->power : 91.4 + 260 * chip->load * clock_now(chip) / clock_rated();
}
