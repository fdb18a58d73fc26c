package io.hearth.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class PlanningDeviceTest {
    private final PlanningDevice plan = new ArrayDevice().plan();

    @Test
    void countsWhatIsAllocatedAtTheSameTime() {
        Tensor first = plan.allocate(DType.F32, 100);
        Tensor second = plan.allocate(DType.BF16, 1);
        assertThat(plan.allocatedBytes()).isEqualTo(512 + 256);
        first.buffer().close();
        first.buffer().close();
        assertThat(plan.allocatedBytes()).isEqualTo(256);
        plan.allocate(DType.I8, 300).buffer().close();
        second.buffer().close();
        assertThat(plan.allocatedBytes()).isZero();
        assertThat(plan.peakBytes()).isEqualTo(768);
    }

    @Test
    void plansMoreThanAnyMachineHas() {
        plan.allocate(DType.F32, 1L << 30, 1L << 20);
        assertThat(plan.peakBytes()).isEqualTo(1L << 52);
    }

    @Test
    void kernelsDoNothingAndValuesAreZero() {
        Tensor x = plan.allocate(DType.F32, 4);
        plan.kernels().fill(x, 3);
        float[] values = {1, 2, 3, 4};
        plan.upload(MemorySegment.ofArray(values), x);
        plan.download(x, MemorySegment.ofArray(values));
        assertThat(values).containsOnly(0);
        assertThatThrownBy(() -> x.buffer().host()).isInstanceOf(UnsupportedOperationException.class);
        assertThat(plan.kernels()).isEqualTo(plan.kernels()).hasToString("idle kernels");
    }

    @Test
    void asksTheRealDeviceForItsStatistics() {
        assertThat(plan.attentionStatsElements(3, 2)).isEqualTo(96);
        assertThat(plan.info().id()).isEqualTo("array:0");
        assertThat(plan.supports(DType.BF16)).isFalse();
        assertThat(plan.plan()).isSameAs(plan);
    }

    @Test
    void preparesWeightsOfTheRightShape() {
        PreparedWeight weight = plan.prepareWeight(plan.allocate(DType.F32, 7, 3));
        assertThat(weight.outFeatures()).isEqualTo(7);
        assertThat(weight.inFeatures()).isEqualTo(3);
        assertThat(weight.type()).isEqualTo(DType.F32);
    }
}
