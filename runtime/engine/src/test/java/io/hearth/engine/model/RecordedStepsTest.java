package io.hearth.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.Devices;
import io.hearth.device.Tensor;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RecordedStepsTest {
    private Device real;
    private RecordingDevice device;
    private Tensor sum;
    private Tensor one;

    @BeforeEach
    void open() {
        real = Devices.open("cpu:0");
        device = new RecordingDevice(real);
        sum = device.allocate(DType.F32, 1);
        one = device.allocate(DType.F32, 1);
        device.kernels().fill(one, 1);
    }

    @AfterEach
    void close() {
        sum.buffer().close();
        one.buffer().close();
        real.close();
    }

    @Test
    void everyStepIsRunOnceWhetherDirectlyRecordedOrReplayed() {
        try (RecordedSteps steps = new RecordedSteps(device, 4)) {
            for (int i = 1; i <= 5; i++) {
                steps.run(shape(1), this::addOne);
                assertThat(value()).isEqualTo(i);
            }
            assertThat(device.recordings).isEqualTo(1);
            assertThat(device.replays).isEqualTo(4);
        }
        assertThat(device.open).isZero();
    }

    @Test
    void theShapeUnusedForLongestGoes() {
        try (RecordedSteps steps = new RecordedSteps(device, 2)) {
            for (int shape : new int[] {1, 1, 2, 2, 1, 3, 3}) {
                steps.run(shape(shape), this::addOne);
            }
            assertThat(device.recordings).isEqualTo(3);
            assertThat(device.open).as("2 has gone").isEqualTo(2);
            steps.run(shape(1), this::addOne);
            assertThat(device.recordings).as("1 is there yet").isEqualTo(3);
            steps.run(shape(2), this::addOne);
            steps.run(shape(2), this::addOne);
            assertThat(device.recordings).isEqualTo(4);
            assertThat(value()).isEqualTo(10);
        }
        assertThat(device.open).isZero();
    }

    @Test
    void aDeviceThatFailsToRecordGoesOnDirectly() {
        device.failAfter(1);
        try (RecordedSteps steps = new RecordedSteps(device, 8)) {
            for (int shape : new int[] {1, 1, 2, 2, 3, 3, 2, 1}) {
                steps.run(shape(shape), this::addOne);
            }
            assertThat(value()).isEqualTo(8);
            assertThat(device.replays).isEqualTo(2);
        }
    }

    @Test
    void recordingIsAskedForWithoutRunningAnything() {
        assertThat(RecordedSteps.possibleOn(device, this::addOne)).isTrue();
        assertThat(RecordedSteps.possibleOn(real, this::addOne)).isFalse();
        assertThat(value()).isZero();
        assertThat(device.open).isZero();
    }

    private static PagedInputs.Shape shape(int rows) {
        return new PagedInputs.Shape(rows, rows, 1, 0, rows);
    }

    private void addOne() {
        device.kernels().axpy(1, one, sum);
    }

    private float value() {
        float[] host = new float[1];
        real.download(sum, MemorySegment.ofArray(host));
        return host[0];
    }
}
