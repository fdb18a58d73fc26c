/* What cards are and do. */
#include "standin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MIB (1ULL << 20)

typedef void *device;

struct memory_v2 {
    unsigned version;
    unsigned long long total, reserved, free, used;
};
struct memory {
    unsigned long long total, free, used;
};
struct pci {
    char legacy[16];
    unsigned domain, bus, device, id, subsystem;
    char bus_id[32];
};
struct process {
    unsigned pid;
    unsigned long long memory;
    unsigned gpu_instance, compute_instance;
};
struct process_v1 {
    unsigned pid;
    unsigned long long memory;
};
struct temperature {
    unsigned version, sensor;
    int celsius;
};

/* Each answer begins with this; the lock is held where the question may be answered. */
#define ASK(handle, valid)                                  \
    struct card *card;                                      \
    int status = ask(handle, __func__, &card);              \
    if (status != SUCCESS || !(valid)) {                    \
        return leave_with(status ? status : INVALID_ARGUMENT); \
    }

static int put(char *to, unsigned length, const char *text) {
    if (strlen(text) + 1 > length) {
        return INSUFFICIENT_SIZE;
    }
    strcpy(to, text);
    return SUCCESS;
}

API int nvmlSystemGetDriverVersion(char *version, unsigned length) {
    int status = enter();
    if (status == SUCCESS) {
        status = version == NULL ? INVALID_ARGUMENT : put(version, length, driver_version());
    }
    return leave_with(status);
}

API int nvmlDeviceGetCount_v2(unsigned *count) {
    int status = enter();
    if (status == SUCCESS && count != NULL) {
        *count = number_of_cards();
    }
    return leave_with(status ? status : count == NULL ? INVALID_ARGUMENT : SUCCESS);
}

API int nvmlDeviceGetHandleByIndex_v2(unsigned index, device *handle) {
    int status = enter();
    struct card *card = status == SUCCESS ? card_at(index) : NULL;
    if (status == SUCCESS) {
        status = card == NULL || handle == NULL ? INVALID_ARGUMENT : card->lost;
    }
    if (status == SUCCESS) {
        *handle = card;
    }
    return leave_with(status);
}

API int nvmlDeviceGetName(device handle, char *name, unsigned length) {
    char text[128];
    ASK(handle, name != NULL);
    if (instance_of(handle) != NULL) {
        snprintf(text, sizeof text, "%s MIG 1g.10gb", card->name);
        return leave_with(put(name, length, text));
    }
    return leave_with(put(name, length, card->name));
}

API int nvmlDeviceGetUUID(device handle, char *uuid, unsigned length) {
    char text[128];
    ASK(handle, uuid != NULL);
    if (instance_of(handle) != NULL) {
        snprintf(text, sizeof text, "MIG-%s-%d", card->uuid + 4, instance_of(handle)->number);
        return leave_with(put(uuid, length, text));
    }
    return leave_with(put(uuid, length, card->uuid));
}

API int nvmlDeviceGetPciInfo_v3(device handle, struct pci *pci) {
    ASK(handle, pci != NULL);
    memset(pci, 0, sizeof *pci);
    snprintf(pci->bus_id, sizeof pci->bus_id, "%s", card->pci);
    snprintf(pci->legacy, sizeof pci->legacy, "%s", card->pci + 4);
    return leave_with(SUCCESS);
}

static double total_of(device handle, const struct card *card) {
    return instance_of(handle) != NULL ? card->memory / 8 : card->memory;
}

#ifndef OLD_DRIVER
API int nvmlDeviceGetMemoryInfo_v2(device handle, struct memory_v2 *memory) {
    ASK(handle, memory != NULL);
    if (memory->version != (sizeof *memory | 2U << 24)) {
        return leave_with(VERSION_MISMATCH);
    }
    memory->total = total_of(handle, card) * MIB;
    memory->reserved = 600 * MIB;
    memory->used = instance_of(handle) != NULL ? 0 : card->used * MIB;
    memory->free = memory->total - memory->reserved - memory->used;
    return leave_with(SUCCESS);
}

API int nvmlDeviceGetTemperatureV(device handle, struct temperature *temperature) {
    ASK(handle, temperature != NULL && temperature->sensor == 0);
    if (temperature->version != (sizeof *temperature | 1U << 24)) {
        return leave_with(VERSION_MISMATCH);
    }
    temperature->celsius = (int)(degrees(card) + 0.5);
    return leave_with(SUCCESS);
}

API int nvmlDeviceGetCurrentClocksEventReasons(device handle, unsigned long long *reasons) {
    ASK(handle, reasons != NULL);
    *reasons = clock_reasons(card);
    return leave_with(SUCCESS);
}
#endif

API int nvmlDeviceGetMemoryInfo(device handle, struct memory *memory) {
    ASK(handle, memory != NULL);
    memory->total = total_of(handle, card) * MIB;
    memory->used = (card->used + 600) * MIB;
    memory->free = memory->total - memory->used;
    return leave_with(SUCCESS);
}

API int nvmlDeviceGetTemperature(device handle, unsigned sensor, unsigned *celsius) {
    ASK(handle, celsius != NULL && sensor == 0);
    *celsius = (unsigned)(degrees(card) + 0.5);
    return leave_with(SUCCESS);
}

API int nvmlDeviceGetCurrentClocksThrottleReasons(device handle, unsigned long long *reasons) {
    ASK(handle, reasons != NULL);
    *reasons = clock_reasons(card);
    return leave_with(SUCCESS);
}

API int nvmlDeviceGetUtilizationRates(device handle, unsigned *gpu_and_memory) {
    ASK(handle, gpu_and_memory != NULL);
    if (card->mig > 0) {
        return leave_with(NOT_SUPPORTED);
    }
    gpu_and_memory[0] = (unsigned)(card->load * 100 + 0.5);
    gpu_and_memory[1] = (unsigned)(card->memory_load * 100 + 0.5);
    return leave_with(SUCCESS);
}

API int nvmlDeviceGetPowerUsage(device handle, unsigned *milliwatts) {
    ASK(handle, milliwatts != NULL);
    *milliwatts = (unsigned)(watts(card) * 1000);
    return leave_with(SUCCESS);
}

API int nvmlDeviceGetEnforcedPowerLimit(device handle, unsigned *milliwatts) {
    ASK(handle, milliwatts != NULL);
    *milliwatts = (unsigned)(POWER_LIMIT * 1000);
    return leave_with(SUCCESS);
}

API int nvmlDeviceGetTotalEnergyConsumption(device handle, unsigned long long *millijoules) {
    ASK(handle, millijoules != NULL);
    *millijoules = (unsigned long long)card->energy;
    return leave_with(SUCCESS);
}

API int nvmlDeviceGetClockInfo(device handle, unsigned clock, unsigned *megahertz) {
    ASK(handle, megahertz != NULL && clock < 4);
    *megahertz = clock == 2 ? 2619 : clock_now(card);
    return leave_with(SUCCESS);
}

API int nvmlDeviceGetMaxClockInfo(device handle, unsigned clock, unsigned *megahertz) {
    ASK(handle, megahertz != NULL && clock < 4);
    *megahertz = clock == 2 ? 2619 : CLOCK_MOST;
    return leave_with(SUCCESS);
}

static int processes(const struct card *card, unsigned *count, void *out, size_t size) {
    unsigned found = 0, room = *count;
    for (const char *text = card->processes; *text != 0; found++) {
        char *end;
        struct process process = {strtoul(text, &end, 10), 0, -1, -1};
        process.memory = strtoull(end + 1, &end, 10) * MIB;
        text = end + strspn(end, " ");
        if (found < room) {
            memcpy((char *)out + found * size, &process, size);
        }
    }
    *count = found;
    return found > room ? INSUFFICIENT_SIZE : SUCCESS;
}

#ifdef OLD_DRIVER
API int nvmlDeviceGetComputeRunningProcesses(device handle, unsigned *count, struct process_v1 *out) {
    ASK(handle, count != NULL);
    return leave_with(processes(card, count, out, sizeof *out));
}
#else
API int nvmlDeviceGetComputeRunningProcesses_v3(device handle, unsigned *count, struct process *out) {
    ASK(handle, count != NULL);
    return leave_with(processes(card, count, out, sizeof *out));
}
#endif

API int nvmlDeviceGetPersistenceMode(device handle, unsigned *mode) {
    ASK(handle, mode != NULL);
    *mode = 1;
    return leave_with(SUCCESS);
}

API int nvmlDeviceGetMigMode(device handle, unsigned *current, unsigned *pending) {
    ASK(handle, current != NULL && pending != NULL);
    if (card->mig < 0) {
        return leave_with(NOT_SUPPORTED);
    }
    *current = *pending = card->mig > 0;
    return leave_with(SUCCESS);
}

API int nvmlDeviceGetMaxMigDeviceCount(device handle, unsigned *count) {
    ASK(handle, count != NULL);
    *count = MOST_INSTANCES;
    return leave_with(SUCCESS);
}

API int nvmlDeviceGetMigDeviceHandleByIndex(device handle, unsigned index, device *instance) {
    ASK(handle, instance != NULL);
    *instance = instance_at(card, index);
    return leave_with(*instance == NULL ? NOT_FOUND : SUCCESS);
}
