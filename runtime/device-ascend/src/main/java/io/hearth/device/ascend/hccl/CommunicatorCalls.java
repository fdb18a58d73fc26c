package io.hearth.device.ascend.hccl;

/** Functions of HCCL that make and end communicators. Pointers are {@code long}, unsigned numbers {@code int}. */
final class CommunicatorCalls {
    /** Size of {@code HcclRootInfo}, the id of a group. */
    static final int ROOT_INFO_BYTES = 4108;

    private CommunicatorCalls() {}

    static native int HcclGetRootInfo(long rootInfo);

    static native int HcclCommInitRootInfo(int ranks, long rootInfo, int rank, long communicator);

    static native int HcclCommDestroy(long communicator);
}
