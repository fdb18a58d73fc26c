package io.hearth.device.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.Devices;
import io.hearth.device.PlanningDevice;
import io.hearth.device.PreparedWeight;
import io.hearth.device.SeqLens;
import io.hearth.device.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A row's result does not depend on the rows that are worked on beside it. */
class FewRowsTest {
    private final Device device = Devices.open("cpu:0");
    private final Random random = new Random(3);

    @AfterEach
    void close() {
        device.close();
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "BF16"})
    void aRowOfLinearIsTheSameAloneAndAmongUpTo64(DType type) {
        Tensor x = random(type, 64, 333);
        Tensor y = device.allocate(type, 64, 210);
        Tensor bias = random(type, 210);
        try (PreparedWeight weight = device.prepareWeight(random(type, 210, 333))) {
            device.kernels().linear(x, weight, bias, y);
            byte[] together = bytes(y);
            for (int rows : new int[] {1, 2, 3, 5, 7, 13, 63}) {
                Tensor part = device.allocate(type, rows, 210);
                device.kernels().linear(x.rows(64 - rows, 64), weight, bias, part);
                byte[] expected = Arrays.copyOfRange(together, together.length - (int) part.bytes(), together.length);
                assertThat(bytes(part)).as(rows + " rows").isEqualTo(expected);
            }
        }
    }

    @Test
    void aTokenOfPagedAttentionIsTheSameDecodedAloneAndInAChunk() {
        int context = 1300;
        Tensor k = random(DType.BF16, 11, 128, 2, 64);
        Tensor v = random(DType.BF16, 11, 128, 2, 64);
        Tensor table = device.allocate(DType.I32, 1, 11);
        device.upload(MemorySegment.ofArray(new int[] {3, 1, 4, 0, 5, 9, 2, 6, 8, 7, 10}), table);
        Tensor q = random(DType.BF16, 150, 6, 64);
        Tensor chunk = device.allocate(DType.BF16, 150, 6, 64);
        paged(q, k, v, table, context, chunk);
        for (int token : new int[] {0, 77, 149}) {
            Tensor alone = device.allocate(DType.BF16, 1, 6, 64);
            paged(q.rows(token, token + 1), k, v, table, context - 149 + token, alone);
            assertThat(bytes(alone)).as("token " + token).isEqualTo(bytes(chunk.rows(token, token + 1)));
        }
    }

    private void paged(Tensor q, Tensor k, Tensor v, Tensor table, int context, Tensor out) {
        SeqLens lens = SeqLens.upload(
                device,
                new int[] {0, (int) q.dim(0)},
                new int[] {context},
                device.allocate(DType.I32, 2),
                device.allocate(DType.I32, 1));
        device.kernels().pagedAttention(q, k, v, table, lens, 0.125f, 0, out);
    }

    @Test
    void thePlanCountsScratchMemory() {
        PlanningDevice plan = device.plan();
        Tensor q = plan.allocate(DType.BF16, 4, 14, 64);
        Tensor cache = plan.allocate(DType.BF16, 16, 128, 2, 64);
        Tensor table = plan.allocate(DType.I32, 4, 4);
        Tensor out = plan.allocate(DType.BF16, 4, 14, 64);
        long before = plan.peakBytes();
        SeqLens lens = SeqLens.upload(
                plan, new int[] {0, 4}, new int[] {400}, plan.allocate(DType.I32, 2), plan.allocate(DType.I32, 1));
        long withLengths = plan.peakBytes();
        plan.kernels().pagedAttention(q, cache, cache, table, lens, 1, 0, out);
        boolean fast = device.info().detail().contains(" kernels; oneDNN");
        assertThat(plan.peakBytes() - withLengths).isEqualTo(fast ? 8L << 20 : 0);
        assertThat(withLengths).isGreaterThan(before);
    }

    private Tensor random(DType type, long... shape) {
        Tensor made = device.allocate(DType.F32, shape);
        float[] values = new float[(int) made.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        device.upload(MemorySegment.ofArray(values), made);
        Tensor target = device.allocate(type, shape);
        device.kernels().copy(made, target);
        return target;
    }

    private static byte[] bytes(Tensor t) {
        return t.buffer().host().asSlice(t.byteOffset(), t.bytes()).toArray(ValueLayout.JAVA_BYTE);
    }
}
