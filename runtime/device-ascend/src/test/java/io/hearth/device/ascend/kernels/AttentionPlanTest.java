package io.hearth.device.ascend.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hearth.device.DType;
import io.hearth.device.DeviceBuffer;
import io.hearth.device.SeqLens;
import io.hearth.device.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** How attention is divided before anything is queued. */
class AttentionPlanTest {
    private static final long FLOATS = (64L << 20) / Float.BYTES;

    private static AttentionPlan.Shape shape(int queries, int context, int window, boolean gradient) {
        return new AttentionPlan.Shape(queries, context, window, 8, 4, 128, gradient, 0, 0);
    }

    @Test
    void aShortSequenceIsOneTile() {
        assertThat(AttentionPlan.of(shape(100, 100, 0, true), FLOATS))
                .isEqualTo(new AttentionPlan(8, 4, 100, 100, 100));
    }

    @Test
    void fewerHeadsComeBeforeFewRows() {
        AttentionPlan plan = AttentionPlan.of(shape(4096, 8192, 0, false), FLOATS);
        assertThat(plan.heads()).isLessThan(8);
        assertThat(plan.rows()).isGreaterThanOrEqualTo(16);
        assertThat(plan.keys()).isEqualTo(8192);
    }

    @Test
    void keysOfALongContextAreTakenInStretches() {
        AttentionPlan plan = AttentionPlan.of(shape(1, 1 << 18, 0, false), FLOATS);
        assertThat(plan.heads()).isOne();
        assertThat(plan.keys()).isBetween(1 << 14, 1 << 16);
        assertThat(plan.span()).isEqualTo(1 << 18);
    }

    @Test
    void scoresReachAsFarAsTheWindow() {
        AttentionPlan plan = AttentionPlan.of(shape(4096, 8192, 512, false), FLOATS);
        assertThat(plan.span()).isEqualTo(plan.rows() + 511);
    }

    @Test
    void everyPlanFits() {
        Random random = new Random(5);
        for (int i = 0; i < 2000; i++) {
            int context = 1 + random.nextInt(i % 2 == 0 ? 500 : 200_000);
            int queries = 1 + random.nextInt(context);
            int window = random.nextBoolean() ? 0 : 1 + random.nextInt(1000);
            boolean gradient = random.nextBoolean();
            AttentionPlan.Shape shape = new AttentionPlan.Shape(
                    queries, context, window, 1 + i % 9, 1 + i % 7, 16 + i % 200, gradient, 0, 0);
            long floats = FLOATS >> i % 4;
            AttentionPlan plan = AttentionPlan.of(shape, floats);
            long rows = (long) plan.heads() * plan.group() * plan.rows();
            long used = rows * shape.perRow(plan.rows()) + (long) plan.heads() * plan.keys() * shape.perKey();
            assertThat(used).as("%s in %d: %s", shape, floats, plan).isLessThanOrEqualTo(floats);
            assertThat(List.of(plan.heads(), plan.group(), plan.rows(), plan.keys()))
                    .allMatch(n -> n > 0);
        }
    }

    @Test
    void whatCannotBeCutIsASentence() {
        assertThatThrownBy(() -> AttentionPlan.of(shape(1, 1 << 25, 0, false), FLOATS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("attention to 33554432 tokens needs more than the 67108864 bytes");
    }

    // ---- Runs of sequences -----------------------------------------------------------------------------------------

    private static SeqLens lengths(int... lengths) {
        int[] cuQ = new int[lengths.length + 1];
        for (int b = 0; b < lengths.length; b++) {
            cuQ[b + 1] = cuQ[b] + lengths[b];
        }
        DeviceBuffer nothing = new DeviceBuffer() {
            @Override
            public long bytes() {
                return 256;
            }

            @Override
            public long address() {
                return 0;
            }

            @Override
            public MemorySegment host() {
                throw new UnsupportedOperationException();
            }

            @Override
            public void close() {}
        };
        return SeqLens.of(
                cuQ,
                lengths,
                Tensor.of(nothing, 0, DType.I32, cuQ.length),
                Tensor.of(nothing, 0, DType.I32, lengths.length));
    }

    private static List<String> runs(SeqLens lens, int mostSequences, long mostRows) {
        return SequenceRun.packed(lens, mostSequences, mostRows).stream()
                .map(run -> run.firstRow() + "+" + run.rows() + Arrays.toString(run.queryEnds()) + " keys "
                        + run.firstKey() + "+" + run.keys() + Arrays.toString(run.keyEnds()))
                .toList();
    }

    @Test
    void sequencesWithoutTokensAreLeftOut() {
        assertThat(runs(lengths(0, 3, 0, 2, 0), 9, 100)).containsExactly("0+5[3, 5] keys 0+5[3, 5]");
        assertThat(runs(lengths(0, 0), 9, 100)).isEmpty();
    }

    @Test
    void runsEndAtTheirLimits() {
        assertThat(runs(lengths(3, 2, 4, 1), 2, 100))
                .containsExactly("0+5[3, 5] keys 0+5[3, 5]", "5+5[4, 5] keys 5+5[4, 5]");
        assertThat(runs(lengths(3, 2, 4, 1), 9, 5))
                .containsExactly("0+5[3, 5] keys 0+5[3, 5]", "5+5[4, 5] keys 5+5[4, 5]");
    }

    @Test
    void aLongSequenceIsCutAndItsStretchesSeeAllBeforeThem() {
        assertThat(runs(lengths(2, 7, 1), 9, 3))
                .containsExactly(
                        "0+2[2] keys 0+2[2]",
                        "2+3[3] keys 2+3[3]",
                        "5+3[3] keys 2+6[6]",
                        "8+1[1] keys 2+7[7]",
                        "9+1[1] keys 9+1[1]");
    }

    @Test
    void aWindowThatHidesNothingIsNone() {
        assertThat(Visibility.of(10, 10).mode()).isEqualTo(3);
        assertThat(Visibility.of(0, 10).mode()).isEqualTo(3);
        assertThat(Visibility.of(9, 10)).isEqualTo(new Visibility(4, 8, 0));
    }
}
