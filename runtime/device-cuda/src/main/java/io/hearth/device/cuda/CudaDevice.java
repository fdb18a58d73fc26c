package io.hearth.device.cuda;

import io.hearth.device.CheckedKernels;
import io.hearth.device.Collective;
import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.DeviceBuffer;
import io.hearth.device.DeviceException;
import io.hearth.device.DeviceInfo;
import io.hearth.device.Kernels;
import io.hearth.device.PlanningDevice;
import io.hearth.device.PreparedWeight;
import io.hearth.device.RecordedWork;
import io.hearth.device.Rendezvous;
import io.hearth.device.Tensor;
import io.hearth.device.cuda.blas.CublasLtGemm;
import io.hearth.device.cuda.blas.Gemm;
import io.hearth.device.cuda.driver.Context;
import io.hearth.device.cuda.driver.Driver;
import io.hearth.device.cuda.driver.DriverException;
import io.hearth.device.cuda.driver.DriverStatus;
import io.hearth.device.cuda.driver.Graph;
import io.hearth.device.cuda.driver.KernelLibrary;
import io.hearth.device.cuda.driver.Staging;
import io.hearth.device.cuda.driver.Stream;
import io.hearth.device.cuda.kernels.CudaKernels;
import io.hearth.device.cuda.kernels.Workspace;
import io.hearth.device.cuda.library.NvidiaLibraries;
import io.hearth.device.cuda.library.Presets;
import io.hearth.device.cuda.nccl.NcclCollective;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * An NVIDIA card. Scratch memory of matrix products and of our own kernels has a fixed size and is taken when the card is
 * opened, so that it is never part of what is planned.
 */
public final class CudaDevice implements Device {
    private final NvidiaLibraries libraries;
    private final Driver.Card card;
    private final Opened opened = new Opened();
    private final Set<CudaBuffer> buffers = new HashSet<>();
    private final Set<Recording> recordings = new HashSet<>();
    private final Context context;
    private final Stream stream;
    private final Staging staging;
    private final String detail;
    private final Gemm gemm;
    private final CudaKernels kernels;
    private final Kernels checked;

    private CudaDevice(Machine machine, Driver.Card card) {
        this.card = card;
        libraries = machine.libraries();
        try {
            context = opened.add(machine.take(card));
            stream = opened.add(context.openStream());
            staging = opened.add(new Staging(stream));
            KernelLibrary library = opened.add(
                    new KernelLibrary(stream, card, machine.kernelsFor(card).read()));
            opened.add(this::closeBuffers);
            DeviceBuffer gemmWorkspace = allocate(CublasLtGemm.WORKSPACE_BYTES);
            gemm = opened.add(Presets.open(
                    libraries, NvidiaLibraries.BLAS, () -> new CublasLtGemm(stream, library, gemmWorkspace)));
            kernels = new CudaKernels(library, stream, gemm, new Workspace(allocate(Workspace.BYTES)));
            checked = new CheckedKernels(kernels);
            detail = machine.describe(card) + ", " + gemm.describe();
            stream.synchronize();
        } catch (RuntimeException e) {
            opened.closeAfter(e);
            throw e;
        }
    }

    /** @throws DeviceException with a sentence if the card cannot be used */
    static CudaDevice open(Machine machine, Driver.Card card) {
        return new CudaDevice(machine, card);
    }

    @Override
    public DeviceInfo info() {
        return CardText.info(card, detail, context.freeBytes());
    }

    /** The driver's stream on which everything of this device is queued, for libraries that queue on it as well. */
    public Stream stream() {
        return stream;
    }

    /** Matrix products without the checks of their arguments, for measurements and tests. */
    Gemm gemm() {
        return gemm;
    }

    @Override
    public DeviceBuffer allocate(long bytes) {
        refuseWhileRecording("allocate memory");
        long rounded = PlanningDevice.roundUp(Math.max(1, bytes));
        CudaBuffer buffer = new CudaBuffer(reserve(rounded), rounded, this::release);
        buffers.add(buffer);
        stream.fillBytes(buffer.address(), 0, rounded);
        return buffer;
    }

    private long reserve(long bytes) {
        try {
            return context.allocate(bytes);
        } catch (DriverException e) {
            if (e.status() != DriverStatus.OUT_OF_MEMORY) {
                throw e;
            }
            throw new DeviceException(
                    CardText.named(card) + " has not enough memory: " + (bytes >> 20) + " MiB were asked for, "
                            + (context.freeBytes() >> 20) + " MiB are free.",
                    e);
        }
    }

    private void release(CudaBuffer buffer) {
        buffers.remove(buffer);
        context.free(buffer.address());
    }

    private void closeBuffers() {
        for (CudaBuffer buffer : Set.copyOf(buffers)) {
            buffer.close();
        }
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
        refuseWhileRecording("upload");
        staging.upload(source, target.address());
    }

    @Override
    public void download(Tensor source, MemorySegment target) {
        checkSizes(target, source);
        refuseWhileRecording("download");
        staging.download(source.address(), target);
    }

    private static void checkSizes(MemorySegment host, Tensor tensor) {
        if (!tensor.isContiguous() || host.byteSize() != tensor.bytes()) {
            throw new IllegalArgumentException(
                    "a tensor " + tensor + " cannot be exchanged with " + host.byteSize() + " bytes of host memory");
        }
    }

    @Override
    public void synchronize() {
        refuseWhileRecording("wait");
        stream.synchronize();
    }

    private void refuseWhileRecording(String what) {
        if (stream.recording()) {
            throw new IllegalStateException("the device cannot " + what + " while it records work");
        }
    }

    @Override
    public PreparedWeight prepareWeight(Tensor weight) {
        return kernels.prepareWeight(weight);
    }

    /** One per token and head: the logarithm of the sum of exponentials. */
    @Override
    public long attentionStatsElements(int tokens, int heads) {
        return (long) tokens * heads;
    }

    @Override
    public PlanningDevice plan() {
        return new PlanningDevice(this, PlanningDevice.idleKernels());
    }

    @Override
    public Optional<RecordedWork> record(Runnable work) {
        refuseWhileRecording("begin another recording");
        Recording recording = new Recording(stream.record(work));
        recordings.add(recording);
        return Optional.of(recording);
    }

    @Override
    public Collective join(Rendezvous rendezvous, int rank, int size, Duration patience) {
        return NcclCollective.join(this, stream, libraries, rendezvous, rank, size, patience);
    }

    private final class Recording implements RecordedWork {
        private final Graph graph;

        Recording(Graph graph) {
            this.graph = graph;
        }

        @Override
        public void replay() {
            refuseWhileRecording("replay a recording");
            graph.launch();
        }

        @Override
        public void close() {
            recordings.remove(this);
            graph.close();
        }
    }

    @Override
    public void close() {
        Set.copyOf(recordings).forEach(Recording::close);
        opened.close();
    }
}
