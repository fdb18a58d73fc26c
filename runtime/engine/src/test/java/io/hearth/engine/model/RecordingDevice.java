package io.hearth.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.DeviceBuffer;
import io.hearth.device.DeviceException;
import io.hearth.device.DeviceInfo;
import io.hearth.device.Kernels;
import io.hearth.device.LoraSegments;
import io.hearth.device.PlanningDevice;
import io.hearth.device.PreparedWeight;
import io.hearth.device.RecordedWork;
import io.hearth.device.SeqLens;
import io.hearth.device.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A device that records, and counts its recordings. On top of one that does not record, calls of kernels are kept with their
 * arguments and not made while it records, and a replay makes them. As on a card, kernels take lengths and segments from
 * device tensors alone then, recorded or not; what the host says of them is checked to be an upper bound.
 */
public final class RecordingDevice implements Device {
    private final Device device;
    private final boolean recordsItself;
    private final Kernels kernels;
    private boolean never;
    private List<Call> recording;
    private int failuresAhead = Integer.MAX_VALUE;
    public int recordings;
    public int open;
    public int replays;

    private record Call(Method method, Object[] arguments) {}

    /** @param device does the work; stays the caller's */
    public RecordingDevice(Device device) {
        this.device = device;
        this.recordsItself = RecordedSteps.possibleOn(device, () -> {});
        this.kernels = recordsItself ? device.kernels() : recordingKernels();
    }

    /** The same device without recordings. */
    public static Device without(Device device) {
        RecordingDevice never = new RecordingDevice(device);
        never.never = true;
        return never;
    }

    private Kernels recordingKernels() {
        return (Kernels) Proxy.newProxyInstance(
                Kernels.class.getClassLoader(), new Class<?>[] {Kernels.class}, (proxy, method, arguments) -> {
                    Call call = new Call(method, arguments);
                    if (recording != null) {
                        recording.add(call);
                    } else {
                        make(call);
                    }
                    return null;
                });
    }

    /** Lets all recordings fail from the one after this number on. */
    public void failAfter(int successful) {
        failuresAhead = successful;
    }

    private void make(Call call) throws Throwable {
        Object[] arguments = call.arguments.clone();
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = switch (arguments[i]) {
                case SeqLens lens -> onDevice(lens);
                case LoraSegments segments -> onDevice(segments, ((Tensor) arguments[0]).rows());
                case null, default -> arguments[i];
            };
        }
        try {
            call.method.invoke(device.kernels(), arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private SeqLens onDevice(SeqLens lens) {
        int[] cuQ = read(lens.cuQDevice(), lens.sequences() + 1);
        int[] kvLen = read(lens.kvLenDevice(), lens.sequences());
        SeqLens values = SeqLens.of(cuQ, kvLen, lens.cuQDevice(), lens.kvLenDevice());
        assertThat(values.tokens()).isEqualTo(lens.tokens());
        assertThat(values.maxQ()).isLessThanOrEqualTo(lens.maxQ());
        assertThat(values.maxKv()).isLessThanOrEqualTo(lens.maxKv());
        return values;
    }

    private LoraSegments onDevice(LoraSegments segments, int rows) {
        int count = segments.adapter().length;
        int[] cuRows = read(segments.cuRowsDevice(), count + 1);
        assertThat(cuRows[count]).isLessThanOrEqualTo(rows);
        return new LoraSegments(
                read(segments.adapterDevice(), count), cuRows, segments.adapterDevice(), segments.cuRowsDevice());
    }

    private int[] read(Tensor tensor, int count) {
        int[] values = new int[count];
        device.download(tensor.slice(0, count), MemorySegment.ofArray(values));
        return values;
    }

    @Override
    public Optional<RecordedWork> record(Runnable work) {
        refuseWhileRecording();
        if (never) {
            return Optional.empty();
        }
        if (recordings >= failuresAhead) {
            throw new DeviceException("This device does not want to record any more.");
        }
        RecordedWork recorded = recordsItself ? device.record(work).orElseThrow() : recordCalls(work);
        recordings++;
        open++;
        return Optional.of(new Counted(recorded));
    }

    private RecordedWork recordCalls(Runnable work) {
        List<Call> calls = new ArrayList<>();
        recording = calls;
        try {
            work.run();
        } finally {
            recording = null;
        }
        return new RecordedWork() {
            @Override
            public void replay() {
                for (Call call : calls) {
                    try {
                        make(call);
                    } catch (RuntimeException | Error e) {
                        throw e;
                    } catch (Throwable e) {
                        throw new IllegalStateException(e);
                    }
                }
            }

            @Override
            public void close() {}
        };
    }

    private final class Counted implements RecordedWork {
        private final RecordedWork work;
        private boolean closed;

        Counted(RecordedWork work) {
            this.work = work;
        }

        @Override
        public void replay() {
            assertThat(closed).isFalse();
            replays++;
            work.replay();
        }

        @Override
        public void close() {
            assertThat(closed).isFalse();
            closed = true;
            open--;
            work.close();
        }
    }

    private void refuseWhileRecording() {
        if (recording != null) {
            throw new IllegalStateException("only kernels may be called while work is recorded");
        }
    }

    @Override
    public Kernels kernels() {
        return kernels;
    }

    @Override
    public DeviceInfo info() {
        return device.info();
    }

    @Override
    public DeviceBuffer allocate(long bytes) {
        refuseWhileRecording();
        return device.allocate(bytes);
    }

    @Override
    public boolean supports(DType type) {
        return device.supports(type);
    }

    @Override
    public void upload(MemorySegment source, Tensor target) {
        refuseWhileRecording();
        device.upload(source, target);
    }

    @Override
    public void download(Tensor source, MemorySegment target) {
        refuseWhileRecording();
        device.download(source, target);
    }

    @Override
    public void synchronize() {
        refuseWhileRecording();
        device.synchronize();
    }

    @Override
    public PreparedWeight prepareWeight(Tensor weight) {
        return device.prepareWeight(weight);
    }

    @Override
    public long attentionStatsElements(int tokens, int heads) {
        return device.attentionStatsElements(tokens, heads);
    }

    @Override
    public PlanningDevice plan() {
        return device.plan();
    }

    @Override
    public void close() {}
}
