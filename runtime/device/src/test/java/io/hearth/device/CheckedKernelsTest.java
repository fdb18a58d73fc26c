package io.hearth.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class CheckedKernelsTest {
    private final Device device = new ArrayDevice(new CheckedKernels(PlanningDevice.idleKernels()));

    @Test
    void everyKernelNamesATensorThatIsMissing() {
        for (Method kernel : Kernels.class.getMethods()) {
            Object[] nothing = Arrays.stream(kernel.getParameterTypes())
                    .map(CheckedKernelsTest::zero)
                    .toArray();
            assertThatThrownBy(() -> kernel.invoke(device.kernels(), nothing))
                    .as(kernel.getName())
                    .isInstanceOf(InvocationTargetException.class)
                    .cause()
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageEndingWith("is missing");
        }
    }

    private static Object zero(Class<?> type) {
        return switch (type.getName()) {
            case "int" -> 0;
            case "long" -> 0L;
            case "float" -> 0f;
            case "boolean" -> false;
            default -> null;
        };
    }

    @Test
    void wrongShapesAndTypesAreNamedWithWhatIsNeeded() {
        Tensor gateUp = device.allocate(DType.F32, 3, 8);
        Tensor h = device.allocate(DType.F32, 3, 5);
        assertThatThrownBy(() -> device.kernels().swiGlu(gateUp, h))
                .hasMessage("gateUp is F32[3, 8], but the kernel needs the shape [3, 10]");
        assertThatThrownBy(() -> device.kernels().swiGlu(gateUp, device.allocate(DType.BF16, 3, 4)))
                .hasMessage("gateUp is F32[3, 8], but the kernel needs BF16");
        assertThatThrownBy(() -> device.kernels().swiGlu(gateUp.columns(0, 4), h.columns(0, 2)))
                .hasMessageContaining("contiguous");
    }

    @Test
    void sequencesMustCoverTheQueries() {
        SeqLens lens = SeqLens.upload(
                device, new int[] {0, 3}, new int[] {3}, device.allocate(DType.I32, 2), device.allocate(DType.I32, 1));
        Tensor q = device.allocate(DType.F32, 4, 2, 16);
        Tensor k = device.allocate(DType.F32, 4, 1, 16);
        Tensor out = device.allocate(DType.F32, 4, 2, 16);
        assertThatThrownBy(() -> device.kernels().attention(q, k, k, lens, 1, 0, out, null))
                .hasMessage("the sequences have 3 tokens, but q has 4");
        assertThat(lens.tokens()).isEqualTo(3);
    }
}
