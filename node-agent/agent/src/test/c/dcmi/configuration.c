/* The file cards.conf beside the library. */
#define _GNU_SOURCE
#include "standin.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

/* Times of files are coarse; a file that takes the place of another has a number of its own. */
static struct timespec changed;
static ino_t number;
static off_t size = -1;

static void path_of(char *path, const char *name) {
    Dl_info info;
    union {
        void (*function)(char *, const char *);
        void *address;
    } here = {path_of};
    if (dladdr(here.address, &info) == 0) {
        abort();
    }
    snprintf(path, PATH_MAX, "%s", info.dli_fname);
    char *slash = strrchr(path, '/');
    strcpy(slash == NULL ? path : slash + 1, name);
}

/* Whether there is a file. */
int configuration_there(void) {
    return size > 0;
}

/* Whether the file is not as it was when this was asked last. */
int configuration_changed(void) {
    char path[PATH_MAX];
    struct stat now;
    path_of(path, "cards.conf");
    if (stat(path, &now) != 0) {
        int known = size == 0;
        size = 0;
        return !known;
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

static void set_chip(struct chip *chip, const char *key, const char *value) {
    struct {
        const char *key;
        char *text;
        size_t size;
    } texts[] = {
        {"pci", chip->pci, sizeof chip->pci},
        {"die", chip->die, sizeof chip->die},
        {"processes", chip->processes, sizeof chip->processes},
        {"errors", chip->errors, sizeof chip->errors},
        {"events", chip->events, sizeof chip->events},
        {"unsupported", chip->unsupported, sizeof chip->unsupported},
    };
    struct {
        const char *key;
        double *number;
    } numbers[] = {
        {"memory", &chip->memory},
        {"used", &chip->used},
        {"load", &chip->load},
        {"vector", &chip->vector},
        {"traffic", &chip->traffic},
        {"temperature", &chip->temperature},
        {"power", &chip->power},
        {"clock", &chip->clock},
        {"cooling", &chip->cooling},
    };
    struct {
        const char *key;
        int *number;
    } wholes[] = {{"logic", &chip->logic}, {"health", &chip->health}, {"lost", &chip->lost}, {"stall", &chip->stall}};

    for (size_t i = 0; i < LENGTH(texts); i++) {
        if (strcmp(key, texts[i].key) == 0) {
            snprintf(texts[i].text, texts[i].size, "%s", value);
        }
    }
    for (size_t i = 0; i < LENGTH(numbers); i++) {
        if (strcmp(key, numbers[i].key) == 0) {
            *numbers[i].number = atof(value);
        }
    }
    for (size_t i = 0; i < LENGTH(wholes); i++) {
        if (strcmp(key, wholes[i].key) == 0) {
            *wholes[i].number = atoi(value);
        }
    }
    if (strcmp(key, "ecc") == 0) {
        longs(value, chip->ecc, 6);
    }
}

static const char *setting(const char *name, const char *otherwise) {
    const char *value = getenv(name);
    return value == NULL || *value == 0 ? otherwise : value;
}

static void defaults(struct chip *chip, int index) {
    struct chip before = *chip;
    memset(chip, 0, sizeof *chip);
    chip->heat = before.heat;
    chip->seen = before.seen;
    chip->last_event = before.last_event;
    chip->number = chip->logic = index;
    snprintf(chip->pci, sizeof chip->pci, "0000:%02X:00.0", 0xC1 + index);
    snprintf(chip->die, sizeof chip->die, "14036E64 00E04F1D 1223F2B2 84528485 1043%04X", index);
    chip->memory = atof(setting("HEARTH_STANDIN_MEMORY_MIB", "65536"));
    chip->used = 3200;
    chip->temperature = chip->power = chip->clock = -1;
    chip->cooling = 30;
}

static char *trimmed(char *text) {
    text += strspn(text, " \t");
    for (char *end = text + strlen(text); end > text && strchr(" \t\r\n", end[-1]) != NULL;) {
        *--end = 0;
    }
    return text;
}

static void set(struct settings *all, const char *key, const char *value) {
    if (strcmp(key, "chip") == 0) {
        snprintf(all->chip, sizeof all->chip, "%s", value);
    } else if (strcmp(key, "driver") == 0) {
        snprintf(all->driver, sizeof all->driver, "%s", value);
    } else if (strcmp(key, "chips") == 0) {
        all->chips = atoi(value);
    } else if (strcmp(key, "chips-per-card") == 0) {
        all->per_card = atoi(value);
    } else if (strcmp(key, "permitted") == 0) {
        all->permitted = atoi(value);
    } else if (strcmp(key, "speed") == 0) {
        all->speed = atof(value);
    }
}

static void beginning(struct settings *all) {
    const char *soc = setting("HEARTH_STANDIN_SOC", "Ascend910B3");
    *all = (struct settings){.permitted = 1, .speed = 1, .chips = atoi(setting("HEARTH_STANDIN_DEVICES", "1"))};
    snprintf(all->chip, sizeof all->chip, "%s", strncmp(soc, "Ascend910_93", 12) == 0 ? "910" : soc + strlen("Ascend"));
    snprintf(all->driver, sizeof all->driver, "%s", setting("HEARTH_STANDIN_DRIVER", "25.0.rc1"));
}

static void finish(struct settings *all) {
    all->kind = strncmp(all->chip, "310P", 4) == 0 ? P310 : strcmp(all->chip, "910") == 0 ? A3 : A2;
    if (all->chips < 0 || all->chips > MOST_CHIPS) {
        all->chips = MOST_CHIPS;
    }
    if (all->per_card <= 0) {
        all->per_card = all->kind == A3 ? 2 : 1;
    }
}

void configuration_read(struct settings *all, struct chip *chips) {
    char path[PATH_MAX], line[4096];
    beginning(all);
    for (int i = 0; i < MOST_CHIPS; i++) {
        defaults(&chips[i], i);
    }
    path_of(path, "cards.conf");
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        char *comment = strchr(line, '#'), *equals = strchr(line, '='), *dot;
        if (equals == NULL || (comment != NULL && comment < equals)) {
            continue;
        }
        if (comment != NULL) {
            *comment = 0;
        }
        *equals = 0;
        char *key = trimmed(line), *value = trimmed(equals + 1);
        long index = strncmp(key, "chip", 4) == 0 ? strtol(key + 4, &dot, 10) : -1;
        if (index >= 0 && index < MOST_CHIPS && dot > key + 4 && *dot == '.') {
            set_chip(&chips[index], dot + 1, value);
        } else {
            set(all, key, value);
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    finish(all);
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
