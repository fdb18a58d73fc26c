package io.hearth.device.cuda.driver;

import static io.hearth.device.cuda.driver.DriverCalls.failed;

/** A kernel that can be launched. */
public final class KernelFunction {
    /** Shared memory that every kernel may have without asking. */
    private static final int PLAIN_SHARED_BYTES = 48 << 10;

    private static final int MAX_DYNAMIC_SHARED_BYTES = 8;

    private final Stream stream;
    private final DriverCalls calls;
    private final LaunchArguments arguments;
    private final String name;
    private final long handle;
    private int allowedSharedBytes = PLAIN_SHARED_BYTES;

    KernelFunction(Stream stream, LaunchArguments arguments, String name, long handle) {
        this.stream = stream;
        this.calls = stream.context().calls();
        this.arguments = arguments;
        this.name = name;
        this.handle = handle;
    }

    /** The device's one block of arguments, emptied. */
    public LaunchArguments arguments() {
        return arguments.begin();
    }

    /**
     * Queues the kernel on the device's stream. A grid without blocks does nothing.
     *
     * @param gridX blocks, up to 2^31 - 1
     * @param gridY blocks, up to 65535
     * @param gridZ blocks, up to 65535
     * @param threads threads per block
     * @param sharedBytes dynamic shared memory per block
     */
    public void launch(LaunchArguments arguments, long gridX, int gridY, int gridZ, int threads, int sharedBytes) {
        if (gridX <= 0 || gridY <= 0 || gridZ <= 0) {
            return;
        }
        if (gridX > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("kernel " + name + " cannot have " + gridX + " blocks");
        }
        stream.context().enter();
        try {
            if (sharedBytes > allowedSharedBytes) {
                calls.check(
                        (int) calls.functionSetAttribute.invokeExact(handle, MAX_DYNAMIC_SHARED_BYTES, sharedBytes),
                        "give so much shared memory to a kernel");
                allowedSharedBytes = sharedBytes;
            }
            int status = (int) calls.launchKernel.invokeExact(
                    handle,
                    (int) gridX,
                    gridY,
                    gridZ,
                    threads,
                    1,
                    1,
                    sharedBytes,
                    stream.handle(),
                    arguments.pointers().address(),
                    0L);
            if (status != DriverStatus.SUCCESS) {
                calls.check(status, "launch the kernel " + name);
            }
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
