package io.hearth.device.ascend.hccl;

/** Functions of HCCL that tell of failures; each in a class of its own, since it is only of help. */
final class StatusCalls {
    private StatusCalls() {}

    static final class AsyncError {
        private AsyncError() {}

        static native int HcclGetCommAsyncError(long communicator, long status);
    }

    static final class Text {
        private Text() {}

        static native long HcclGetErrorString(int status);
    }
}
