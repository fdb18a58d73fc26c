package io.hearth.device.ascend.hccl;

/** Exchanges of HCCL, queued on a stream. Counts are elements, of one rank's part where there are parts. */
final class ExchangeCalls {
    private ExchangeCalls() {}

    static native int HcclAllReduce(
            long send, long receive, long count, int type, int operation, long communicator, long stream);

    static native int HcclReduceScatter(
            long send, long receive, long receiveCount, int type, int operation, long communicator, long stream);

    static native int HcclAllGather(long send, long receive, long sendCount, int type, long communicator, long stream);

    static native int HcclBroadcast(long buffer, long count, int type, int root, long communicator, long stream);

    static native int HcclSend(long buffer, long count, int type, int target, long communicator, long stream);

    static native int HcclRecv(long buffer, long count, int type, int source, long communicator, long stream);
}
