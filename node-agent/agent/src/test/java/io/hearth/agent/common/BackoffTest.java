package io.hearth.agent.common;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class BackoffTest {
    @Test
    void growsToItsBoundWithChanceAndBeginsAnew() {
        long seed = System.nanoTime();
        Backoff backoff = new Backoff(500, 5_000, new Random(seed));
        long[] bounds = {500, 1_000, 2_000, 4_000, 5_000, 5_000, 5_000};
        for (long bound : bounds) {
            assertThat(backoff.next()).as("seed %d", seed).isBetween(bound / 2, bound);
        }
        for (int i = 0; i < 200; i++) {
            assertThat(backoff.next()).isBetween(2_500L, 5_000L);
        }
        backoff.reset();
        assertThat(backoff.next()).as("seed %d", seed).isBetween(250L, 500L);
    }

    @Test
    void textFromElsewhereStaysOnOneLine() {
        assertThat(LogText.safe("a\nb\u001b[31m\u202e\u2028c")).isEqualTo("a\\u000ab\\u001b[31m\\u202e\\u2028c");
        assertThat(LogText.safe("x".repeat(2_000))).hasSize(501);
        assertThat(LogText.safe(null)).isEqualTo("null");
    }
}
