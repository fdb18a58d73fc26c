package io.hearth.worker.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestTest {
    private static final List<String> NAMES = List.of("learningRate", "loraRank", "loraAlpha", "epochs", "seed");

    @ParameterizedTest
    @CsvSource({
        "learning_rate, learningRate",
        "LearningRate, learningRate",
        "leraningRate, learningRate",
        "lora-alpha, loraAlpha",
        "epoch, epochs",
        "rank, loraRank"
    })
    void findsTheNameThatWasMeant(String written, String meant) {
        assertThat(Nearest.to(written, NAMES)).contains(meant);
    }

    @Test
    void findsNothingForAStranger() {
        assertThat(Nearest.to("xyz", NAMES)).isEmpty();
        assertThat(Nearest.to("anything", List.of())).isEmpty();
    }

    @Test
    void distanceIsLevenshteins() {
        assertThat(Nearest.distance("kitten", "sitting")).isEqualTo(3);
        assertThat(Nearest.distance("", "abc")).isEqualTo(3);
        assertThat(Nearest.distance("same", "same")).isZero();
    }
}
