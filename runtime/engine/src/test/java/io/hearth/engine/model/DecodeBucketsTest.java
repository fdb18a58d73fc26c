package io.hearth.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DecodeBucketsTest {
    @Test
    void sequencesGoToTheNextOfFewSizes() {
        DecodeBuckets buckets = new DecodeBuckets(200, 100, 5);

        assertThat(IntStream.rangeClosed(1, 200).map(buckets::sequences).distinct())
                .containsExactly(1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 200);
        assertThat(IntStream.rangeClosed(1, 200)).allMatch(count -> buckets.sequences(count) >= count);
        assertThat(buckets.mostPadding()).isEqualTo(63);
    }

    @Test
    void neverMoreThanThereAre() {
        DecodeBuckets buckets = new DecodeBuckets(6, 12, 3);

        assertThat(buckets.sequences(5)).isEqualTo(6);
        assertThat(IntStream.rangeClosed(1, 12).map(buckets::blocks).distinct()).containsExactly(1, 2, 4, 8, 12);
        assertThat(IntStream.rangeClosed(0, 3).map(buckets::adapters)).containsExactly(0, 1, 2, 3);
    }
}
