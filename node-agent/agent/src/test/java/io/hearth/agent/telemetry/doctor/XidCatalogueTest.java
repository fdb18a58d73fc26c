package io.hearth.agent.telemetry.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.protocol.CardFinding;
import io.hearth.protocol.FindingTexts;
import java.util.List;
import org.junit.jupiter.api.Test;

class XidCatalogueTest {
    @Test
    void theCodesThatServersShowAreThere() {
        assertThat(XidCatalogue.numbers())
                .containsAll(List.of(
                        13, 31, 32, 38, 43, 45, 48, 61, 62, 63, 64, 68, 69, 74, 79, 92, 94, 95, 109, 119, 120, 121, 122,
                        123, 124, 125, 136, 140, 143, 144, 145, 149, 154));
    }

    @Test
    void everyEntrySaysWhatItMeansAndWhatToDo() {
        for (int number : XidCatalogue.numbers()) {
            CardFinding finding = XidCatalogue.of(number);
            assertThat(finding.words()).startsWith("Xid " + number + ": ");
            assertThat(finding.remedy()).isNotBlank();
        }
        assertThat(FindingTexts.load("en").stringPropertyNames().stream()
                        .filter(key -> key.matches("nodes\\.finding\\.xid\\.[0-9]+\\.words"))
                        .map(key -> Integer.valueOf(key.split("\\.")[3])))
                .containsExactlyInAnyOrderElementsOf(XidCatalogue.numbers());
    }

    @Test
    void mistakesOfProgramsDoNotStopACardAndBrokenCardsGetNoWork() {
        assertThat(List.of(13, 31, 43, 45, 63, 92, 94, 154))
                .noneMatch(number -> XidCatalogue.of(number).stopsWork());
        assertThat(List.of(48, 62, 64, 74, 79, 95, 109, 119, 120, 136, 140, 143))
                .allMatch(number -> XidCatalogue.of(number).stopsWork());
    }

    @Test
    void anUnknownCodeSaysSoHonestly() {
        CardFinding unknown = XidCatalogue.of(4_000_000_000L);
        assertThat(unknown.words()).contains("Xid 4000000000").contains("does not know what it means");
        assertThat(unknown.origin()).isEqualTo(CardFinding.Origin.UNKNOWN);
        assertThat(XidCatalogue.of(999).code()).isEqualTo("xid.none");
    }
}
