package io.hearth.agent.telemetry.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.protocol.CardFinding;
import io.hearth.protocol.FindingTexts;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class NpuCatalogueTest {
    @Test
    void everyCodeHasWordsThatNameItAndAdvice() {
        for (int code : NpuCatalogue.codes()) {
            CardFinding finding = NpuCatalogue.of(code, null);
            assertThat(finding.words()).startsWith("0x" + String.format("%08X", code) + ": ");
            assertThat(finding.remedy())
                    .as(finding.code())
                    .hasSizeGreaterThan(15)
                    .doesNotContain("nvidia")
                    .doesNotContain("NVLink");
        }
    }

    @Test
    void noWordsAreLeftOver() {
        Set<String> used = NpuCatalogue.codes().stream()
                .map(code -> NpuCatalogue.of(code, null).code())
                .collect(Collectors.toCollection(TreeSet::new));
        used.add(NpuCatalogue.of(1, null).code());
        used.add(NpuCatalogue.of(1, "words").code());
        for (int health : new int[] {1, 2, 3, 4}) {
            used.add(NpuCatalogue.health(health).orElseThrow().code());
        }
        Properties texts = FindingTexts.load("en");
        Set<String> said = texts.stringPropertyNames().stream()
                .filter(key -> key.startsWith("nodes.finding.npu.") && key.endsWith(".words"))
                .map(key -> key.substring("nodes.finding.".length(), key.length() - ".words".length()))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(said).isEqualTo(used);
    }

    @Test
    void faultsOfTheCardKeepWorkAwayAndThoseOfProgramsDoNot() {
        assertThat(NpuCatalogue.of(0x80E18402, null).stopsWork()).isTrue();
        assertThat(NpuCatalogue.of(0x40F84E00, null).stopsWork()).isTrue();
        assertThat(NpuCatalogue.of(0x80CD8008, null).stopsWork()).isTrue();
        assertThat(NpuCatalogue.of(0x80E01801, null).stopsWork()).isFalse();
        assertThat(NpuCatalogue.of(0x80C98002, null).origin()).isEqualTo(CardFinding.Origin.APPLICATION);
        assertThat(NpuCatalogue.of(0x81078603, null).stopsWork()).isFalse();
        assertThat(NpuCatalogue.of(0x80C98006, null).level()).isEqualTo(CardFinding.Level.NOTE);
    }

    @Test
    void whatIsNotKnownIsSaidInTheDriversWords() {
        assertThat(NpuCatalogue.of(0x80DE1801, null).words())
                .isEqualTo("The driver reports error 0x80DE1801. Hearth does not know what it means.");
        assertThat(NpuCatalogue.of(0x80DE1801, "an {odd} thing").words())
                .isEqualTo("The driver reports error 0x80DE1801, and says of it: an {odd} thing");
    }

    @Test
    void healthIsSaidByHowBadItIs() {
        assertThat(NpuCatalogue.health(0)).isEmpty();
        assertThat(NpuCatalogue.health(2).orElseThrow().stopsWork()).isFalse();
        assertThat(NpuCatalogue.health(3).orElseThrow().stopsWork()).isTrue();
        assertThat(NpuCatalogue.health(3).orElseThrow().remedy()).contains("npu-smi set -t reset");
        assertThat(NpuCatalogue.health(9).orElseThrow().words()).contains("health 9");
    }
}
