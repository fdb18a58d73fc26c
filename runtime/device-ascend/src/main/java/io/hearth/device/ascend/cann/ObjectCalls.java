package io.hearth.device.ascend.cann;

/** What describes arguments of operators. Pointers and sizes are {@code long}. */
public final class ObjectCalls {
    private ObjectCalls() {}

    public static native long aclCreateTensor(
            long viewDims,
            long viewDimsNum,
            int dataType,
            long stride,
            long offset,
            int format,
            long storageDims,
            long storageDimsNum,
            long tensorData);

    public static native long aclCreateScalar(long value, int dataType);

    public static native long aclCreateIntArray(long value, long size);

    public static native long aclCreateTensorList(long value, long size);

    public static native int aclDestroyTensor(long tensor);

    public static native int aclDestroyScalar(long scalar);

    public static native int aclDestroyIntArray(long array);

    public static native int aclDestroyTensorList(long list);
}
