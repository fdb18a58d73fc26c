package io.hearth.device.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CudaDeviceTest {
    @TempDir
    Path folder;

    private CudaDevice device;

    @BeforeEach
    void open() {
        Stand.require();
        device = (CudaDevice) Devices.open("cuda:0");
    }

    @AfterEach
    void close() {
        if (device != null) {
            device.close();
        }
    }

    private byte[] bytes(Tensor tensor) {
        byte[] bytes = new byte[(int) tensor.bytes()];
        device.download(tensor, MemorySegment.ofArray(bytes));
        return bytes;
    }

    private static byte[] random(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    @Test
    void saysWhatItIs() {
        assertThat(device.info().id()).isEqualTo("cuda:0");
        assertThat(device.info().name()).isEqualTo("Emulated card");
        assertThat(device.info().detail())
                .contains("compute capability 9.0")
                .contains("CUDA 13.0")
                .contains("cuBLASLt 13.1");
        assertThat(device.info().hardwareId()).isEqualTo("0000:01:00.0");
        assertThat(device.info().threads()).isPositive();
        assertThat(device.info().totalBytes()).isGreaterThan(device.info().freeBytes());
        assertThat(device.supports(DType.BF16)).isTrue();
        assertThat(device.supports(DType.I8)).isFalse();
        assertThat(device.attentionStatsElements(70_000, 40_000)).isEqualTo(2_800_000_000L);
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
    void largeSourcesMayBeChangedAsWell() {
        Tensor target = device.allocate(DType.I8, 4, 16 << 20);
        byte[] source = new byte[16 << 20];
        for (byte i = 0; i < 4; i++) {
            Arrays.fill(source, i);
            device.upload(MemorySegment.ofArray(source), target.rows(i, i + 1));
        }
        for (byte i = 0; i < 4; i++) {
            assertThat(bytes(target.rows(i, i + 1))).containsOnly(i);
        }
    }

    @Test
    void exchangesOnlyWhatHasTheSameSize() {
        Tensor x = device.allocate(DType.F32, 4);
        assertThatThrownBy(() -> device.upload(MemorySegment.ofArray(new float[3]), x))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("F32[4]");
    }

    @Test
    void refusesWhatTheCardDoesNotHave() {
        long free = device.info().freeBytes();
        assertThatThrownBy(() -> device.allocate(1L << 50))
                .isInstanceOf(DeviceException.class)
                .hasMessage(
                        "cuda:0 (Emulated card at 0000:01:00.0) has not enough memory: 1073741824 MiB were asked for, "
                                + (free >> 20) + " MiB are free.");
        device.allocate(1 << 20);
    }

    @Test
    void recordedWorkIsDoneWhenItIsReplayed() {
        Tensor x = device.allocate(DType.I8, 4096);
        Tensor y = device.allocate(DType.I8, 4096);
        try (var work = device.record(() -> {
                    device.stream().copyOnCard(x.address(), y.address(), 4096);
                    device.stream().fillBytes(x.address() + 1, 9, 1);
                })
                .orElseThrow()) {
            assertThat(bytes(y)).containsOnly(0);
            for (int i = 0; i < 3; i++) {
                byte[] values = random(4096, i);
                device.upload(MemorySegment.ofArray(values), x);
                work.replay();
                assertThat(bytes(y)).isEqualTo(values);
                assertThat(bytes(x)[1]).isEqualTo((byte) 9);
            }
        }
    }

    @Test
    void whatWaitsIsRefusedWhileWorkIsRecorded() {
        Tensor x = device.allocate(DType.F32, 4);
        refusedInRecording(() -> device.upload(MemorySegment.ofArray(new float[4]), x), "upload");
        refusedInRecording(() -> device.download(x, MemorySegment.ofArray(new float[4])), "download");
        refusedInRecording(device::synchronize, "wait");
        refusedInRecording(() -> device.allocate(4), "allocate memory");
        refusedInRecording(() -> device.record(() -> {}), "begin another recording");
        device.upload(MemorySegment.ofArray(new float[] {1, 2, 3, 4}), x);
        float[] back = new float[4];
        device.download(x, MemorySegment.ofArray(back));
        assertThat(back).containsExactly(1, 2, 3, 4);
    }

    private void refusedInRecording(Runnable work, String what) {
        assertThatThrownBy(() -> device.record(work))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the device cannot " + what + " while it records work");
    }

    @Test
    void aRecordingThatFailsLeavesTheDeviceAsItWas() {
        Tensor x = device.allocate(DType.I8, 256);
        assertThatThrownBy(() -> device.record(() -> device.stream().copyOnCard(x.address(), 8, 256)))
                .isInstanceOf(DeviceException.class)
                .hasMessageStartingWith("The NVIDIA driver could not copy on the card");
        byte[] values = random(256, 1);
        device.upload(MemorySegment.ofArray(values), x);
        assertThat(bytes(x)).isEqualTo(values);
        try (var work = device.record(() -> device.stream().fillBytes(x.address(), 5, 256))
                .orElseThrow()) {
            work.replay();
            assertThat(bytes(x)).containsOnly(5);
        }
    }

    @Test
    void aClosedDeviceHasGivenEverythingBack() {
        long free = device.info().freeBytes();
        device.allocate(50 << 20);
        Tensor filled = device.allocate(DType.F32, 8);
        device.record(() -> device.stream().fillBytes(filled.address(), 1, 32));
        device.close();
        device.close();
        try (Device again = Devices.open("cuda:0")) {
            assertThat(again.info().freeBytes()).isEqualTo(free);
        }
        device = null;
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
    void anotherThreadCanGoOn() throws InterruptedException {
        Tensor x = device.allocate(DType.F32, 2);
        Thread thread = Thread.ofPlatform().start(() -> device.upload(MemorySegment.ofArray(new float[] {3, 4}), x));
        thread.join();
        MemorySegment back = MemorySegment.ofArray(new float[2]);
        device.download(x, back);
        assertThat(back.toArray(ValueLayout.JAVA_FLOAT)).containsExactly(3, 4);
    }
}
