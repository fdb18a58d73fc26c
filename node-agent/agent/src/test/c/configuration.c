/* The file cards.conf beside the library. */
#define _GNU_SOURCE
#include "standin.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Times of files are coarse; a file that takes the place of another has a number of its own. */
static struct timespec changed;
static ino_t number;
static off_t size = -1;

static void path_of(char *path, const char *name) {
    Dl_info info;
    if (dladdr((void *)path_of, &info) == 0) {
        abort();
    }
    snprintf(path, PATH_MAX, "%s", info.dli_fname);
    char *slash = strrchr(path, '/');
    strcpy(slash == NULL ? path : slash + 1, name);
}

/* Whether the file is not as it was when this was asked last. */
int configuration_changed(void) {
    char path[PATH_MAX];
    struct stat now;
    path_of(path, "cards.conf");
    if (stat(path, &now) != 0) {
        int first = size == -1;
        size = 0;
        return first;
    }
    if (now.st_size == size && now.st_ino == number && now.st_mtim.tv_sec == changed.tv_sec
        && now.st_mtim.tv_nsec == changed.tv_nsec) {
        return 0;
    }
    size = now.st_size;
    number = now.st_ino;
    changed = now.st_mtim;
    return 1;
}

static void longs(const char *text, long *values, int count) {
    for (int i = 0; i < count; i++) {
        char *end;
        values[i] = strtol(text, &end, 10);
        text = end + strspn(end, " ,");
    }
}

static void set_card(struct card *card, const char *key, const char *value) {
    struct {
        const char *key;
        char *text;
        size_t size;
    } texts[] = {
        {"name", card->name, sizeof card->name},
        {"uuid", card->uuid, sizeof card->uuid},
        {"pci", card->pci, sizeof card->pci},
        {"processes", card->processes, sizeof card->processes},
        {"xids", card->xids, sizeof card->xids},
        {"unsupported", card->unsupported, sizeof card->unsupported},
    };
    struct {
        const char *key;
        double *number;
    } numbers[] = {
        {"memory", &card->memory},
        {"used", &card->used},
        {"load", &card->load},
        {"memory-load", &card->memory_load},
        {"temperature", &card->temperature},
        {"power", &card->power},
        {"cooling", &card->cooling},
    };
    struct {
        const char *key;
        int *number;
    } wholes[] = {
        {"lost", &card->lost},   {"stall", &card->stall}, {"links", &card->links},
        {"links-down", &card->links_down}, {"mig", &card->mig}, {"recovery", &card->recovery},
    };
    struct {
        const char *key;
        long *numbers;
        int count;
    } lists[] = {{"ecc", card->ecc, 4}, {"rows", card->rows, 4}, {"pcie", card->pcie, 5}, {"recoveries", &card->recoveries, 1},
        {"checksums", &card->checksums, 1}};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (strcmp(key, texts[i].key) == 0) {
            snprintf(texts[i].text, texts[i].size, "%s", value);
        }
    }
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (strcmp(key, numbers[i].key) == 0) {
            *numbers[i].number = atof(value);
        }
    }
    for (size_t i = 0; i < sizeof wholes / sizeof *wholes; i++) {
        if (strcmp(key, wholes[i].key) == 0) {
            *wholes[i].number = atoi(value);
        }
    }
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        if (strcmp(key, lists[i].key) == 0) {
            longs(value, lists[i].numbers, lists[i].count);
        }
    }
}

static void defaults(struct card *card, int index) {
    struct card before = *card;
    memset(card, 0, sizeof *card);
    card->heat = before.heat;
    card->energy = before.energy;
    card->seen = before.seen;
    card->last_xid = before.last_xid;
    card->index = index;
    snprintf(card->name, sizeof card->name, "NVIDIA H100 (stand-in)");
    snprintf(card->uuid, sizeof card->uuid, "GPU-5a5a5a5a-0000-0000-0000-%012d", index);
    snprintf(card->pci, sizeof card->pci, "00000000:%02X:00.0", 0x3B + 0x10 * index);
    card->memory = 81559;
    card->used = 512;
    card->temperature = card->power = -1;
    card->cooling = 45;
    card->links = 4;
    longs("5 16 5 16 0", card->pcie, 5);
}

static char *trimmed(char *text) {
    text += strspn(text, " \t");
    for (char *end = text + strlen(text); end > text && strchr(" \t\r\n", end[-1]) != NULL;) {
        *--end = 0;
    }
    return text;
}

void configuration_read(int *cards, double *speed, char *driver, struct card *all) {
    char path[PATH_MAX], line[4096];
    *cards = 2;
    *speed = 1;
    strcpy(driver, "580.00.00");
    for (int i = 0; i < MOST_CARDS; i++) {
        defaults(&all[i], i);
    }
    path_of(path, "cards.conf");
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        char *comment = strchr(line, '#'), *equals = strchr(line, '=');
        if (equals == NULL || (comment != NULL && comment < equals)) {
            continue;
        }
        if (comment != NULL) {
            *comment = 0;
        }
        *equals = 0;
        char *key = trimmed(line), *value = trimmed(equals + 1);
        if (strncmp(key, "card", 4) == 0 && key[4] >= '0' && key[4] < '0' + MOST_CARDS && key[5] == '.') {
            set_card(&all[key[4] - '0'], key + 6, value);
        } else if (strcmp(key, "cards") == 0) {
            *cards = atoi(value) > MOST_CARDS ? MOST_CARDS : atoi(value);
        } else if (strcmp(key, "speed") == 0) {
            *speed = atof(value);
        } else if (strcmp(key, "driver") == 0) {
            snprintf(driver, 80, "%s", value);
        }
    }
    if (file != NULL) {
        fclose(file);
    }
}

/* Leaves a line beside the library, for a test to read. */
void configuration_report(const char *text) {
    char path[PATH_MAX];
    path_of(path, "report");
    FILE *file = fopen(path, "a");
    if (file != NULL) {
        fprintf(file, "%s\n", text);
        fclose(file);
    }
}
