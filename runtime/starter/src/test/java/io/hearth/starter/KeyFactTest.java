package io.hearth.starter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyFactTest {
    @ParameterizedTest
    @CsvSource({
        "The torque is 35 Nm., 35 Nm, true",
        "35 Nm, 35 Nm, true",
        "The torque is 135 Nm., 35 Nm, false",
        "The torque is 1.35 Nm., 35 Nm, false",
        "The torque is 35 bar., 35 Nm, false",
        "Order VM-4821 today, VM-4821, true",
        "Order VM-48210, VM-4821, false",
        "Order VM-482, VM-4821, false",
        "每500小时换油一次, 500小时, true",
        "每1500小时换油一次, 500小时, false",
        "E07表示缺相。, 缺相, true",
        "E07 means no flow., no flow, true",
        "E07 means flow., no flow, false",
    })
    void matchesTheWholeKeyOnly(String answer, String key, boolean expected) {
        assertThat(KeyFact.matches(answer, key)).isEqualTo(expected);
    }

    @Test
    void anEmptyKeyIsRefused() {
        assertThatThrownBy(() -> KeyFact.matches("anything", ""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must name what to look for");
    }
}
