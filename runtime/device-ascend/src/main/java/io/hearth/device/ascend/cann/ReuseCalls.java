package io.hearth.device.ascend.cann;

/** What lets descriptions and prepared operators be used again. */
public final class ReuseCalls {
    private ReuseCalls() {}

    public static native int aclSetAclOpExecutorRepeatable(long executor);

    public static native int aclDestroyAclOpExecutor(long executor);

    public static native int aclSetTensorAddr(long executor, long index, long tensor, long address);

    public static native int aclSetRawTensorAddr(long tensor, long address);
}
