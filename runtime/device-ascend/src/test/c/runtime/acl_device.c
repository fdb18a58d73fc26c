/* Exported: devices, contexts, and what the installation says of itself. */
#include "exported.h"

#include <stdio.h>

aclError aclInit(const char *configPath) {
    (void)configPath;
    ENTER(standin_fault(__func__, true));
    return standin_initialise();
}

aclError aclFinalize(void) {
    ENTER(standin_fault(__func__, true));
    return standin_finalise();
}

const char *aclGetRecentErrMsg(void) {
    return standin_recent_text();
}

aclError aclrtGetVersion(int32_t *major, int32_t *minor, int32_t *patch) {
    NOT_NULL(major);
    NOT_NULL(minor);
    NOT_NULL(patch);
    ENTER(standin_fault(__func__, true));
    *major = 1;
    *minor = standin_face() == 8 ? 14 : 17;
    *patch = 0;
    return ACL_SUCCESS;
}

/*
 * HEARTH_STANDIN_VERSION is the version of all parts of CANN, HEARTH_STANDIN_DRIVER that of the driver.
 */
aclError aclsysGetCANNVersion(int name, void *version) {
    enum { DRIVER = 7, TEXT = 128, WHOLE = 512 };
    NOT_NULL(version);
    ENTER(standin_fault(__func__, true));
    if (name < 0 || name > DRIVER) {
        return standin_error(ACL_ERROR_INVALID_PARAM, "there is no package %d.", name);
    }
    memset(version, 0, WHOLE);
    const char *text = name == DRIVER ? standin_setting("HEARTH_STANDIN_DRIVER", standin_face() == 8 ? "24.1.0" : "25.5.0")
                                      : standin_setting("HEARTH_STANDIN_VERSION", standin_face() == 8 ? "8.1.RC1" : "9.0.0");
    snprintf(version, TEXT, "%s", text);
    return ACL_SUCCESS;
}

const char *aclrtGetSocName(void) {
    return standin_soc();
}

static aclError initialised(void) {
    return standin_initialised() ? ACL_SUCCESS : standin_error(ACL_ERROR_UNINITIALIZE, "aclInit was not called.");
}

aclError aclrtGetDeviceCount(uint32_t *count) {
    NOT_NULL(count);
    ENTER(standin_fault(__func__, true));
    ENTER(initialised());
    if (standin_devices() == 0) {
        return standin_error(ACL_ERROR_RT_NO_DEVICE, "there is no device.");
    }
    *count = (uint32_t)standin_devices();
    return ACL_SUCCESS;
}

aclError aclrtSetDevice(int32_t deviceId) {
    ENTER(standin_fault(__func__, true));
    ENTER(initialised());
    return standin_set_device(deviceId);
}

aclError aclrtGetDevice(int32_t *deviceId) {
    NOT_NULL(deviceId);
    ENTER(standin_enter_now(__func__));
    *deviceId = standin_current_device();
    return ACL_SUCCESS;
}

aclError aclrtResetDevice(int32_t deviceId) {
    ENTER(standin_fault(__func__, true));
    return standin_reset_device(deviceId, false);
}

aclError aclrtResetDeviceForce(int32_t deviceId) {
    ENTER(standin_fault(__func__, true));
    return standin_reset_device(deviceId, true);
}

aclError aclrtGetRunMode(int *runMode) {
    NOT_NULL(runMode);
    ENTER(standin_fault(__func__, true));
    *runMode = 1; /* ACL_HOST */
    return ACL_SUCCESS;
}

aclError aclrtCreateContext(aclrtContext *context, int32_t deviceId) {
    ENTER(standin_fault(__func__, true));
    ENTER(initialised());
    return standin_context_create(context, deviceId);
}

aclError aclrtDestroyContext(aclrtContext context) {
    ENTER(standin_fault(__func__, true));
    return standin_context_destroy(context);
}

aclError aclrtSetCurrentContext(aclrtContext context) {
    ENTER(standin_fault(__func__, true));
    return standin_context_use(context);
}

aclError aclrtGetCurrentContext(aclrtContext *context) {
    NOT_NULL(context);
    ENTER(standin_enter_now(__func__));
    *context = standin_context();
    return ACL_SUCCESS;
}

static aclError known_option(int option) {
    return option >= 0 && option < (standin_face() == 8 ? 2 : 4)
               ? ACL_SUCCESS
               : standin_error(ACL_ERROR_INVALID_PARAM, "there is no option %d.", option);
}

aclError aclrtSetSysParamOpt(int opt, int64_t value) {
    ENTER(standin_fault(__func__, true));
    ENTER(known_option(opt));
    standin_parameter(opt, value);
    return ACL_SUCCESS;
}

aclError aclrtCtxSetSysParamOpt(int opt, int64_t value) {
    ENTER(standin_enter_now(__func__));
    ENTER(known_option(opt));
    standin_context()->parameters[opt] = value;
    return ACL_SUCCESS;
}

aclError aclrtDeviceCanAccessPeer(int32_t *canAccessPeer, int32_t deviceId, int32_t peerDeviceId) {
    NOT_NULL(canAccessPeer);
    ENTER(standin_fault(__func__, true));
    *canAccessPeer = deviceId != peerDeviceId && standin_family() != STANDIN_310P && peerDeviceId < standin_devices();
    return ACL_SUCCESS;
}

aclError aclrtDeviceEnablePeerAccess(int32_t peerDeviceId, uint32_t flags) {
    ENTER(standin_enter_now(__func__));
    if (flags != 0 || peerDeviceId < 0 || peerDeviceId >= standin_devices()) {
        return standin_error(ACL_ERROR_RT_PARAM_INVALID, "flags must be 0, and there must be a device %d.", peerDeviceId);
    }
    return ACL_SUCCESS;
}

aclError aclrtGetDeviceUtilizationRate(int32_t deviceId, aclrtUtilizationInfo *utilizationInfo) {
    NOT_NULL(utilizationInfo);
    ENTER(standin_fault(__func__, true));
    ENTER(standin_lost(deviceId));
    *utilizationInfo = (aclrtUtilizationInfo){0, 0, 0, 0, NULL};
    return ACL_SUCCESS;
}

aclError aclGetCannAttribute(int cannAttr, int32_t *value) {
    NOT_NULL(value);
    ENTER(standin_fault(__func__, true));
    if (cannAttr < 0 || cannAttr > 2) {
        return standin_error(ACL_ERROR_INVALID_PARAM, "there is no attribute %d.", cannAttr);
    }
    *value = cannAttr == 2 ? 0 : standin_has_bf16(); /* INF_NAN and BF16 go together; nothing is compiled while running */
    return ACL_SUCCESS;
}

aclError aclGetDeviceCapability(uint32_t deviceId, int deviceInfo, int64_t *value) {
    NOT_NULL(value);
    ENTER(standin_fault(__func__, true));
    if (deviceId >= (uint32_t)standin_devices() || deviceInfo < 0 || deviceInfo > 2) {
        return standin_error(ACL_ERROR_INVALID_PARAM, "there is no device %u, or no capability %d.", deviceId, deviceInfo);
    }
    bool small = standin_family() == STANDIN_310P;
    int64_t values[] = {small ? 10 : 20, small ? 8 : 40, (int64_t)(small ? 16 : 192) << 20};
    *value = values[deviceInfo];
    return ACL_SUCCESS;
}
