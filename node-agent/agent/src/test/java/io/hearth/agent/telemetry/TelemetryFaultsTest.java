package io.hearth.agent.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.agent.telemetry.doctor.Findings;
import io.hearth.protocol.CardFinding;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TelemetryFaultsTest {
    @Test
    void aFindingThatCountsSecondsStaysTheSameUntilItsCodeChanges() {
        Map<String, CardFinding> first = Map.of("cuda:0", Findings.silent(5), "cuda:1", Findings.gone(false));
        Map<String, CardFinding> second =
                Telemetry.steady(first, Map.of("cuda:0", Findings.silent(6), "cuda:1", Findings.gone(false)));
        assertThat(second).isEqualTo(first);
        Map<String, CardFinding> third = Telemetry.steady(second, Map.of("cuda:0", Findings.gone(true)));
        assertThat(third).isEqualTo(Map.of("cuda:0", Findings.gone(true)));
        assertThat(Telemetry.steady(third, Map.of("cuda:0", Findings.silent(7))))
                .isEqualTo(Map.of("cuda:0", Findings.silent(7)));
        assertThat(Telemetry.steady(second, Map.of())).isEmpty();
    }
}
