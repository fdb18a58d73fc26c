/*
 * What runs on the chips where no file says so: every process that has loaded the runtime of the installation to which this
 * library belongs (lib64 beside the driver's folder). Its memory stands for that on the chip, its processor time for load. Such a
 * process is shown on the first chip: which one it uses cannot be seen from outside.
 */
#define _GNU_SOURCE
#include "standin.h"

#include <ctype.h>
#include <dirent.h>
#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SECONDS_BETWEEN 2.0

static char runtime[PATH_MAX];
static double looked, processor_seconds;

/* Path of the folder with the runtime's libraries, as it is mapped; empty if there is none. */
static void find_runtime(void) {
    Dl_info info;
    char path[PATH_MAX];
    union {
        void (*function)(void);
        void *address;
    } here = {find_runtime};
    if (runtime[0] != 0 || dladdr(here.address, &info) == 0) {
        return;
    }
    snprintf(path, sizeof path - 32, "%s", info.dli_fname);
    for (int up = 0; up < 3; up++) {
        char *slash = strrchr(path, '/');
        if (slash == NULL) {
            return;
        }
        *slash = 0;
    }
    strcat(path, "/lib64");
    if (realpath(path, runtime) == NULL) {
        strcpy(runtime, "-");
    }
}

static int has_loaded_runtime(const char *pid) {
    char path[64], line[PATH_MAX + 128];
    int found = 0;
    snprintf(path, sizeof path, "/proc/%.16s/maps", pid);
    FILE *maps = fopen(path, "r");
    while (maps != NULL && !found && fgets(line, sizeof line, maps) != NULL) {
        char *file = strchr(line, '/');
        found = file != NULL && strncmp(file, runtime, strlen(runtime)) == 0
                && (strstr(file, "/libascendcl.so") != NULL || strstr(file, "/libacl_rt.so") != NULL);
    }
    if (maps != NULL) {
        fclose(maps);
    }
    return found;
}

static long resident_mib(const char *pid) {
    char path[64];
    long pages = 0;
    snprintf(path, sizeof path, "/proc/%.16s/statm", pid);
    FILE *file = fopen(path, "r");
    if (file != NULL) {
        if (fscanf(file, "%*s %ld", &pages) != 1) {
            pages = 0;
        }
        fclose(file);
    }
    return pages * sysconf(_SC_PAGESIZE) >> 20;
}

static double seconds_of(const char *pid) {
    char path[64], text[1024];
    unsigned long user = 0, system = 0;
    snprintf(path, sizeof path, "/proc/%.16s/stat", pid);
    FILE *file = fopen(path, "r");
    if (file != NULL) {
        size_t length = fread(text, 1, sizeof text - 1, file);
        fclose(file);
        text[length] = 0;
        char *end = strrchr(text, ')');
        if (end == NULL || sscanf(end + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) != 2) {
            return 0;
        }
    }
    return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

void processes_look(struct chip *chip, double now) {
    if (now - looked < SECONDS_BETWEEN) {
        return;
    }
    find_runtime();
    DIR *folder = runtime[0] == '/' ? opendir("/proc") : NULL;
    if (folder == NULL) {
        return;
    }
    double passed = now - looked, before = processor_seconds;
    size_t length = 0;
    chip->processes[0] = 0;
    chip->used = 3200;
    processor_seconds = 0;
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        if (isdigit((unsigned char)entry->d_name[0]) && has_loaded_runtime(entry->d_name)) {
            long mib = resident_mib(entry->d_name);
            chip->used += (double)mib;
            processor_seconds += seconds_of(entry->d_name);
            if (length + 40 < sizeof chip->processes) {
                length += (size_t)snprintf(
                    chip->processes + length, sizeof chip->processes - length, "%.16s:%ld ", entry->d_name, mib);
            }
        }
    }
    closedir(folder);
    double busy = before == 0 ? 0 : (processor_seconds - before) / passed / (double)sysconf(_SC_NPROCESSORS_ONLN);
    chip->load = busy < 0 ? 0 : busy > 1 ? 1 : busy;
    chip->vector = chip->load / 2;
    chip->traffic = chip->load / 3;
    chip->used = chip->used > chip->memory ? chip->memory : chip->used;
    looked = now;
}
