package io.hearth.starter;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.engine.checkpoint.JsonFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shipped weights can be made again. */
class StarterTrainingTest {
    private static final Path MODEL = Path.of("model");

    @TempDir
    Path folder;

    @Test
    void theFirstStepsGiveTheSameBitsEachTime() throws Exception {
        String once = new StarterTraining(folder.resolve("a"), line -> {}).run(null, 3);
        String again = new StarterTraining(folder.resolve("b"), line -> {}).run(null, 3);
        assertThat(again).isEqualTo(once);
    }

    @Test
    void theShippedWeightsAreOfTheShippedShapeAndSmall() throws Exception {
        Path weights = MODEL.resolve("model.safetensors");
        assertThat(Files.size(weights)).isLessThan(16_000_000);
        assertThat(JsonFiles.readObject(MODEL.resolve("config.json"), 1 << 20)
                        .get("torch_dtype")
                        .asText())
                .isEqualTo("bfloat16");
    }

    /** A quarter of an hour on two cores with AVX-512; on another instruction set or thread count the bits differ. */
    @Test
    @Tag("long")
    void theWholeRunGivesTheShippedWeights() throws Exception {
        new StarterTraining(folder, System.out::println).run(folder, null);
        assertThat(folder.resolve("model.safetensors")).hasSameBinaryContentAs(MODEL.resolve("model.safetensors"));
    }
}
