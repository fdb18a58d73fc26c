package io.hearth.starter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.hearth.engine.checkpoint.Checkpoint;
import io.hearth.engine.model.ModelConfig;
import io.hearth.engine.model.ModelConfigReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StarterModelTest {
    private static final ModelShape SMALL = new ModelShape(64, 2, 4, 2, 16, 96);

    @TempDir
    private Path directory;

    @Test
    void parametersAreTheSumOfTheLayers() {
        long layer = 64 * 64 * 2 + 2 * 64 * 32 + 3 * 64 * 96 + 2 * 64 + 2 * 16;
        assertThat(new StarterModel(SMALL, 300).parameters()).isEqualTo(320 * 64 + 2 * layer + 64);
    }

    @Test
    void theSameSeedWritesTheSameBytesAndAnotherSeedOthers() throws Exception {
        byte[] first = weights(1);
        assertThat(weights(1)).isEqualTo(first);
        assertThat(weights(2)).hasSameSizeAs(first).isNotEqualTo(first);
    }

    @Test
    void everyTensorLiesWhereTheHeaderSaysWithItsScale() throws Exception {
        StarterModel model = new StarterModel(SMALL, 300);
        ByteBuffer file = ByteBuffer.wrap(weights(1)).order(ByteOrder.LITTLE_ENDIAN);
        int headerLength = Math.toIntExact(file.getLong());
        byte[] headerBytes = new byte[headerLength];
        file.get(headerBytes);
        JsonNode header = new ObjectMapper().readTree(headerBytes);
        int data = Long.BYTES + headerLength;
        assertThat(data % 8).isZero();
        long end = 0;
        for (StarterModel.Weight weight : model.weights()) {
            JsonNode entry = header.required(weight.name());
            assertThat(entry.required("data_offsets").get(0).asLong()).isEqualTo(end);
            end = entry.required("data_offsets").get(1).asLong();
            double squares = 0;
            int count = (int) weight.elements();
            for (int i = 0; i < count; i++) {
                float value = file.getFloat();
                squares += (double) value * value;
            }
            double expected = weight.scale() == 0 ? 1 : weight.scale();
            assertThat(Math.sqrt(squares / count)).as(weight.name()).isBetween(0.94 * expected, 1.06 * expected);
        }
        assertThat(file.remaining()).isZero();
        assertThat(header.size()).isEqualTo(model.weights().size() + 1);
    }

    @Test
    void theEngineReadsTheConfigurationAndFindsEveryTensor() throws Exception {
        StarterModel model = new StarterModel(SMALL, 300);
        model.writeConfig(directory);
        model.writeWeights(directory, 1);
        ModelConfig config = ModelConfigReader.read(directory);
        assertThat(config.parameterCount()).isEqualTo(model.parameters());
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            assertThat(checkpoint.names()).hasSameSizeAs(config.tensorShapes().keySet());
            config.tensorShapes()
                    .forEach((name, shape) ->
                            assertThat(checkpoint.require(name, shape)).isNotNull());
        }
    }

    @Test
    void theShippedConfigurationIsTheOneWritten() throws Exception {
        int tokens = new ObjectMapper()
                .readTree(Path.of("model", "tokenizer.json").toFile())
                .at("/model/vocab")
                .size();
        new StarterModel(ModelShape.SHIPPED, tokens).writeConfig(directory);
        for (String name : List.of("config.json", "generation_config.json")) {
            assertThat(Files.readString(directory.resolve(name)))
                    .as(name)
                    .isEqualTo(Files.readString(Path.of("model", name)));
        }
    }

    @Test
    void sizesThatDoNotGoTogetherAreRefused() {
        assertThatThrownBy(() -> new ModelShape(64, 2, 4, 3, 16, 96))
                .hasMessageContaining("must be a multiple of the number of key-value heads (3)");
        assertThatThrownBy(() -> new ModelShape(64, 2, 4, 2, 15, 96)).hasMessageContaining("must be even");
        assertThatThrownBy(() -> new ModelShape(64, 0, 4, 2, 16, 96)).hasMessageContaining("at least 1");
    }

    private byte[] weights(long seed) throws Exception {
        new StarterModel(SMALL, 300).writeWeights(directory, seed);
        return Files.readAllBytes(directory.resolve("model.safetensors"));
    }
}
