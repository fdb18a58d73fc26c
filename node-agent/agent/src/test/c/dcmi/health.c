/* What is wrong with chips. */
#include "standin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_CODES 128

struct dcmi_ecc_info {
    int enable_flag;
    unsigned int single, both, total_single, total_both, single_pages, both_pages;
};
_Static_assert(sizeof(struct dcmi_ecc_info) == 28, "ecc info");

API int dcmi_get_device_health(int card_id, int device_id, unsigned int *health) {
    ASK(health != NULL);
    *health = (unsigned int)chip->health;
    return leave_with(OK);
}

API int dcmi_get_device_errorcode_v2(int card_id, int device_id, int *count, unsigned int *codes, unsigned int length) {
    ASK(count != NULL && codes != NULL && length >= 1 && length <= MOST_CODES);
    int found = 0;
    for (const char *text = chip->errors; *text != 0 && found < (int)length; found++) {
        char *end;
        codes[found] = (unsigned int)strtoul(text, &end, 16);
        text = end + strspn(end, " ,");
    }
    *count = found;
    return leave_with(OK);
}

API int dcmi_get_device_errorcode_string(
    int card_id, int device_id, unsigned int code, unsigned char *words, int length) {
    ASK(words != NULL && length >= 48);
    snprintf((char *)words, (size_t)length, "node type=SoC, sensor=%04X, event=%04X", code >> 16, code & 0xffff);
    return leave_with(OK);
}

API int dcmi_get_device_ecc_info(int card_id, int device_id, int type, struct dcmi_ecc_info *info) {
    ASK(info != NULL && type >= 0 && type <= 2);
    if ((settings()->kind == P310) != (type == 0)) {
        return leave_with(NOT_SUPPORTED);
    }
    const long *ecc = chip->ecc;
    *info = (struct dcmi_ecc_info){1, (unsigned int)ecc[0], (unsigned int)ecc[1], (unsigned int)ecc[2],
        (unsigned int)ecc[3], (unsigned int)ecc[4], (unsigned int)ecc[5]};
    return leave_with(OK);
}
