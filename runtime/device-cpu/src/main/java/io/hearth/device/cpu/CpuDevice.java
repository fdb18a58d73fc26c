package io.hearth.device.cpu;

import io.hearth.device.CheckedKernels;
import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.DeviceBuffer;
import io.hearth.device.DeviceException;
import io.hearth.device.DeviceInfo;
import io.hearth.device.Kernels;
import io.hearth.device.PlanningDevice;
import io.hearth.device.PreparedWeight;
import io.hearth.device.Tensor;
import io.hearth.device.cpu.host.HostLibraries;
import io.hearth.device.cpu.host.Isa;
import io.hearth.device.cpu.kernels.NativeKernels;
import io.hearth.device.cpu.portable.PortableKernels;
import java.lang.foreign.MemorySegment;

/** The host as a device. Its kernels are done when they return, so that there is nothing to wait for. */
public final class CpuDevice implements Device {
    /** From this size on a request is compared with what the machine has left. */
    private static final long LARGE = 1 << 20;

    private final int threads;
    private final CpuKernels kernels;
    private final Kernels checked;

    /** The host with the fastest kernels that it can run. */
    public CpuDevice() {
        HostLibraries libraries = HostLibraries.get();
        threads = libraries.threads();
        kernels = libraries.isa() == Isa.PORTABLE && libraries.oneDnn().isEmpty()
                ? new PortableKernels()
                : new NativeKernels(libraries, this::allocate);
        checked = new CheckedKernels(kernels);
    }

    /** The host with kernels of the caller's choice, for comparing them. */
    public CpuDevice(CpuKernels kernels) {
        this.kernels = kernels;
        threads = Runtime.getRuntime().availableProcessors();
        checked = new CheckedKernels(kernels);
    }

    @Override
    public DeviceInfo info() {
        return new DeviceInfo(
                "cpu",
                0,
                HostMemory.processor(),
                kernels.describe(),
                HostMemory.total(),
                HostMemory.available(),
                threads);
    }

    @Override
    public DeviceBuffer allocate(long bytes) {
        long rounded = PlanningDevice.roundUp(Math.max(1, bytes));
        // The system promises more than it has: without this the process would be killed while it fills the buffer.
        CpuBuffer buffer = rounded >= LARGE && rounded > HostMemory.available() ? null : CpuBuffer.allocate(rounded);
        if (buffer == null) {
            throw new DeviceException("The CPU has not enough memory: " + (rounded >> 20) + " MiB were asked for, "
                    + (HostMemory.available() >> 20) + " MiB are free.");
        }
        return buffer;
    }

    @Override
    public Kernels kernels() {
        return checked;
    }

    @Override
    public boolean supports(DType type) {
        return type.isFloat();
    }

    @Override
    public void upload(MemorySegment source, Tensor target) {
        checkSizes(source, target);
        host(target).copyFrom(source);
    }

    @Override
    public void download(Tensor source, MemorySegment target) {
        checkSizes(target, source);
        target.copyFrom(host(source));
    }

    private static void checkSizes(MemorySegment host, Tensor tensor) {
        if (!tensor.isContiguous() || host.byteSize() != tensor.bytes()) {
            throw new IllegalArgumentException(
                    "a tensor " + tensor + " cannot be exchanged with " + host.byteSize() + " bytes of host memory");
        }
    }

    private static MemorySegment host(Tensor tensor) {
        return tensor.buffer().host().asSlice(tensor.byteOffset(), tensor.bytes());
    }

    @Override
    public void synchronize() {}

    @Override
    public PreparedWeight prepareWeight(Tensor weight) {
        return kernels.prepareWeight(weight);
    }

    @Override
    public long attentionStatsElements(int tokens, int heads) {
        return (long) tokens * heads;
    }

    @Override
    public PlanningDevice plan() {
        return kernels instanceof NativeKernels fast
                ? fast.plan(this)
                : new PlanningDevice(this, PlanningDevice.idleKernels());
    }

    /** The kernels without the checks of their arguments, for measurements. */
    CpuKernels unchecked() {
        return kernels;
    }

    @Override
    public void close() {
        if (kernels instanceof NativeKernels kept) {
            kept.close();
        }
    }
}
