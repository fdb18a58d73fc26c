package io.hearth.agent.telemetry.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.protocol.CardFinding;
import io.hearth.protocol.CardIncident;
import org.junit.jupiter.api.Test;

class IncidentsTest {
    private final Incidents incidents = new Incidents(1_000);

    @Test
    void aStormIsOneIncidentAndALaterOneIsAnother() {
        for (int i = 0; i < 1000; i++) {
            incidents.add("cuda:0", XidCatalogue.of(13), i * 10);
        }
        incidents.add("cuda:1", XidCatalogue.of(13), 9_990);
        incidents.add("cuda:0", XidCatalogue.of(13), 9_990 + Incidents.SAME_MILLIS);
        assertThat(incidents.all()).extracting(CardIncident::count).containsExactly(1000, 1, 1);
        assertThat(incidents.all().getFirst().first()).isZero();
        assertThat(incidents.all().getFirst().last()).isEqualTo(9_990);
        assertThat(incidents.all()).extracting(CardIncident::id).doesNotHaveDuplicates();
    }

    @Test
    void aFaultStandsAndAMistakeOfAProgramIsForgotten() {
        incidents.add("cuda:0", XidCatalogue.of(31), 0);
        incidents.add("cuda:0", XidCatalogue.of(79), 0);
        assertThat(incidents.of("cuda:0", 1000)).extracting(CardFinding::code).containsExactly("xid.79", "xid.31");
        assertThat(incidents.of("cuda:0", Incidents.FRESH_MILLIS))
                .extracting(CardFinding::code)
                .containsExactly("xid.79");
        assertThat(incidents.of("cuda:1", 1000)).isEmpty();
    }

    @Test
    void onlySoManyAreKeptAndFaultsStandAllTheSame() {
        incidents.add("cuda:0", XidCatalogue.of(79), 0);
        for (int i = 0; i < 1000; i++) {
            incidents.add("cuda:0", XidCatalogue.of(10_000 + i), i);
        }
        assertThat(incidents.all()).hasSize(Incidents.KEPT);
        assertThat(incidents.of("cuda:0", 1_000_000_000))
                .extracting(CardFinding::code)
                .containsExactly("xid.79");
    }
}
