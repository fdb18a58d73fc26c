package io.hearth.ui.datasets;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.text.rows.RowFault;
import io.hearth.ui.core.Texts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class TokenLookTest {
    private static final Path MODEL = Path.of("../runtime/starter/model");

    @Test
    void showsWhatTheModelSeesAndWhatItLearns() throws Exception {
        String line = Files.readAllLines(Path.of("../runtime/starter/sample/train.jsonl"))
                .getFirst();
        try (TokenLook look = new TokenLook(MODEL)) {
            TokenLook.Preview preview = look.preview(line, 4096);
            assertThat(preview.problem()).isNull();
            assertThat(preview.cut()).isFalse();
            assertThat(preview.trained()).isPositive().isLessThan(preview.tokens());
            String learnt = preview.pieces().stream()
                    .filter(TokenLook.Piece::trained)
                    .map(TokenLook.Piece::text)
                    .collect(Collectors.joining());
            assertThat(learnt).contains("排水塞的拧紧扭矩是40 Nm。").doesNotContain("多少");
            assertThat(look.preview(line, 5).cut()).isTrue();
            assertThat(look.tokens(line)).isEqualTo(preview.tokens());
        }
    }

    @Test
    void countsRowsByLengthAndThoseThatAreCut() {
        TokenService.Lengths lengths = TokenService.summary(new int[] {5, 10, 400, -1}, 4, 100);
        assertThat(lengths.cut()).isEqualTo(1);
        assertThat(lengths.refused()).isEqualTo(1);
        assertThat(lengths.longest()).isEqualTo(400);
        assertThat(lengths.buckets().stream()
                        .mapToLong(TokenService.Bucket::rows)
                        .sum())
                .isEqualTo(3);
    }

    @Test
    void everyFaultOfARowIsSaidInBothLanguages() {
        for (RowFault fault : RowFault.values()) {
            String key = "datasets.row." + fault.code();
            assertThat(Texts.keys("en")).contains(key);
            assertThat(Texts.keys("zh")).contains(key);
            List<String> arguments = List.of("A", "B", "C");
            if (fault != RowFault.NOT_ENCODED) {
                assertThat(Texts.say(Locale.ENGLISH, key, arguments.toArray())).isEqualTo(fault.sentence(arguments));
            }
        }
    }
}
