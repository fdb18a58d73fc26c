/* What chips are and do. */
#include "standin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct dcmi_chip_info {
    unsigned char chip_type[32], chip_name[32], chip_ver[32];
    unsigned int aicore_cnt;
};
struct dcmi_chip_info_v2 {
    unsigned char chip_type[32], chip_name[32], chip_ver[32];
    unsigned int aicore_cnt;
    unsigned char npu_name[32];
};
struct dcmi_hbm_info {
    unsigned long long memory_size;
    unsigned int freq;
    unsigned long long memory_usage;
    int temp;
    unsigned int bandwith_util_rate;
};
struct dcmi_get_memory_info_stru {
    unsigned long long memory_size, memory_available;
    unsigned int freq;
    unsigned long hugepagesize, hugepages_total, hugepages_free;
    unsigned int utiliza;
    unsigned char reserve[60];
};
struct dcmi_aicore_info {
    unsigned int freq, cur_freq;
};
struct dcmi_proc_mem_info {
    int proc_id;
    unsigned long proc_mem_usage;
};
struct dcmi_pcie_info_all {
    unsigned int venderid, subvenderid, deviceid, subdeviceid;
    int domain;
    unsigned int bdf_busid, bdf_deviceid, bdf_funcid;
    unsigned char reserve[32];
};
struct dcmi_die_id {
    unsigned int soc_die[5];
};
_Static_assert(sizeof(struct dcmi_chip_info) == 100 && sizeof(struct dcmi_chip_info_v2) == 132, "chip info");
_Static_assert(sizeof(struct dcmi_hbm_info) == 32 && sizeof(struct dcmi_get_memory_info_stru) == 112, "memory info");
_Static_assert(sizeof(struct dcmi_proc_mem_info) == 16 && sizeof(struct dcmi_pcie_info_all) == 64, "processes and place");

static int put(char *to, unsigned int length, const char *text) {
    if (to == NULL || strlen(text) + 1 > length) {
        return INVALID_PARAMETER;
    }
    strcpy(to, text);
    return OK;
}

API int dcmi_init(void) {
    enter();
    if (!settings()->permitted) {
        return leave_with(NOT_PERMITTED);
    }
    standin_initialised();
    return leave_with(OK);
}

API int dcmi_get_dcmi_version(char *version, unsigned int length) {
    int status = enter();
    return leave_with(status ? status : put(version, length, "1.8.0"));
}

API int dcmi_get_driver_version(char *version, unsigned int length) {
    int status = enter();
    return leave_with(status ? status : put(version, length, settings()->driver));
}

static int list(int *count, int *cards, int length) {
    int status = enter();
    if (status == OK && (count == NULL || cards == NULL || length < 1 || length > 64)) {
        status = INVALID_PARAMETER;
    }
    if (status == OK) {
        *count = (settings()->chips + settings()->per_card - 1) / settings()->per_card;
        for (int i = 0; i < *count && i < length; i++) {
            cards[i] = i;
        }
    }
    return leave_with(status);
}

API int dcmi_get_card_num_list(int *count, int *cards, int length) {
    return list(count, cards, length);
}

#ifndef OLD_DRIVER
API int dcmi_get_card_list(int *count, int *cards, int length) {
    return list(count, cards, length);
}
#endif

static int on_card(int card_id) {
    int left = settings()->chips - card_id * settings()->per_card;
    return card_id < 0 || left < 0 ? 0 : left > settings()->per_card ? settings()->per_card : left;
}

API int dcmi_get_device_num_in_card(int card_id, int *count) {
    int status = enter();
    if (status == OK) {
        status = count == NULL ? INVALID_PARAMETER : on_card(card_id) == 0 ? INVALID_DEVICE : OK;
    }
    if (status == OK) {
        *count = on_card(card_id);
    }
    return leave_with(status);
}

API int dcmi_get_device_logic_id(int *logic, int card_id, int device_id) {
    ASK(logic != NULL);
    *logic = chip->logic;
    return leave_with(OK);
}

static void name(struct dcmi_chip_info *info) {
    memset(info, 0, sizeof *info);
    strcpy((char *)info->chip_type, "Ascend");
    snprintf((char *)info->chip_name, 32, "%s%s (stand-in)", settings()->kind == A3 ? "Ascend" : "", settings()->chip);
    strcpy((char *)info->chip_ver, "V1");
    info->aicore_cnt = settings()->kind == P310 ? 8 : 20;
}

API int dcmi_get_device_chip_info(int card_id, int device_id, struct dcmi_chip_info *info) {
    ASK(info != NULL);
    name(info);
    return leave_with(OK);
}

#ifndef OLD_DRIVER
API int dcmi_get_device_chip_info_v2(int card_id, int device_id, struct dcmi_chip_info_v2 *info) {
    ASK(info != NULL);
    struct dcmi_chip_info first;
    name(&first);
    memset(info, 0, sizeof *info);
    memcpy(info, &first, sizeof first);
    strcpy((char *)info->npu_name, (const char *)first.chip_name);
    return leave_with(OK);
}

API int dcmi_get_device_die_v2(int card_id, int device_id, int type, struct dcmi_die_id *die) {
    ASK(die != NULL && (type == 0 || type == 1));
    if (settings()->kind == P310) {
        return leave_with(NOT_SUPPORTED);
    }
    memset(die, 0, sizeof *die);
    const char *text = type == 1 ? chip->die : "";
    for (int i = 0; i < 5 && *text != 0; i++) {
        char *end;
        die->soc_die[i] = (unsigned int)strtoul(text, &end, 16);
        text = end;
    }
    return leave_with(OK);
}
#endif

API int dcmi_get_device_pcie_info_v2(int card_id, int device_id, struct dcmi_pcie_info_all *info) {
    ASK(info != NULL);
    memset(info, 0, sizeof *info);
    info->venderid = 0x19e5;
    info->deviceid = settings()->kind == P310 ? 0xd500 : 0xd802;
    unsigned int domain = 0;
    sscanf(chip->pci, "%x:%x:%x.%x", &domain, &info->bdf_busid, &info->bdf_deviceid, &info->bdf_funcid);
    info->domain = (int)domain;
    return leave_with(OK);
}

API int dcmi_get_device_hbm_info(int card_id, int device_id, struct dcmi_hbm_info *info) {
    ASK(info != NULL);
    if (settings()->kind == P310) {
        return leave_with(NOT_SUPPORTED);
    }
    memset(info, 0, sizeof *info);
    info->memory_size = (unsigned long long)chip->memory;
    info->memory_usage = (unsigned long long)chip->used;
    info->freq = 1600;
    info->temp = (int)(degrees(chip) + 5.5);
    info->bandwith_util_rate = (unsigned int)(chip->traffic * 100 + 0.5);
    return leave_with(OK);
}

API int dcmi_get_device_memory_info_v3(int card_id, int device_id, struct dcmi_get_memory_info_stru *info) {
    ASK(info != NULL);
    if (settings()->kind != P310) {
        return leave_with(NOT_SUPPORTED);
    }
    memset(info, 0, sizeof *info);
    info->memory_size = (unsigned long long)chip->memory;
    info->memory_available = (unsigned long long)(chip->memory - chip->used);
    info->freq = 2133;
    info->utiliza = (unsigned int)(100 * chip->used / chip->memory + 0.5);
    return leave_with(OK);
}

/* Which kinds of utilisation the chip tells: a bit for each. */
static unsigned int kinds(void) {
    return settings()->kind == P310 ? 1u << 1 | 1u << 2 | 1u << 3 | 1u << 4 | 1u << 5
                                    : 1u << 2 | 1u << 3 | 1u << 4 | 1u << 6 | 1u << 10 | 1u << 12 | 1u << 13;
}

API int dcmi_get_device_utilization_rate(int card_id, int device_id, int type, unsigned int *rate) {
    ASK(rate != NULL && type >= 1 && type <= 14);
    if ((kinds() >> type & 1) == 0) {
        return leave_with(NOT_SUPPORTED);
    }
    double most = chip->load > chip->vector ? chip->load : chip->vector;
    double share = type == 2               ? chip->load
                   : type == 12            ? chip->vector
                   : type == 13            ? most
                   : type == 10 || type == 5 ? chip->traffic
                   : type == 6 || type == 1  ? chip->used / chip->memory
                                             : 0.01;
    *rate = (unsigned int)(share * 100 + 0.5);
    return leave_with(OK);
}

API int dcmi_get_device_temperature(int card_id, int device_id, int *celsius) {
    ASK(celsius != NULL);
    *celsius = (int)(degrees(chip) + 0.5);
    return leave_with(OK);
}

API int dcmi_get_device_power_info(int card_id, int device_id, int *tenths) {
    ASK(tenths != NULL);
    if (settings()->kind == P310 || (settings()->kind == A3 && device_id > 0)) {
        return leave_with(NOT_SUPPORTED);
    }
    *tenths = (int)(watts(chip) * 10 + 0.5);
    return leave_with(OK);
}

API int dcmi_get_device_frequency(int card_id, int device_id, int type, unsigned int *megahertz) {
    ASK(megahertz != NULL && (type == 1 || type == 2 || type == 6 || type == 7 || type == 9 || type == 12));
    *megahertz = (unsigned int)(type == 7 || type == 12 ? clock_now(chip) : type == 9 ? clock_rated() : 1600);
    return leave_with(OK);
}

API int dcmi_get_device_aicore_info(int card_id, int device_id, struct dcmi_aicore_info *info) {
    ASK(info != NULL);
    info->freq = (unsigned int)clock_rated();
    info->cur_freq = (unsigned int)clock_now(chip);
    return leave_with(OK);
}

API int dcmi_get_device_resource_info(int card_id, int device_id, struct dcmi_proc_mem_info *info, int *count) {
    ASK(info != NULL && count != NULL);
    /* The list has to have room for all: what is not used of it is filled as well. */
    memset(info, 0xA5, MOST_PROCESSES * sizeof *info);
    int found = 0;
    for (const char *text = chip->processes; *text != 0 && found < MOST_PROCESSES; found++) {
        char *end;
        info[found].proc_id = (int)strtol(text, &end, 10);
        info[found].proc_mem_usage = strtoul(end + 1, &end, 10) << 20;
        text = end + strspn(end, " ");
    }
    *count = found;
    return leave_with(OK);
}
