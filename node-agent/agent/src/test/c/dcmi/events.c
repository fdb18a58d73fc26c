/* Faults as they come: the running numbers in the file, told to whoever has subscribed. */
#ifndef OLD_DRIVER
#include "standin.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct dcmi_event_filter {
    unsigned long long filter_flag;
    unsigned int event_id;
    unsigned char severity, node_type, resv[32];
};
struct dcmi_dms_fault_event {
    unsigned int event_id;
    unsigned short deviceid;
    unsigned char node_type, node_id, sub_node_type, sub_node_id, severity, assertion;
    int event_serial_num, notify_serial_num;
    unsigned long long alarm_raised_time;
    char event_name[256], additional_info[32];
    unsigned char os_id, resv_1[1];
    unsigned short node_type_ex, sub_node_type_ex;
    unsigned char resv_2[2], resv[24];
};
struct dcmi_event {
    int type;
    union {
        struct dcmi_dms_fault_event dms_event;
    } event_t;
};
typedef void (*dcmi_fault_event_callback)(struct dcmi_event *event);
_Static_assert(sizeof(struct dcmi_event_filter) == 48 && sizeof(struct dcmi_event) == 360, "events");

static dcmi_fault_event_callback heard;

/* The next event of any chip; 0 if there is none now. */
static int next(struct dcmi_event *event) {
    for (int i = 0; i < settings()->chips; i++) {
        struct chip *chip = chip_at(i);
        for (const char *text = chip->events; *text != 0;) {
            char *end;
            int number = (int)strtol(text, &end, 10);
            unsigned int code = (unsigned int)strtoul(end + 1, &end, 16);
            int assertion = (int)strtol(end + 1, &end, 10);
            int severity = (int)strtol(end + 1, &end, 10);
            if (number > chip->last_event) {
                chip->last_event = number;
                memset(event, 0, sizeof *event);
                event->event_t.dms_event = (struct dcmi_dms_fault_event){.event_id = code,
                    .deviceid = (unsigned short)chip->logic, .severity = (unsigned char)severity,
                    .assertion = (unsigned char)assertion, .event_serial_num = number,
                    .alarm_raised_time = (unsigned long long)time(NULL) * 1000};
                snprintf(event->event_t.dms_event.event_name, 256, "event %08X of the stand-in", code);
                return 1;
            }
            text = *end == 0 ? end : end + 1;
        }
    }
    return 0;
}

static void *tell(void *unused) {
    (void)unused;
    for (;;) {
        struct dcmi_event event;
        enter();
        int found = next(&event);
        leave();
        if (found) {
            heard(&event);
            /* What was told is gone: nobody may keep the address. */
            memset(&event, 0xA5, sizeof event);
        } else {
            struct timespec pause = {0, 10000000};
            nanosleep(&pause, NULL);
        }
    }
    return NULL;
}

API int dcmi_subscribe_fault_event(
    int card_id, int device_id, struct dcmi_event_filter filter, dcmi_fault_event_callback handler) {
    static const unsigned char nothing[32];
    int status = enter();
    if (status == OK) {
        status = handler == NULL || filter.filter_flag > 7 || memcmp(filter.resv, nothing, sizeof nothing) != 0
                     ? INVALID_PARAMETER
                 : card_id != -1 || device_id != -1 ? NOT_SUPPORTED
                 : heard != NULL                    ? INNER_ERROR
                                                    : OK;
    }
    if (status == OK) {
        pthread_t thread;
        heard = handler;
        status = pthread_create(&thread, NULL, tell, NULL) != 0 ? INNER_ERROR : OK;
        if (status == OK) {
            pthread_detach(thread);
        }
        configuration_report("subscribed");
    }
    return leave_with(status);
}
#endif
typedef int standin_events_are_here;
