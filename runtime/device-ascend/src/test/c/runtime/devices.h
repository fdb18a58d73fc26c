/* Devices as the exported functions see them. */
#ifndef STANDIN_DEVICES_H
#define STANDIN_DEVICES_H

#include "core.h"

const char *standin_soc(void);
int32_t standin_initialise(void);
int32_t standin_finalise(void);
bool standin_initialised(void);
int32_t standin_devices(void);
int32_t standin_set_device(int32_t device);
int32_t standin_reset_device(int32_t device, bool force);
int32_t standin_context_create(aclrtContext *context, int32_t device);
int32_t standin_context_destroy(aclrtContext context);
int32_t standin_context_use(aclrtContext context);
struct standin_context *standin_context(void);
void standin_parameter(int32_t option, int64_t value); /* of the process */

#endif
