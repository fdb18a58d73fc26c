package io.hearth.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hearth.engine.checkpoint.Checkpoint;
import io.hearth.engine.checkpoint.CheckpointException;
import io.hearth.engine.checkpoint.JsonFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelConfigReaderTest {
    private static final Path GOLDENS = Path.of("src/test/resources/goldens");

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"llama", "qwen2", "qwen3", "mistral"})
    void allSpellingsGiveTheSameConfig(String model) {
        Path golden = GOLDENS.resolve(model);
        Path generation = golden.resolve("generation_config.json");
        ModelConfig current = ModelConfigReader.read(golden);
        assertThat(ModelConfigReader.read(golden.resolve("config_older_style.json"), generation))
                .isEqualTo(current);
        assertThat(ModelConfigReader.read(golden.resolve("config_v5_style.json"), generation))
                .isEqualTo(current);
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "qwen2", "qwen3", "mistral"})
    void namesExactlyTheTensorsOfTheReferenceCheckpoint(String model) {
        ModelConfig config = ModelConfigReader.read(GOLDENS.resolve(model));
        try (Checkpoint checkpoint = Checkpoint.open(GOLDENS.resolve(model))) {
            assertThat(config.tensorShapes().keySet()).containsExactlyInAnyOrderElementsOf(checkpoint.names());
            config.tensorShapes().forEach(checkpoint::require);
            assertThat(config.parameterCount() * Float.BYTES).isEqualTo(checkpoint.dataBytes());
        }
    }

    @Test
    void readsEveryFieldOfTheGoldenLlama() {
        ModelConfig config = ModelConfigReader.read(GOLDENS.resolve("llama"));
        assertThat(config)
                .isEqualTo(new ModelConfig(
                        "llama",
                        160,
                        64,
                        112,
                        2,
                        4,
                        2,
                        16,
                        1e-5,
                        RopeConfig.llama3(10_000, 8, 1, 4, 64),
                        false,
                        false,
                        false,
                        List.of(0, 0),
                        256,
                        OptionalInt.of(1),
                        OptionalInt.of(0),
                        List.of(2),
                        "float32"));
        assertThat(config.queryWidth()).isEqualTo(64);
        assertThat(config.keyValueWidth()).isEqualTo(32);
    }

    @Test
    void readsWhatEachFamilyAdds() {
        ModelConfig qwen2 = ModelConfigReader.read(GOLDENS.resolve("qwen2"));
        assertThat(qwen2.qkvBias()).isTrue();
        assertThat(qwen2.tieWordEmbeddings()).isTrue();
        assertThat(qwen2.slidingWindow()).containsOnly(0);
        ModelConfig qwen3 = ModelConfigReader.read(GOLDENS.resolve("qwen3"));
        assertThat(qwen3.qkNorm()).isTrue();
        assertThat(qwen3.qkvBias()).isFalse();
        assertThat(qwen3.headDim()).isEqualTo(20);
        assertThat(qwen3.queryWidth()).isEqualTo(80);
        ModelConfig mistral = ModelConfigReader.read(GOLDENS.resolve("mistral"));
        assertThat(mistral.slidingWindow()).containsExactly(6, 6, 6);
    }

    @Test
    void eosTokensComeFromBothFiles() throws IOException {
        Files.writeString(directory.resolve("generation_config.json"), "{\"eos_token_id\": [9, 2, 7]}");
        ModelConfig config =
                changed("llama", root -> root.putArray("eos_token_id").add(2).add(5));
        assertThat(config.eosTokenIds()).containsExactly(9, 2, 7, 5);
        assertThat(config.isEos(7)).isTrue();
        assertThat(config.isEos(1)).isFalse();
    }

    @Test
    void absentKeysHaveTheReferencesDefaults() throws IOException {
        ModelConfig llama = changed(
                "llama",
                root -> root.remove(List.of(
                        "num_key_value_heads",
                        "head_dim",
                        "rope_scaling",
                        "rope_theta",
                        "rms_norm_eps",
                        "tie_word_embeddings",
                        "max_position_embeddings",
                        "bos_token_id",
                        "eos_token_id",
                        "pad_token_id",
                        "dtype",
                        "hidden_act")));
        assertThat(llama.numKeyValueHeads()).isEqualTo(4);
        assertThat(llama.headDim()).isEqualTo(16);
        assertThat(llama.rope()).isEqualTo(RopeConfig.unscaled(10_000));
        assertThat(llama.rmsNormEps()).isEqualTo(1e-6);
        assertThat(llama.tieWordEmbeddings()).isFalse();
        assertThat(llama.maxPositionEmbeddings()).isEqualTo(2048);
        assertThat(llama.bosTokenId()).isEmpty();
        assertThat(llama.padTokenId()).isEmpty();
        assertThat(llama.eosTokenIds()).isEmpty();
        assertThat(llama.weightType()).isEqualTo("float32");
        assertThat(changed("mistral", root -> root.remove("sliding_window")).slidingWindow())
                .containsOnly(4096);
        assertThat(changed("mistral", root -> root.putNull("sliding_window")).slidingWindow())
                .containsOnly(0);
        assertThat(changed("mistral", root -> root.remove("head_dim")).headDim())
                .isEqualTo(12);
        assertThat(changed("qwen3", root -> root.remove("head_dim")).headDim()).isEqualTo(128);
    }

    @Test
    void qwenWindowsFollowMaxWindowLayersOrLayerTypes() throws IOException {
        Consumer<ObjectNode> windowed = root -> {
            root.put("use_sliding_window", true).put("sliding_window", 4).put("max_window_layers", 1);
            root.remove("layer_types");
        };
        assertThat(changed("qwen2", windowed).slidingWindow()).containsExactly(0, 4);
        Consumer<ObjectNode> typed =
                root -> root.putArray("layer_types").add("sliding_attention").add("full_attention");
        assertThat(changed("qwen2", windowed.andThen(typed)).slidingWindow()).containsExactly(4, 0);
        Consumer<ObjectNode> off = root -> root.put("use_sliding_window", false);
        assertThat(changed("qwen2", windowed.andThen(off)).slidingWindow()).containsExactly(0, 0);
        assertRefused("qwen2", windowed.andThen(typed).andThen(off), "use_sliding_window");
    }

    @Test
    void ropeSettingsAreReadFromEverySpelling() throws IOException {
        assertThat(changed(
                                "qwen3",
                                root -> root.putObject("rope_scaling")
                                        .put("type", "linear")
                                        .put("factor", 2))
                        .rope())
                .isEqualTo(RopeConfig.linear(1_000_000, 2));
        assertThat(changed("mistral", root -> root.putObject("rope_parameters").put("rope_theta", 10_000))
                        .rope())
                .isEqualTo(RopeConfig.unscaled(10_000));
        assertRefused(
                "mistral", root -> root.putObject("rope_parameters").put("rope_theta", 5), "rope_theta is given twice");
        assertRefused(
                "llama",
                root -> root.putObject("rope_parameters")
                        .put("rope_type", "linear")
                        .put("factor", 2),
                "contradict");
        assertRefused(
                "qwen3",
                root -> root.putObject("rope_parameters")
                        .putObject("full_attention")
                        .put("rope_theta", 5),
                "differ between kinds of layers");
    }

    /** Each line: model, key, JSON value, what the sentence must say. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            llama   | model_type              | "gpt2"                | 'gpt2' is not supported
            llama   | model_type              | null                  | model_type is missing
            llama   | architectures           | ["LlamaForSequenceClassification"] | LlamaForSequenceClassification
            llama   | hidden_act              | "gelu"                | hidden_act 'gelu'
            llama   | attention_bias          | true                  | attention_bias
            qwen3   | attention_bias          | true                  | attention_bias
            llama   | mlp_bias                | true                  | mlp_bias
            llama   | quantization_config     | {"bits": 4}           | quantization_config
            llama   | partial_rotary_factor   | 0.5                   | partial_rotary_factor
            llama   | rope_scaling            | {"rope_type": "yarn", "factor": 2}     | 'yarn'
            llama   | rope_scaling            | {"type": "dynamic", "factor": 2}       | 'dynamic'
            llama   | rope_scaling            | {"rope_type": "longrope"}              | 'longrope'
            llama   | rope_scaling            | {"rope_type": "spiral"}                | 'spiral'
            llama   | rope_scaling            | {"rope_type": "linear"}                | factor is missing
            llama   | rope_scaling            | {"rope_type": "linear", "factor": 0.5} | at least 1
            llama   | rope_scaling            | {"rope_type": "llama3", "factor": 8}   | low_freq_factor is missing
            llama   | rope_scaling            | {"rope_type": "llama3", "factor": 8, "low_freq_factor": 4, "high_freq_factor": 4, "original_max_position_embeddings": 64} | must be larger
            llama   | rope_scaling            | 8                     | rope_scaling must be an object
            llama   | rope_theta              | -1                    | rope_theta must be a positive number
            llama   | rope_theta              | NaN                   | rope_theta must be a positive number
            llama   | rms_norm_eps            | 1e-60                 | rms_norm_eps must be a positive number
            llama   | hidden_size             | -64                   | hidden_size is -64
            llama   | hidden_size             | 99999999999999999999  | hidden_size is 99999999999999999999
            llama   | hidden_size             | 64.5                  | hidden_size must be a whole number
            llama   | hidden_size             | "64"                  | hidden_size must be a whole number
            llama   | hidden_size             | null                  | hidden_size is missing
            llama   | num_hidden_layers       | 0                     | num_hidden_layers is 0
            llama   | num_hidden_layers       | 2000000000            | num_hidden_layers is 2000000000
            llama   | num_attention_heads     | 3                     | not divisible by num_key_value_heads
            qwen2   | hidden_size             | 63                    | not divisible by num_attention_heads
            llama   | head_dim                | 15                    | must be even
            llama   | vocab_size              | 0                     | vocab_size is 0
            llama   | pad_token_id            | 160                   | pad_token_id is 160
            llama   | eos_token_id            | ["</s>"]              | eos_token_id must be a whole number
            llama   | tie_word_embeddings     | "no"                  | tie_word_embeddings must be true or false
            llama   | torch_dtype             | "int8"                | -
            llama   | dtype                   | "float8_e4m3fn"       | 'float8_e4m3fn'
            qwen3   | layer_types             | ["full_attention"]    | 1 entries for 2 layers
            qwen3   | layer_types             | ["linear_attention", "full_attention"] | 'linear_attention'
            mistral | layer_types             | ["full_attention", "full_attention", "full_attention"] | every layer of this model
            mistral | sliding_window          | 0                     | sliding_window is 0
            """)
    void unsupportedOrSenselessSettingsAreRefusedByName(String model, String key, String json, String sentence)
            throws IOException {
        Consumer<ObjectNode> change = root -> root.set(key, parsed(json));
        if (sentence.equals("-")) {
            // The newer key decides where both are given.
            assertThat(changed(model, change).weightType()).isEqualTo("float32");
        } else {
            assertRefused(model, change, sentence);
        }
    }

    @Test
    void brokenFilesAreRefused() throws IOException {
        assertThatThrownBy(() -> ModelConfigReader.read(directory))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("config.json is missing");
        for (String text : List.of("", "[]", "{\"a\":1,\"a\":2}", "{\"a\":1} x", "{", "\"llama\"", "[".repeat(5000))) {
            Files.writeString(directory.resolve("config.json"), text);
            assertThatThrownBy(() -> ModelConfigReader.read(directory))
                    .as(text)
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("config.json");
        }
    }

    @Test
    void mutatedConfigsNeverEscapeAsAnythingElse() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] original = Files.readAllBytes(GOLDENS.resolve("llama/config.json"));
        for (int round = 0; round < 3000; round++) {
            byte[] bytes = original.clone();
            for (int change = random.nextInt(4); change >= 0; change--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            Files.write(directory.resolve("config.json"), bytes);
            try {
                ModelConfigReader.read(directory);
            } catch (CheckpointException expected) {
                assertThat(expected.getMessage()).contains("config.json");
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed + ", round " + round, e);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"500000, 8, 1, 4, 8192, 128", "10000, 8, 1, 4, 64, 16", "500000, 32, 1, 4, 8192, 64"})
    void llama3FrequenciesFollowTheFormula(
            double theta, double factor, double low, double high, int original, int headDim) {
        double[] frequencies =
                RopeConfig.llama3(theta, factor, low, high, original).inverseFrequencies(headDim);
        assertThat(frequencies).hasSize(headDim / 2);
        int kept = 0;
        int stretched = 0;
        for (int i = 0; i < frequencies.length; i++) {
            double plain = Math.pow(theta, -2.0 * i / headDim);
            double turns = original * plain / (2 * Math.PI);
            double share = Math.clamp((turns - low) / (high - low), 0, 1);
            double expected = plain * (share + (1 - share) / factor);
            assertThat(frequencies[i]).as("dimension %d", i).isCloseTo(expected, within(1e-7));
            assertThat(frequencies[i]).as("dimension %d", i).isCloseTo(expected, within(1e-5 * expected));
            kept += share == 1 ? 1 : 0;
            stretched += share == 0 ? 1 : 0;
        }
        assertThat(kept).isPositive();
        assertThat(stretched).isPositive();
        assertThat(kept + stretched).isLessThan(frequencies.length);
    }

    @Test
    void plainAndLinearFrequenciesFollowTheFormula() {
        double[] plain = RopeConfig.unscaled(1_000_000).inverseFrequencies(20);
        double[] linear = RopeConfig.linear(1_000_000, 4).inverseFrequencies(20);
        for (int i = 0; i < 10; i++) {
            assertThat(plain[i]).isCloseTo(Math.pow(1e6, -i / 10.0), within(1e-7));
            assertThat(linear[i]).isCloseTo(plain[i] / 4, within(1e-8));
        }
    }

    private void assertRefused(String model, Consumer<ObjectNode> change, String sentence) {
        assertThatThrownBy(() -> changed(model, change))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("config.json: ")
                .hasMessageContaining(sentence);
    }

    private ModelConfig changed(String model, Consumer<ObjectNode> change) throws IOException {
        ObjectNode root = JsonFiles.readObject(GOLDENS.resolve(model).resolve("config.json"), 1 << 20);
        change.accept(root);
        Files.writeString(
                directory.resolve("config.json"),
                JsonFiles.MAPPER.writeValueAsString(root).replace("\"NaN\"", "NaN"));
        return ModelConfigReader.read(directory);
    }

    private static JsonNode parsed(String json) {
        try {
            return JsonFiles.MAPPER.readTree(json);
        } catch (IOException e) {
            throw new IllegalArgumentException(json, e);
        }
    }
}
