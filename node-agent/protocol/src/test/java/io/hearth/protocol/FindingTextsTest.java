package io.hearth.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class FindingTextsTest {
    private final Properties english = FindingTexts.load("en");
    private final Properties chinese = FindingTexts.load("zh");

    @Test
    void bothLanguagesSayTheSame() {
        assertThat(chinese.stringPropertyNames()).isEqualTo(english.stringPropertyNames());
        for (String key : english.stringPropertyNames()) {
            for (String argument : List.of("{0}", "{1}", "{2}")) {
                assertThat(chinese.getProperty(key).contains(argument))
                        .as(key + " " + argument)
                        .isEqualTo(english.getProperty(key).contains(argument));
            }
        }
    }

    @Test
    void everyCodeHasWordsAndEveryActionAdvice() {
        for (CardFinding.Action action : CardFinding.Action.values()) {
            assertThat(english).containsKey(FindingTexts.remedy("any", action));
        }
        for (String key : english.stringPropertyNames()) {
            if (key.endsWith(".remedy")) {
                assertThat(english).containsKey(key.replace(".remedy", ".words"));
            }
        }
    }

    @Test
    void noTextHasAnApostropheThatMessageFormatWouldEat() {
        assertThat(english.values()).noneMatch(text -> text.toString().contains("'"));
        assertThat(chinese.values()).noneMatch(text -> text.toString().contains("'"));
    }

    @Test
    void aFindingHasItsEnglishWords() {
        CardFinding finding = CardFinding.of(
                "xid.other", CardFinding.Level.WARNING, CardFinding.Origin.UNKNOWN, CardFinding.Action.LOOK, 4711);
        assertThat(finding.words())
                .isEqualTo("Xid 4711: the driver reports an error of this number. Hearth does not know what it means.");
        assertThat(finding.remedy()).startsWith("Look the number up in the Xid catalogue of NVIDIA.");
        assertThat(finding.arguments()).containsExactly("4711");
        assertThat(finding.stopsWork()).isFalse();
    }

    @Test
    void onlyFamiliesOnWhichItWasRunAreSaidToBeSo() {
        assertThat(Hardware.runOn("cpu")).isPresent();
        assertThat(Hardware.runOn("nvidia"))
                .hasValueSatisfying(cards -> assertThat(cards).contains("H100"));
        assertThat(Hardware.runOn("ascend")).isEmpty();
        assertThat(Hardware.runOn("no such")).isEmpty();
    }
}
