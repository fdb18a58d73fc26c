package io.hearth.device.ascend.cann;

/** Functions with which the runtime records what is queued. */
final class CaptureCalls {
    private CaptureCalls() {}

    static native int aclmdlRICaptureBegin(long stream, int mode);

    static native int aclmdlRICaptureEnd(long stream, long model);

    static native int aclmdlRIExecuteAsync(long model, long stream);

    static native int aclmdlRIDestroy(long model);
}
