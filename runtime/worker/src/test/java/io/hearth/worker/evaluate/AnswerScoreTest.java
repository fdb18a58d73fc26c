package io.hearth.worker.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnswerScoreTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "E27 means dry running.   | e27 means dry running     | true  | 1",
                "拧紧扭矩是29 Nm。          | 拧紧扭矩是 29 nm           | true  | 1",
                "１２ ｂａｒ                 | 12 bar                    | true  | 1",
                "1.5 bar                  | 15 bar                    | false | 0.5",
                "1,500 hours              | 1500 hours                | false | 0.5",
                "-5 °C                    | 5 °C                      | false | 0.5",
                "50%                      | 50                        | false | 0",
                "the pump                 | pump the                  | false | 1",
                "a a b                    | a b b                     | false | 0.6667",
                "干运行                     | 干转运行                    | false | 0.8571",
                "no                       | yes                       | false | 0",
            })
    void agreesButForCaseBlanksAndPunctuation(String answer, String reference, boolean exact, double f1) {
        AnswerScore score = AnswerScore.of(answer.strip(), reference.strip());
        assertThat(score.exact()).isEqualTo(exact);
        assertThat(score.f1()).isCloseTo(f1, Offset.offset(1e-4));
    }

    @Test
    void silenceAgreesWithSilenceAlone() {
        assertThat(AnswerScore.of("", "")).isEqualTo(new AnswerScore(true, 1));
        assertThat(AnswerScore.of("", "yes")).isEqualTo(new AnswerScore(false, 0));
        assertThat(AnswerScore.of("?", "!")).isEqualTo(new AnswerScore(false, 0));
        assertThat(AnswerScore.of("!", " ! ")).isEqualTo(new AnswerScore(true, 1));
    }
}
