package io.hearth.device;

import java.lang.foreign.MemorySegment;

/**
 * A piece of a device's memory. Its start is aligned to 256 bytes and its length is a multiple of 256 (aclnn wants 32,
 * cuBLASLt 16, AVX-512 64).
 */
public interface DeviceBuffer extends AutoCloseable {
    /** Length in bytes. */
    long bytes();

    /** Address in the device's own address space; 0 for a buffer that is only planned. */
    long address();

    /**
     * The buffer as host memory.
     *
     * @throws UnsupportedOperationException where the host cannot address the device's memory
     */
    MemorySegment host();

    /** Gives the memory back. Tensors on it must not be used afterwards. */
    @Override
    void close();
}
