package io.hearth.device.ascend.cann;

/** Functions of CANN's runtime that every version has. Pointers and sizes are {@code long}. */
final class RuntimeCalls {
    private RuntimeCalls() {}

    static native int aclInit(long configPath);

    static native long aclGetRecentErrMsg();

    static native long aclrtGetSocName();

    static native int aclrtGetDeviceCount(long count);

    static native int aclrtSetDevice(int deviceId);

    static native int aclrtResetDevice(int deviceId);

    static native int aclrtCreateStream(long stream);

    static native int aclrtDestroyStream(long stream);

    static native int aclrtSynchronizeStream(long stream);

    static native int aclrtStreamQuery(long stream, long status);

    static native int aclrtCreateEvent(long event);

    static native int aclrtDestroyEvent(long event);

    static native int aclrtRecordEvent(long event, long stream);

    static native int aclrtQueryEventStatus(long event, long status);

    static native int aclrtMalloc(long devPtr, long size, int policy);

    static native int aclrtFree(long devPtr);

    static native int aclrtMallocHost(long hostPtr, long size);

    static native int aclrtFreeHost(long hostPtr);

    static native int aclrtMemcpyAsync(long dst, long destMax, long src, long count, int kind, long stream);

    static native int aclrtMemsetAsync(long devPtr, long maxCount, int value, long count, long stream);

    static native int aclrtGetMemInfo(int attribute, long free, long total);

    static native int aclrtSetSysParamOpt(int option, long value);

    static native int aclGetDeviceCapability(int deviceId, int info, long value);
}
