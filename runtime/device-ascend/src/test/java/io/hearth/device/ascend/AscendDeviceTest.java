package io.hearth.device.ascend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.jna.NativeLibrary;
import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.DeviceBuffer;
import io.hearth.device.DeviceException;
import io.hearth.device.Devices;
import io.hearth.device.PlanningDevice;
import io.hearth.device.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The device itself, in this process: memory, copies, recordings, and that nothing is made anew once a job is warm. */
class AscendDeviceTest {
    private static final List<String> MAKERS = List.of(
            "aclCreateTensor",
            "aclCreateScalar",
            "aclCreateIntArray",
            "aclCreateTensorList",
            "aclrtMalloc",
            "aclrtMallocHost",
            "aclrtCreateEvent");

    @TempDir
    Path folder;

    private Path home;
    private Device device;

    @BeforeEach
    void open() {
        home = StandIn.of(StandIn.Face.CANN9).home();
        System.setProperty("hearth.ascend.home", home.toString());
        device = Devices.open("ascend:0");
    }

    @AfterEach
    void close() {
        if (device != null) {
            device.close();
        }
        System.clearProperty("hearth.ascend.home");
        System.clearProperty("hearth.ascend.record");
    }

    private byte[] bytes(Tensor tensor) {
        byte[] bytes = new byte[(int) tensor.bytes()];
        device.download(tensor, MemorySegment.ofArray(bytes));
        return bytes;
    }

    private static byte[] random(int size, long seed) {
        byte[] bytes = new byte[size];
        new SplittableRandom(seed).nextBytes(bytes);
        return bytes;
    }

    private Tensor of(float... values) {
        Tensor tensor = device.allocate(DType.F32, values.length);
        device.upload(MemorySegment.ofArray(values), tensor);
        return tensor;
    }

    private float[] floats(Tensor tensor) {
        float[] values = new float[(int) tensor.elements()];
        device.download(tensor, MemorySegment.ofArray(values));
        return values;
    }

    private long calls(String function) {
        Path core = home.resolve("lib64/libstandin_core.so");
        return NativeLibrary.getInstance(core.toString())
                .getFunction("standin_calls")
                .invokeLong(new Object[] {function});
    }

    private long made() {
        return MAKERS.stream().mapToLong(this::calls).sum();
    }

    @Test
    void saysWhatItIs() {
        assertThat(device.info().id()).isEqualTo("ascend:0");
        assertThat(device.info().name()).isEqualTo("Ascend910B3");
        assertThat(device.info().detail()).startsWith("Atlas A2, CANN 9.0.0, driver 25.5.0, firmware ");
        assertThat(device.info().threads()).isPositive();
        assertThat(device.info().totalBytes()).isGreaterThan(device.info().freeBytes());
        assertThat(device.supports(DType.BF16)).isTrue();
        assertThat(device.supports(DType.I8)).isFalse();
        assertThat(device.attentionStatsElements(70_000, 40_000)).isEqualTo(44_800_000_000L);
    }

    @Test
    void buffersAreAlignedZeroedAndRounded() {
        for (int i = 0; i < 3; i++) {
            try (DeviceBuffer buffer = device.allocate(1000)) {
                assertThat(buffer.address() % 256).isZero();
                assertThat(buffer.bytes()).isEqualTo(1024);
                Tensor all = Tensor.of(buffer, 0, DType.I8, 1024);
                assertThat(bytes(all)).containsOnly(0);
                device.upload(MemorySegment.ofArray(random(1024, i)), all);
            }
        }
    }

    @Test
    void theHostCannotLookIntoIt() {
        DeviceBuffer buffer = device.allocate(1);
        assertThatThrownBy(buffer::host).isInstanceOf(UnsupportedOperationException.class);
        buffer.close();
        buffer.close();
    }

    @Test
    void sourcesMayBeChangedAsSoonAsAnUploadReturns() {
        int count = 3000;
        Tensor target = device.allocate(DType.I32, count, 1000);
        int[] source = new int[1000];
        for (int i = 0; i < count; i++) {
            Arrays.fill(source, i);
            device.upload(MemorySegment.ofArray(source), target.rows(i, i + 1));
        }
        int[] all = new int[count * 1000];
        device.download(target, MemorySegment.ofArray(all));
        for (int i = 0; i < all.length; i++) {
            assertThat(all[i]).isEqualTo(i / 1000);
        }
    }

    @Test
    void uploadsOfAllSizesArrive() {
        Tensor target = device.allocate(DType.I8, 40 << 20);
        for (int size :
                new int[] {1, 3, 64, 511 << 10, 512 << 10, (512 << 10) + 1, (8 << 20) - 1, 8 << 20, (37 << 20) + 5}) {
            byte[] source = random(size, size);
            Tensor part = target.slice(7, size);
            device.upload(MemorySegment.ofArray(source), part);
            assertThat(bytes(part)).isEqualTo(source);
        }
    }

    @Test
    void weightsComeOutOfMappedFiles() throws IOException {
        byte[] content = random((24 << 20) + 13, 5);
        Path file = Files.write(folder.resolve("weights"), content);
        Tensor target = device.allocate(DType.I8, content.length);
        try (Arena arena = Arena.ofConfined();
                FileChannel channel = FileChannel.open(file)) {
            device.upload(channel.map(FileChannel.MapMode.READ_ONLY, 0, content.length, arena), target);
        }
        assertThat(bytes(target)).isEqualTo(content);
    }

    @Test
    void refusesWhatTheCardDoesNotHave() {
        long free = device.info().freeBytes();
        assertThatThrownBy(() -> device.allocate(1L << 50))
                .isInstanceOf(DeviceException.class)
                .hasMessage("ascend:0 (Ascend910B3) has not enough memory: 1073741824 MiB were asked for, "
                        + (free >> 20) + " MiB are free.");
        device.allocate(1 << 20);
    }

    @Test
    void memoryThatQueuedWorkUsesIsGivenBackAfterIt() {
        Tensor sum = of(0, 0, 0, 0);
        for (int i = 0; i < 50; i++) {
            Tensor x = of(1, 2, 3, 4);
            device.kernels().axpy(1, x, sum);
            x.buffer().close();
        }
        assertThat(floats(sum)).containsExactly(50, 100, 150, 200);
    }

    @Test
    void withoutTheSettingNothingIsRecorded() {
        assertThat(device.record(() -> {
                    throw new AssertionError("the work is not run");
                }))
                .isEmpty();
    }

    @Test
    void recordedWorkIsDoneWhenItIsReplayed() {
        System.setProperty("hearth.ascend.record", "on");
        Tensor x = of(1, 2, 3, 4);
        Tensor y = of(0, 0, 0, 0);
        device.kernels().axpy(1, x, y);
        try (var work = device.record(() -> device.kernels().axpy(1, x, y)).orElseThrow()) {
            assertThat(floats(y)).containsExactly(1, 2, 3, 4);
            for (int i = 2; i < 5; i++) {
                work.replay();
                assertThat(floats(y)).containsExactly(i, 2 * i, 3 * i, 4 * i);
            }
        }
    }

    @Test
    void whatWaitsIsRefusedWhileWorkIsRecorded() {
        System.setProperty("hearth.ascend.record", "on");
        Tensor x = of(1, 2, 3, 4);
        refusedInRecording(() -> device.upload(MemorySegment.ofArray(new float[4]), x), "upload");
        refusedInRecording(() -> device.download(x, MemorySegment.ofArray(new float[4])), "download");
        refusedInRecording(device::synchronize, "wait");
        refusedInRecording(() -> device.allocate(4), "allocate memory");
        refusedInRecording(() -> device.record(() -> {}), "begin another recording");
        assertThat(floats(x)).containsExactly(1, 2, 3, 4);
    }

    private void refusedInRecording(Runnable work, String what) {
        assertThatThrownBy(() -> device.record(work))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the device cannot " + what + " while it records work");
    }

    /** Lengths of the host are upper bounds in recorded work, and CANN's attention would take them for the truth. */
    @Test
    void whatTakesLengthsFromTheHostIsNotRecorded() {
        System.setProperty("hearth.ascend.record", "on");
        Tensor x = of(1, 2, 3, 4);
        Tensor offsets = device.allocate(DType.I32, 2);
        device.upload(MemorySegment.ofArray(new int[] {0, 1}), offsets);
        Tensor out = device.allocate(DType.F32, 1, 2);
        assertThatThrownBy(() -> device.record(() -> device.kernels()
                        .groupedMatmul(
                                x.slice(0, 2).reshape(1, 2), x.reshape(1, 2, 2), new int[] {0, 1}, offsets, out)))
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("\"groupedMatmul\" cannot be recorded on an Ascend card");
        assertThat(floats(x)).containsExactly(1, 2, 3, 4);
    }

    @Test
    void aClosedDeviceHasGivenEverythingBack() {
        long free = device.info().freeBytes();
        device.allocate(50 << 20);
        device.kernels().fill(device.allocate(DType.F32, 8), 1);
        device.close();
        device.close();
        device = Devices.open("ascend:0");
        assertThat(device.info().freeBytes()).isEqualTo(free);
    }

    @Test
    void twoHoldersOfACardDoNotTakeItFromEachOther() {
        Tensor x = of(1, 2);
        try (Device other = Devices.open("ascend:0")) {
            other.kernels().fill(other.allocate(DType.F32, 8), 1);
            other.synchronize();
        }
        device.kernels().scale(x, 3);
        assertThat(floats(x)).containsExactly(3, 6);
    }

    @Test
    void plansWithoutTakingMemory() {
        long free = device.info().freeBytes();
        PlanningDevice plan = device.plan();
        plan.allocate(DType.F32, 1 << 20);
        plan.kernels().fill(plan.allocate(DType.F32, 8), 1);
        assertThat(plan.peakBytes()).isEqualTo((4 << 20) + 256);
        assertThat(device.info().freeBytes()).isEqualTo(free);
    }

    @Test
    void otherThreadsCanGoOn() throws InterruptedException {
        Tensor x = device.allocate(DType.F32, 2);
        Thread platform = Thread.ofPlatform().start(() -> device.upload(MemorySegment.ofArray(new float[] {3, 4}), x));
        platform.join();
        assertThat(floats(x)).containsExactly(3, 4);
        Thread virtual = Thread.ofVirtual().start(() -> device.kernels().scale(x, 2));
        virtual.join();
        assertThat(floats(x)).containsExactly(6, 8);
    }

    @Test
    void aWarmStepMakesNothingAnew() {
        Tensor x = device.allocate(DType.BF16, 4, 64);
        Tensor weight = device.allocate(DType.BF16, 64, 64);
        Tensor gamma = device.allocate(DType.BF16, 64);
        Tensor y = device.allocate(DType.BF16, 4, 64);
        Tensor z = device.allocate(DType.BF16, 4, 64);
        Tensor rstd = device.allocate(DType.F32, 4);
        Tensor gradient = device.allocate(DType.F32, 64, 64);
        Runnable step = () -> {
            device.kernels().rmsNorm(x, gamma, 1e-6f, y, rstd);
            device.kernels().matmul(y, false, weight, true, 1, 0, z);
            device.kernels().matmul(z, false, weight, true, 1, 0, y);
            device.kernels().weightGrad(y, z, gradient);
            device.kernels().add(x, y, x);
            device.synchronize();
        };
        step.run();
        step.run();
        long made = made();
        long prepared = calls("aclnnRmsNormGetWorkspaceSize");
        long free = device.info().freeBytes();
        for (int i = 0; i < 20; i++) {
            step.run();
        }
        assertThat(made()).isEqualTo(made);
        assertThat(calls("aclnnRmsNormGetWorkspaceSize")).isEqualTo(prepared);
        assertThat(device.info().freeBytes()).isEqualTo(free);
    }
}
