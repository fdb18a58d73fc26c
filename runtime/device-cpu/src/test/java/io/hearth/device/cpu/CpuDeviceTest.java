package io.hearth.device.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.DeviceBuffer;
import io.hearth.device.DeviceException;
import io.hearth.device.Devices;
import io.hearth.device.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CpuDeviceTest {
    private final Device device = Devices.open("cpu:0");

    @AfterEach
    void close() {
        device.close();
    }

    @Test
    void isFoundByItsId() {
        assertThat(device.info().id()).isEqualTo("cpu:0");
        assertThat(device.info().freeBytes()).isPositive();
        assertThatThrownBy(() -> Devices.open("cpu:1"))
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("cpu:1");
    }

    @Test
    void buffersAreAlignedZeroedAndRounded() {
        try (DeviceBuffer buffer = device.allocate(1000)) {
            assertThat(buffer.address() % 256).isZero();
            assertThat(buffer.bytes()).isEqualTo(1024);
            assertThat(buffer.host().toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
        }
    }

    @Test
    void aClosedBufferCannotBeUsed() {
        DeviceBuffer buffer = device.allocate(1);
        MemorySegment memory = buffer.host();
        buffer.close();
        buffer.close();
        assertThatThrownBy(() -> memory.get(ValueLayout.JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void refusesWhatTheMachineDoesNotHave() {
        assertThatThrownBy(() -> device.allocate(1L << 50))
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("MiB were asked for");
    }

    @Test
    void multipliesWhatWasUploaded() {
        Tensor a = device.allocate(DType.F32, 2, 3);
        Tensor b = device.allocate(DType.F32, 2, 3);
        Tensor out = device.allocate(DType.F32, 2, 2);
        device.upload(MemorySegment.ofArray(new float[] {1, 2, 3, 4, 5, 6}), a);
        device.upload(MemorySegment.ofArray(new float[] {1, 0, 2, 0, 1, 0}), b);
        device.kernels().matmul(a, false, b, true, 2, 0, out);
        float[] result = new float[4];
        device.download(out, MemorySegment.ofArray(result));
        assertThat(result).containsExactly(14, 4, 32, 10);
        a.buffer().close();
        b.buffer().close();
        out.buffer().close();
    }

    @Test
    void exchangesOnlyWhatHasTheSameSize() {
        Tensor x = device.allocate(DType.F32, 4);
        assertThatThrownBy(() -> device.upload(MemorySegment.ofArray(new float[3]), x))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("F32[4]");
        x.buffer().close();
    }

    @Test
    void refusesWrongShapesByName() {
        Tensor x = device.allocate(DType.F32, 2, 3);
        Tensor y = device.allocate(DType.F32, 2, 4);
        assertThatThrownBy(() -> device.kernels().add(x, x, y))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("third tensor is F32[2, 4], but the kernel needs the shape [2, 3]");
        x.buffer().close();
        y.buffer().close();
    }
}
