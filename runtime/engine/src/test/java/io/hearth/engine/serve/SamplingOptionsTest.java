package io.hearth.engine.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SamplingOptionsTest {
    @Test
    void uniformNumbersAreAFunctionOfSeedAndPosition() {
        SamplingOptions options = withSeed(42);

        assertThat(options.uniform(7))
                .isEqualTo(withSeed(42).uniform(7))
                .isNotEqualTo(withSeed(43).uniform(7));
        assertThat(options.uniform(7)).isNotEqualTo(options.uniform(8));
    }

    @Test
    void uniformNumbersFillTheUnitIntervalEvenly() {
        int[] bins = new int[10];
        for (int seed = 0; seed < 100; seed++) {
            for (int position = 0; position < 1000; position++) {
                float u = withSeed(seed).uniform(position);
                assertThat(u).isGreaterThanOrEqualTo(0).isLessThan(1);
                bins[(int) (u * 10)]++;
            }
        }
        for (int bin : bins) {
            assertThat(bin).isCloseTo(10_000, within(500));
        }
    }

    @Test
    void neighbouringSeedsAndPositionsAreNotCorrelated() {
        double sum = 0;
        int n = 0;
        for (int seed = 0; seed < 200; seed++) {
            for (int position = 0; position < 200; position++, n++) {
                sum += (withSeed(seed).uniform(position) - 0.5)
                        * (withSeed(seed + 1).uniform(position + 1) - 0.5);
            }
        }
        // The product's standard deviation is 1/12, that of the mean 1/12/200.
        assertThat(sum / n).isCloseTo(0, within(5 / 12.0 / 200));
    }

    @Test
    void refusesValuesWithoutMeaning() {
        assertThatThrownBy(() -> new SamplingOptions(-1, 1, 0, 0, 0)).hasMessageContaining("temperature");
        assertThatThrownBy(() -> new SamplingOptions(Float.NaN, 1, 0, 0, 0)).hasMessageContaining("temperature");
        assertThatThrownBy(() -> new SamplingOptions(1, 0, 0, 0, 0)).hasMessageContaining("top_p");
        assertThatThrownBy(() -> new SamplingOptions(1, 1, -1, 0, 0)).hasMessageContaining("top_k");
        assertThatThrownBy(() -> new SamplingOptions(1, 1, 0, 1, 0)).hasMessageContaining("min_p");
    }

    private static SamplingOptions withSeed(long seed) {
        return new SamplingOptions(1, 1, 0, 0, seed);
    }
}
