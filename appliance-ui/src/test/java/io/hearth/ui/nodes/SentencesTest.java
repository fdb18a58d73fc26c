package io.hearth.ui.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SentencesTest {
    @Test
    void reasonsForASlowClockAreSaidInWordsAndThoseWithoutWordsAsTheyAre() {
        assertThat(Sentences.throttle("idle")).isEqualTo("at rest");
        assertThat(Sentences.throttle("heat-hardware")).isEqualTo("halved by heat");
        assertThat(Sentences.throttle("other-12")).isEqualTo("other-12");
        assertThat(Sentences.throttle("{odd}")).isEqualTo("{odd}");
    }
}
