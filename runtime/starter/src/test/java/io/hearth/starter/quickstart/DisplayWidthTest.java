package io.hearth.starter.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class DisplayWidthTest {
    @Test
    void chineseCharactersTakeTwoColumns() {
        assertThat(DisplayWidth.of("abc")).isEqualTo(3);
        assertThat(DisplayWidth.of("泵的扭矩")).isEqualTo(8);
        assertThat(DisplayWidth.of("29 Nm。")).isEqualTo(7);
        assertThat(DisplayWidth.of("e\u0301")).isEqualTo(1);
        assertThat(DisplayWidth.of("𠀀")).isEqualTo(2);
    }

    @Test
    void fitsToTheWidthWhateverTheTextIs() {
        Random random = new Random(5);
        String letters = "ab c泵的。é𠀀\n";
        int[] alphabet = letters.codePoints().toArray();
        for (int round = 0; round < 500; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(30); i > 0; i--) {
                text.appendCodePoint(alphabet[random.nextInt(alphabet.length)]);
            }
            assertThat(DisplayWidth.of(DisplayWidth.fit(text.toString(), 12)))
                    .as("round %d: %s", round, text)
                    .isEqualTo(12);
        }
    }

    @Test
    void whatIsCutIsMarked() {
        assertThat(DisplayWidth.fit("short", 8)).isEqualTo("short   ");
        assertThat(DisplayWidth.fit("quite a long line", 8)).isEqualTo("quite a…");
        assertThat(DisplayWidth.fit("泵的扭矩是多少", 8)).isEqualTo("泵的扭… ");
    }
}
