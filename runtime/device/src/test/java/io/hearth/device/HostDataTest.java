package io.hearth.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Lengths, sorted ids, bfloat16: what is made on the host for the kernels. */
class HostDataTest {
    private final Device device = new ArrayDevice();

    private SeqLens upload(int[] cuQ, int[] kvLen) {
        return SeqLens.upload(device, cuQ, kvLen, device.allocate(DType.I32, 16), device.allocate(DType.I32, 16));
    }

    @Test
    void lengthsAreOnHostAndDevice() {
        SeqLens lens = upload(new int[] {0, 3, 3, 8}, new int[] {3, 7, 20});
        assertThat(lens.sequences()).isEqualTo(3);
        assertThat(lens.tokens()).isEqualTo(8);
        assertThat(lens.maxQ()).isEqualTo(5);
        assertThat(lens.maxKv()).isEqualTo(20);
        int[] back = new int[4];
        device.download(lens.cuQDevice().slice(0, 4), MemorySegment.ofArray(back));
        assertThat(back).containsExactly(0, 3, 3, 8);
    }

    @Test
    void lengthsThatContradictThemselvesAreRefused() {
        assertThatThrownBy(() -> upload(new int[] {0, 3}, new int[] {3, 4})).hasMessageContaining("leading 0");
        assertThatThrownBy(() -> upload(new int[] {1, 3}, new int[] {3})).hasMessageContaining("leading 0");
        assertThatThrownBy(() -> upload(new int[] {0, 3, 2}, new int[] {3, 3})).hasMessageContaining("sequence 1");
        assertThatThrownBy(() -> upload(new int[] {0, 3}, new int[] {2})).hasMessageContaining("context of 2");
    }

    @Test
    void idsAreGroupedInOrderOfPosition() {
        SortedIds.Host host = SortedIds.group(new int[] {7, 2, 7, 0, 2, 7});
        assertThat(host.ids()).containsExactly(0, 2, 7);
        assertThat(host.starts()).containsExactly(0, 1, 3, 6);
        assertThat(host.order()).containsExactly(3, 1, 4, 0, 2, 5);
        assertThat(SortedIds.group(new int[0]).starts()).containsExactly(0);
    }

    @Test
    void bfloat16RoundsToTheNearestAndToEven() {
        float step = 0x1p-7f;
        assertThat(rounded(1 + step / 2)).isEqualTo(1f);
        assertThat(rounded(1 + step * 1.5f)).isEqualTo(1 + 2 * step);
        assertThat(rounded(Math.nextUp(1 + step / 2))).isEqualTo(1 + step);
        assertThat(rounded(-0f)).isEqualTo(-0f);
        assertThat(rounded(Float.MAX_VALUE)).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(rounded(Float.NEGATIVE_INFINITY)).isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(rounded(Float.intBitsToFloat(0x7f800001))).isNaN();
        assertThat(rounded(Float.intBitsToFloat(0xffffffff))).isNaN();
    }

    private static float rounded(float value) {
        return Bfloat16.toFloat(Bfloat16.fromFloat(value));
    }

    @Test
    void everyBfloat16SurvivesAndEveryFloatGoesToItsNearest() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            float value = Bfloat16.toFloat((short) bits);
            if (value == value) {
                assertThat(Bfloat16.fromFloat(value)).isEqualTo((short) bits);
            }
        }
        Random random = new Random(5);
        for (int i = 0; i < 10_000; i++) {
            float value = Float.intBitsToFloat(random.nextInt());
            if (Math.abs(value) < 3e38f) {
                float near = rounded(value);
                short bits = Bfloat16.fromFloat(value);
                for (int step = -1; step <= 1; step += 2) {
                    double other = Math.abs((double) Bfloat16.toFloat((short) (bits + step)) - value);
                    assertThat(Math.abs((double) near - value)).isLessThanOrEqualTo(other);
                }
            }
        }
    }
}
