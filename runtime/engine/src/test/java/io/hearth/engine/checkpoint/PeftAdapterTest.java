package io.hearth.engine.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hearth.engine.model.ModelConfig;
import io.hearth.engine.model.ModelConfigReader;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PeftAdapterTest {
    private static final Path GOLDENS = Path.of("src/test/resources/goldens");
    private static final Path GOLDEN = GOLDENS.resolve("lora_qwen2/adapter_final");

    @TempDir
    Path directory;

    @Test
    void readsWhatPeftWrote() {
        LoraAdapter adapter = PeftAdapter.read(GOLDEN);
        assertThat(adapter.config()).isEqualTo(new LoraConfig(4, 8, 0, List.of("v_proj", "q_proj"), false, "qwen2"));
        assertThat(adapter.config().scale()).isEqualTo(2);
        assertThat(adapter.modules())
                .containsOnlyKeys(
                        "model.layers.0.self_attn.q_proj",
                        "model.layers.0.self_attn.v_proj",
                        "model.layers.1.self_attn.q_proj",
                        "model.layers.1.self_attn.v_proj");
        LoraPair pair = adapter.modules().get("model.layers.1.self_attn.v_proj");
        assertThat(List.of(pair.rank(), pair.in(), pair.out())).containsExactly(4, 64, 32);
        assertThat(adapter.parameterCount() * Float.BYTES).isEqualTo(7168);
        adapter.requireFits(ModelConfigReader.read(GOLDENS.resolve("qwen2")).linearModules());
    }

    @ParameterizedTest
    @ValueSource(strings = {"adapter_init", "adapter_final"})
    void writesTheBytesThatPeftWrites(String name) throws IOException {
        Path golden = GOLDENS.resolve("lora_qwen2").resolve(name);
        Path written = directory.resolve("adapter");
        PeftAdapter.publish(written, PeftAdapter.read(golden));
        assertThat(written.resolve(PeftAdapter.WEIGHTS)).hasSameBinaryContentAs(golden.resolve(PeftAdapter.WEIGHTS));
        ObjectNode expected = JsonFiles.readObject(golden.resolve(PeftAdapter.CONFIG), 1 << 20);
        ObjectNode actual = JsonFiles.readObject(written.resolve(PeftAdapter.CONFIG), 1 << 20);
        assertThat(actual).isEqualTo(expected);
        assertThat(Files.list(directory)).hasSize(1);
    }

    @Test
    void allLinearStandsForTheSevenLayers() throws IOException {
        LoraConfig config = config("target_modules", "\"all-linear\"");
        assertThat(config.targetModules()).isEqualTo(LoraConfig.ALL_LINEAR);
        ModelConfig model = ModelConfigReader.read(GOLDENS.resolve("llama"));
        assertThat(model.linearModules().keySet()).allMatch(config::targets);
        assertThat(config.targets("lm_head")).isFalse();
    }

    @Test
    void rankStabilisedScaleDividesByTheRoot() throws IOException {
        assertThat(config("use_rslora", "true").scale()).isEqualTo(4);
        assertThat(config("lora_alpha", "3.5").scale()).isEqualTo(0.875);
        assertThat(PeftConfigFile.toJson(config("lora_alpha", "3.5"))
                        .get("lora_alpha")
                        .doubleValue())
                .isEqualTo(3.5);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            peft_type               | "IA3"           | 'IA3'
            task_type               | "SEQ_CLS"       | 'SEQ_CLS'
            bias                    | "all"           | bias 'all'
            use_dora                | true            | use_dora
            lora_bias               | true            | lora_bias
            modules_to_save         | ["lm_head"]     | modules_to_save
            fan_in_fan_out          | true            | fan_in_fan_out
            layers_to_transform     | [0]             | layers_to_transform
            layers_to_transform     | 0               | layers_to_transform
            layer_replication       | [[0, 1]]        | layer_replication
            rank_pattern            | {"q_proj": 2}   | rank_pattern
            alpha_pattern           | {"q_proj": 2}   | alpha_pattern
            target_parameters       | ["w"]           | target_parameters
            trainable_token_indices | [1]             | trainable_token_indices
            init_lora_weights       | "pissa"         | 'pissa'
            target_modules          | ".*q_proj"      | patterns are not supported
            target_modules          | []              | target_modules is empty
            target_modules          | null            | list of module names
            target_modules          | [1]             | list of module names
            r                       | 0               | rank r is 0
            r                       | -4              | rank r is -4
            r                       | 1.5             | rank r must be a whole number
            r                       | 99999999999     | rank r must be a whole number
            lora_alpha              | 0               | lora_alpha is 0
            lora_alpha              | "8"             | lora_alpha must be a number
            lora_alpha              | NaN             | lora_alpha is NaN
            lora_dropout            | 1               | lora_dropout is 1
            use_rslora              | "yes"           | use_rslora must be true or false
            """)
    void unsupportedOrSenselessSettingsAreRefusedByName(String key, String json, String sentence) {
        assertThatThrownBy(() -> config(key, json))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("adapter_config.json: ")
                .hasMessageContaining(sentence);
    }

    @Test
    void adaptersOfAnotherModelAreRefused() {
        LoraAdapter adapter = PeftAdapter.read(GOLDEN);
        assertUnfit(adapter, "qwen3", "for 64 inputs and 64 outputs, but the model's layer has 48 and 80");
        assertUnfit(adapter, "mistral", "made for another model");
        SortedMap<String, LoraPair> fewer = new TreeMap<>(adapter.modules());
        fewer.remove("model.layers.1.self_attn.v_proj");
        assertUnfit(
                new LoraAdapter(adapter.config(), fewer),
                "qwen2",
                "has no weights for model.layers.1.self_attn.v_proj");
        LoraConfig narrower = new LoraConfig(4, 8, 0, List.of("q_proj"), false, "");
        assertUnfit(new LoraAdapter(narrower, adapter.modules()), "qwen2", "target_modules do not name");
        LoraConfig head = new LoraConfig(4, 8, 0, List.of("q_proj", "v_proj", "lm_head"), false, "");
        assertUnfit(new LoraAdapter(head, adapter.modules()), "qwen2", "targets 'lm_head'");
    }

    @Test
    void matricesThatDoNotFitEachOtherAreRefused() throws IOException {
        String q = "base_model.model.model.layers.0.self_attn.q_proj.lora_";
        assertWeightsRefused("rank 4", entry(q + "A.weight", 3, 64), entry(q + "B.weight", 64, 4));
        assertWeightsRefused("rank 4", entry(q + "A.weight", 4, 64), entry(q + "B.weight", 64, 3));
        assertWeightsRefused("rank 4", entry(q + "A.weight", 256), entry(q + "B.weight", 64, 4));
        assertWeightsRefused("has no tensor " + q + "B.weight", entry(q + "A.weight", 4, 64));
        assertWeightsRefused("q_proj.weight is not supported", entry("base_model.model.q_proj.weight", 4, 64));
        assertWeightsRefused("holds no tensors");
        Files.delete(directory.resolve(PeftAdapter.WEIGHTS));
        assertThatThrownBy(() -> PeftAdapter.read(directory)).hasMessageContaining("is missing");
        Files.writeString(directory.resolve("adapter_model.bin"), "x");
        assertThatThrownBy(() -> PeftAdapter.read(directory)).hasMessageContaining("safe_serialization=True");
    }

    @Test
    void mutatedSettingsNeverEscapeAsAnythingElse() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] original = Files.readAllBytes(GOLDEN.resolve(PeftAdapter.CONFIG));
        Path file = directory.resolve(PeftAdapter.CONFIG);
        for (int round = 0; round < 2000; round++) {
            byte[] bytes = original.clone();
            for (int change = random.nextInt(4); change >= 0; change--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(32, 127);
            }
            Files.write(file, bytes);
            try {
                PeftConfigFile.read(file);
            } catch (CheckpointException expected) {
                assertThat(expected.getMessage()).contains(PeftAdapter.CONFIG);
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed + ", round " + round, e);
            }
        }
    }

    private void assertWeightsRefused(String sentence, SafetensorsWriter.Entry... entries) throws IOException {
        Path config = directory.resolve(PeftAdapter.CONFIG);
        if (!Files.exists(config)) {
            Files.copy(GOLDEN.resolve(PeftAdapter.CONFIG), config);
        }
        SafetensorsWriter.write(directory.resolve(PeftAdapter.WEIGHTS), List.of(entries), SafetensorsWriter.PYTORCH);
        assertThatThrownBy(() -> PeftAdapter.read(directory))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(sentence);
    }

    private static SafetensorsWriter.Entry entry(String name, long... shape) {
        long elements = 1;
        for (long size : shape) {
            elements *= size;
        }
        MemorySegment zeros = Arena.ofAuto().allocate(elements * Float.BYTES);
        return new SafetensorsWriter.Entry(name, StoredType.F32, shape, zeros);
    }

    private static void assertUnfit(LoraAdapter adapter, String model, String sentence) {
        ModelConfig config = ModelConfigReader.read(GOLDENS.resolve(model));
        assertThatThrownBy(() -> adapter.requireFits(config.linearModules()))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(sentence);
    }

    private LoraConfig config(String key, String json) throws IOException {
        ObjectNode root = JsonFiles.readObject(GOLDEN.resolve(PeftAdapter.CONFIG), 1 << 20);
        root.set(key, JsonFiles.MAPPER.readTree(json));
        Path file = directory.resolve(PeftAdapter.CONFIG);
        Files.writeString(file, JsonFiles.MAPPER.writeValueAsString(root).replace("\"NaN\"", "NaN"));
        return PeftConfigFile.read(file);
    }
}
