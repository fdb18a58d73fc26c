/* The text of the last error of each thread. */
#include "core.h"

#include <stdarg.h>
#include <stdio.h>

static _Thread_local char recent[1024];
static _Thread_local char given[1024];
static _Thread_local bool present;

const char *standin_recent_text(void);
void standin_error_prefix(const char *operator);
static _Thread_local const char *prefix;

/* Texts of this thread begin with the operator's name until this is called with NULL. */
void standin_error_prefix(const char *operator) {
    prefix = operator;
}

int32_t standin_error(int32_t code, const char *format, ...) {
    va_list list;
    va_start(list, format);
    int length = snprintf(recent, sizeof recent, "EZ9999: %s%s", prefix == NULL ? "" : prefix, prefix == NULL ? "" : ": ");
    vsnprintf(recent + length, sizeof recent - (size_t)length, format, list);
    va_end(list);
    present = true;
    return code;
}

int32_t standin_misuse(int32_t code, const char *format, ...) {
    char text[768];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    fprintf(stderr, "stand-in: %s\n", text);
    return standin_error(code, "%s", text);
}

void standin_fail(struct standin_call *call, int32_t code, const char *format, ...) {
    char text[768];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    call->failure = standin_error(code, "%s: %s", call->operator, text);
}

/* Gives the text and forgets it; NULL if there is none. */
const char *standin_recent_text(void) {
    if (!present) {
        return NULL;
    }
    present = false;
    memcpy(given, recent, sizeof given);
    return given;
}
