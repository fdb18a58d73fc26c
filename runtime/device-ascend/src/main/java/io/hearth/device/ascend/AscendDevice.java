package io.hearth.device.ascend;

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
import io.hearth.device.ascend.aclnn.Operators;
import io.hearth.device.ascend.aclnn.Scratch;
import io.hearth.device.ascend.aclnn.Soc;
import io.hearth.device.ascend.cann.AclException;
import io.hearth.device.ascend.cann.AclStatus;
import io.hearth.device.ascend.card.Card;
import io.hearth.device.ascend.card.Event;
import io.hearth.device.ascend.card.Guard;
import io.hearth.device.ascend.card.Patience;
import io.hearth.device.ascend.card.Recording;
import io.hearth.device.ascend.card.Staging;
import io.hearth.device.ascend.card.Stream;
import io.hearth.device.ascend.hccl.HcclCollective;
import io.hearth.device.ascend.kernels.AscendKernels;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * An Ascend card. Scratch memory of kernels and the first workspace of operators have a fixed size and are taken when the card
 * is opened, so that they are never part of what is planned.
 */
public final class AscendDevice implements Device {
    private static final long ALIGNMENT = 256;
    private static final long STATS_PER_TOKEN_AND_HEAD = 16;

    private final Machine machine;
    private final Soc soc;
    private final Opened opened = new Opened();
    private final Set<AscendBuffer> buffers = new HashSet<>();
    private final Set<Replayed> recordings = new HashSet<>();
    private final Card card;
    private final Stream stream;
    private final Staging staging;
    private final AscendKernels kernels;
    private final Kernels checked;
    private final boolean bf16;

    private AscendDevice(Machine machine, Soc soc, int index) {
        this.machine = machine;
        this.soc = soc;
        try {
            card = opened.add(machine.take(index));
            stream = opened.add(new Stream(card, Patience.configured()));
            staging = opened.add(new Staging(stream));
            opened.add(this::closeBuffers);
            Operators operators = opened.add(new Operators(stream, staging, soc, this::allocate));
            kernels = new AscendKernels(
                    operators, new Scratch(allocate(Scratch.BYTES).address(), Scratch.BYTES));
            checked = new CheckedKernels(kernels);
            bf16 = soc.bf16() && !machine.acl().lacksBf16();
            stream.synchronize();
        } catch (RuntimeException e) {
            opened.closeAfter(e);
            throw e;
        }
    }

    /** @throws DeviceException with a sentence if the card cannot be used */
    static AscendDevice open(Machine machine, Soc soc, int index) {
        return new AscendDevice(machine, soc, index);
    }

    /** Chip, versions and what the chip lacks, one line for a person. */
    static String describe(Machine machine, Soc soc) {
        return switch (soc.family()) {
                    case A2 -> "Atlas A2";
                    case A3 -> "Atlas A3";
                    case P310 -> "310P: no bf16, attention from single operators, no fused training";
                    case OTHER -> "a chip that Hearth's tables do not know: the libraries' symbols decide";
                }
                + ", " + machine.describe();
    }

    @Override
    public DeviceInfo info() {
        return machine.info(card, describe(machine, soc));
    }

    /** CANN's stream on which everything of this device is queued, for libraries that queue on it as well. */
    public long stream() {
        return stream.handle();
    }

    /** Makes this card the one that the calling thread's next calls of CANN are for. */
    public void bind() {
        card.bind();
    }

    /** To be called by whoever queues on {@link #stream} by itself, before it does: turns to the card, and notes the work. */
    public void queueing() {
        stream.queueing();
    }

    /** Lets this be asked after every wait for the stream, and while waiting, until another one or {@code () -> {}} is set. */
    public void guard(Guard guard) {
        stream.guard(guard);
    }

    /** A mark for the stream: tells how far it has come, to any thread. */
    public Event mark() {
        return stream.mark();
    }

    /** The chip of the card. */
    public Soc soc() {
        return soc;
    }

    @Override
    public DeviceBuffer allocate(long bytes) {
        refuseWhileRecording("allocate memory");
        long rounded = PlanningDevice.roundUp(Math.max(1, bytes));
        card.bind();
        // CANN aligns to 64 bytes only.
        long reserved = reserve(rounded + ALIGNMENT);
        long address = (reserved + ALIGNMENT - 1) & -ALIGNMENT;
        AscendBuffer buffer = new AscendBuffer(reserved, address, rounded, this::release);
        buffers.add(buffer);
        stream.fillBytes(address, 0, rounded);
        return buffer;
    }

    private long reserve(long bytes) {
        try {
            return machine.acl().allocate(bytes);
        } catch (AclException e) {
            if (!AclStatus.isOutOfMemory(e.code())) {
                throw e;
            }
            throw new DeviceException(
                    machine.named(card.index()) + " has not enough memory: " + (bytes >> 20) + " MiB were asked for, "
                            + (card.freeBytes() >> 20) + " MiB are free.",
                    e);
        }
    }

    /** CANN takes memory back at once, whatever is queued. */
    private void release(AscendBuffer buffer) {
        buffers.remove(buffer);
        stream.settle();
        if (!stream.failed()) {
            card.bind();
            machine.acl().free(buffer.reserved());
        }
    }

    private void closeBuffers() {
        for (AscendBuffer buffer : Set.copyOf(buffers)) {
            buffer.close();
        }
    }

    @Override
    public Kernels kernels() {
        return checked;
    }

    @Override
    public boolean supports(DType type) {
        return type == DType.F32 || type == DType.F16 || (type == DType.BF16 && bf16);
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

    /** Sixteen per token and head: FlashAttention keeps maximum and sum eight times each. */
    @Override
    public long attentionStatsElements(int tokens, int heads) {
        return STATS_PER_TOKEN_AND_HEAD * tokens * heads;
    }

    @Override
    public PlanningDevice plan() {
        return new PlanningDevice(this, PlanningDevice.idleKernels());
    }

    /**
     * Empty unless the property {@code hearth.ascend.record} is "on" and the runtime can record. For tests of the recording
     * itself: a recording freezes the host lengths of paged attention, so that the steps of serving cannot be recorded yet.
     */
    @Override
    public Optional<RecordedWork> record(Runnable work) {
        refuseWhileRecording("begin another recording");
        if (!"on".equals(System.getProperty("hearth.ascend.record"))
                || !machine.acl().captures()) {
            return Optional.empty();
        }
        Replayed recording = new Replayed(stream.record(work));
        recordings.add(recording);
        return Optional.of(recording);
    }

    @Override
    public Collective join(Rendezvous rendezvous, int rank, int size, Duration patience) {
        return HcclCollective.join(this, stream, rendezvous, rank, size, patience);
    }

    private final class Replayed implements RecordedWork {
        private final Recording recording;

        Replayed(Recording recording) {
            this.recording = recording;
        }

        @Override
        public void replay() {
            refuseWhileRecording("replay a recording");
            recording.replay();
        }

        @Override
        public void close() {
            recordings.remove(this);
            recording.close();
        }
    }

    @Override
    public void close() {
        Set.copyOf(recordings).forEach(Replayed::close);
        opened.close();
    }
}
