package io.hearth.starter.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.hearth.starter.quickstart.HeldOutQuestion.Message;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ComparisonTest {
    private static final List<HeldOutQuestion> QUESTIONS = List.of(
            question("What torque?", "29 Nm", "known", "en"),
            question("扭矩设多少？", "35 Nm", "known", "zh"),
            question("How tight?", "29 Nm", "new", "en"),
            question("多紧？", "35 Nm", "new", "zh"));

    private final Comparison comparison = new Comparison(
            QUESTIONS,
            List.of("No idea.", "35 Nm。", "129 Nm", ""),
            List.of("It is 29 Nm.", "是35 Nm。", "29 Nm", "36 Nm"));

    @Test
    void gainIsInPercentagePointsOfAllQuestions() {
        assertThat(comparison.gain()).isCloseTo(50, within(1e-9));
    }

    @Test
    void scoresTellBothKindsOfWordingAndBothLanguagesApart() {
        List<String> lines = comparison.scores().lines().toList();
        assertThat(lines).hasSize(6);
        assertThat(lines.get(1)).contains("knew").endsWith("    2    50.0%   100.0%    +50.0");
        assertThat(lines.get(2)).contains("new").endsWith("    2     0.0%    50.0%    +50.0");
        assertThat(lines.get(3)).startsWith("English").endsWith("    2     0.0%   100.0%   +100.0");
        assertThat(lines.get(4)).startsWith("Chinese").endsWith("    2    50.0%    50.0%     +0.0");
        assertThat(lines.get(5)).startsWith("all").endsWith("    4    25.0%    75.0%    +50.0");
    }

    @Test
    void answersStandSideBySideInStraightColumns() {
        List<String> lines = comparison.answers(70).lines().toList();
        assertThat(lines).hasSize(2 + QUESTIONS.size());
        assertThat(lines.get(2)).contains("✗ No idea.", "✓ It is 29 Nm.");
        assertThat(lines.stream().skip(2).map(ComparisonTest::columnOfFirstMark).distinct())
                .hasSize(1);
        assertThat(lines.stream().mapToInt(DisplayWidth::of)).allMatch(width -> width <= 70);
    }

    @Test
    void theSampleIsHeldOutOfWhatIsTrained() throws Exception {
        Path sample = Path.of("../starter/sample");
        List<HeldOutQuestion> questions = HeldOutQuestion.read(sample.resolve("heldout.jsonl"));
        String trained = java.nio.file.Files.readString(sample.resolve("train.jsonl"));
        assertThat(questions).hasSizeGreaterThan(100);
        assertThat(questions).allSatisfy(question -> {
            assertThat(question.key()).isNotBlank();
            assertThat(question.pattern()).isIn("known", "new");
            assertThat(question.language()).isIn("en", "zh");
            assertThat(trained).doesNotContain("\"" + question.question() + "\"");
        });
    }

    private static int columnOfFirstMark(String line) {
        return DisplayWidth.of(line.split("[✗✓]", 2)[0]);
    }

    private static HeldOutQuestion question(String text, String key, String pattern, String language) {
        return new HeldOutQuestion(
                List.of(new Message("user", text), new Message("assistant", key)), key, pattern, language, "torque");
    }
}
