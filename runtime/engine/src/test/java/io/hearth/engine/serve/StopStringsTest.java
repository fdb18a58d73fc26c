package io.hearth.engine.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StopStringsTest {
    @Test
    void findsAStopStringThatIsCutIntoPieces() {
        StopStrings stops = new StopStrings(List.of("END"));

        assertThat(stops.accept("all wE")).isEqualTo("all w");
        assertThat(stops.accept("N")).isEmpty();
        assertThat(stops.accept("D and more")).isEmpty();
        assertThat(stops.found()).isTrue();
        assertThat(stops.accept("more")).isEmpty();
        assertThat(stops.finish()).isEmpty();
    }

    @Test
    void givesBackWhatTurnsOutToBeNoStopString() {
        StopStrings stops = new StopStrings(List.of("END"));

        assertThat(stops.accept("EN")).isEmpty();
        assertThat(stops.accept("E")).isEqualTo("EN");
        assertThat(stops.finish()).isEqualTo("E");
        assertThat(stops.found()).isFalse();
    }

    @Test
    void holdsTheLongestPossibleBeginningBack() {
        StopStrings stops = new StopStrings(List.of("ab", "aabaac"));

        assertThat(stops.accept("xaa")).isEqualTo("x");
        assertThat(stops.accept("c")).isEqualTo("aac");
    }

    @Test
    void keepsTextBeforeTheStop() {
        StopStrings stops = new StopStrings(List.of("\n\n", "###"));

        assertThat(stops.accept("an answer\n##\n\nignored")).isEqualTo("an answer\n##");
        assertThat(stops.found()).isTrue();
    }

    @Test
    void withoutStopStringsNothingIsHeldBack() {
        StopStrings stops = new StopStrings(List.of());

        assertThat(stops.accept("好的")).isEqualTo("好的");
        assertThat(stops.finish()).isEmpty();
    }

    @Test
    void refusesAnEmptyStopString() {
        assertThatThrownBy(() -> new StopStrings(List.of("a", ""))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theCutIntoPiecesMakesNoDifference() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 3000; round++) {
            String text = word(random, random.nextInt(40));
            List<String> list = new ArrayList<>();
            for (int i = random.nextInt(4); i > 0; i--) {
                list.add(word(random, 1 + random.nextInt(5)));
            }
            StopStrings stops = new StopStrings(list);
            StringBuilder out = new StringBuilder();
            for (int at = 0; at < text.length(); ) {
                int end = Math.min(text.length(), at + random.nextInt(6));
                out.append(stops.accept(text.substring(at, end)));
                at = end;
                assertThat(expected(text, list)).as("seed %d", seed).startsWith(out.toString());
            }
            out.append(stops.finish());
            assertThat(out.toString()).as("seed %d: %s %s", seed, text, list).isEqualTo(expected(text, list));
            assertThat(stops.found())
                    .as("seed %d: %s %s", seed, text, list)
                    .isEqualTo(list.stream().anyMatch(text::contains));
        }
    }

    /** The text up to the stop string that is complete first; of several, the longest. */
    private static String expected(String text, List<String> stops) {
        for (int end = 1; end <= text.length(); end++) {
            String seen = text.substring(0, end);
            int longest = stops.stream()
                    .filter(seen::endsWith)
                    .mapToInt(String::length)
                    .max()
                    .orElse(0);
            if (longest > 0) {
                return seen.substring(0, end - longest);
            }
        }
        return text;
    }

    private static String word(Random random, int length) {
        StringBuilder word = new StringBuilder();
        for (int i = 0; i < length; i++) {
            word.append("ab语".charAt(random.nextInt(3)));
        }
        return word.toString();
    }
}
