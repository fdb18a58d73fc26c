package io.hearth.device.ascend.cann;

/** Functions of CANN's runtime that some version may lack, each in a class of its own so that it takes no other with it. */
final class OptionalCalls {
    private OptionalCalls() {}

    static final class Timeout {
        private Timeout() {}

        static native int aclrtSynchronizeStreamWithTimeout(long stream, int milliseconds);
    }

    static final class Version {
        private Version() {}

        static native int aclsysGetCANNVersion(int name, long version);
    }

    static final class Attribute {
        private Attribute() {}

        static native int aclGetCannAttribute(int attribute, long value);
    }
}
