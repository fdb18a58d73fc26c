package io.hearth.ui.models.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hearth.ui.core.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ModelCheckTest {
    @TempDir
    Path folder;

    /** Breaks a model that was whole. */
    private interface Break {
        void on(Path model) throws IOException;
    }

    @Test
    void aWholeModelPasses() throws IOException {
        ModelReport report = ModelCheck.check(TinyModel.write(folder), null);
        assertThat(report.problems()).isEmpty();
        assertThat(report.facts()).isEqualTo(new ModelFacts(false, "llama", 552, 64, true));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("broken")
    void aBrokenModelIsRefusedWithTheFileAndTheReason(String what, Break breaking, String file, String key)
            throws IOException {
        breaking.on(TinyModel.write(folder));
        ModelReport report = ModelCheck.check(folder, null);
        assertThat(report.facts()).isNull();
        assertThat(report.problems()).as(what).anySatisfy(problem -> {
            assertThat(problem.file()).isEqualTo(file);
            assertThat(problem.reason().key()).isEqualTo("models.check." + key);
            assertThat(problem.reason().toString()).doesNotContain("!models.").doesNotContain("Exception");
        });
    }

    static Stream<Arguments> broken() {
        String weights = "model.safetensors";
        String index = "model.safetensors.index.json";
        return Stream.of(
                test("no config", m -> Files.delete(m.resolve("config.json")), "config.json", "config.none"),
                test("config no JSON", m -> write(m, "config.json", "{\n\"a\": }"), "config.json", "json"),
                test("config a list", m -> write(m, "config.json", "[]"), "config.json", "object"),
                test("unknown family", config("model_type", "mamba"), "config.json", "config.family"),
                test("no family", without("model_type"), "config.json", "config.family"),
                test("remote code", config("auto_map", Map.of("AutoModel", "m.M")), "config.json", "config.auto-map"),
                test(
                        "classifier",
                        config("architectures", List.of("LlamaForSequenceClassification")),
                        "config.json",
                        "config.architecture"),
                test("activation", config("hidden_act", "gelu"), "config.json", "config.option"),
                test("attention bias", config("attention_bias", true), "config.json", "config.option"),
                test("mlp bias", config("mlp_bias", true), "config.json", "config.option"),
                test("quantised", config("quantization_config", Map.of("bits", 4)), "config.json", "config.quantised"),
                test("odd type", config("torch_dtype", "int8"), "config.json", "config.option"),
                test("yarn", config("rope_scaling", Map.of("rope_type", "yarn")), "config.json", "config.option"),
                test("partial rotation", config("partial_rotary_factor", 0.5), "config.json", "config.option"),
                test("no width", without("hidden_size"), "config.json", "config.missing"),
                test("width a text", config("hidden_size", "8"), "config.json", "config.number"),
                test("width negative", config("hidden_size", -8), "config.json", "config.number"),
                test("heads do not divide", config("num_attention_heads", 3), "config.json", "config.divide"),
                test("groups do not divide", config("num_key_value_heads", 3), "config.json", "config.divide"),
                test("odd head", config("head_dim", 3), "config.json", "config.head-dim"),
                test("layer types", config("layer_types", List.of("a", "b")), "config.json", "config.layers"),
                test("flag no flag", config("tie_word_embeddings", "yes"), "config.json", "config.flag"),
                test("no weights", m -> Files.delete(m.resolve(weights)), weights, "weights.none"),
                test("empty weights", m -> Files.write(m.resolve(weights), new byte[3]), weights, "tensors.short"),
                test(
                        "header too long",
                        m -> Files.write(m.resolve(weights), new byte[] {0, 0, 0, 0, 0, 0, 0, 127, 1}),
                        weights,
                        "tensors.length"),
                test(
                        "header beyond file",
                        m -> Files.write(m.resolve(weights), new byte[] {99, 0, 0, 0, 0, 0, 0, 0}),
                        weights,
                        "tensors.length"),
                test("header no JSON", m -> TinyModel.raw(m.resolve(weights), "{]", 0), weights, "tensors.json"),
                test("header no object", m -> TinyModel.raw(m.resolve(weights), "[1]", 0), weights, "tensors.json"),
                test(
                        "name twice",
                        m -> TinyModel.raw(m.resolve(weights), "{\"a\":{},\"a\":{}}", 0),
                        weights,
                        "tensors.entry"),
                test(
                        "tensor outside",
                        m -> TinyModel.raw(m.resolve(weights), entry("F32", "[2]", 0, 8), 4),
                        weights,
                        "tensors.outside"),
                test(
                        "wrong size",
                        m -> TinyModel.raw(m.resolve(weights), entry("F32", "[3]", 0, 8), 8),
                        weights,
                        "tensors.size"),
                test(
                        "overflow",
                        m -> TinyModel.raw(m.resolve(weights), entry("F32", "[4611686018427387904,4]", 0, 0), 0),
                        weights,
                        "tensors.size"),
                test(
                        "negative",
                        m -> TinyModel.raw(m.resolve(weights), entry("F32", "[-2]", 0, 8), 8),
                        weights,
                        "tensors.entry"),
                test(
                        "unknown type",
                        m -> TinyModel.raw(m.resolve(weights), entry("F12", "[2]", 0, 8), 8),
                        weights,
                        "tensors.type"),
                test(
                        "hole",
                        m -> TinyModel.raw(m.resolve(weights), entry("F32", "[2]", 4, 12), 12),
                        weights,
                        "tensors.hole"),
                test(
                        "rest",
                        m -> TinyModel.raw(m.resolve(weights), entry("F32", "[2]", 0, 8), 12),
                        weights,
                        "tensors.rest"),
                test(
                        "overlap",
                        m -> TinyModel.raw(
                                m.resolve(weights),
                                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],"
                                        + "\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}",
                                12),
                        weights,
                        "tensors.overlap"),
                test("cut short", m -> truncate(m.resolve(weights)), weights, "tensors.outside"),
                test("tensor missing", tensors(t -> t.remove("model.norm.weight")), weights, "weights.tensor"),
                test("tensor too many", tensors(t -> t.put("model.extra", new long[] {2})), weights, "weights.extra"),
                test("wrong shape", tensors(t -> t.put("model.norm.weight", new long[] {9})), weights, "weights.shape"),
                test("index without map", m -> sharded(m, "{}"), index, "weights.map"),
                test(
                        "index names a missing shard",
                        m -> sharded(m, "{\"weight_map\":{\"a\":\"b.safetensors\"}}"),
                        "b.safetensors",
                        "weights.missing"),
                test(
                        "index leads out",
                        m -> sharded(m, "{\"weight_map\":{\"a\":\"../b.safetensors\"}}"),
                        index,
                        "weights.shard"),
                test(
                        "index says otherwise",
                        m -> {
                            Files.move(m.resolve(weights), m.resolve("s.safetensors"));
                            write(m, index, "{\"weight_map\":{\"a\":\"s.safetensors\"}}");
                        },
                        "s.safetensors",
                        "weights.lacks"),
                test(
                        "no tokenizer",
                        m -> Files.delete(m.resolve("tokenizer.json")),
                        "tokenizer.json",
                        "tokenizer.none"),
                test(
                        "tokenizer no tokenizer",
                        m -> write(m, "tokenizer.json", "{\"model\": {}}"),
                        "tokenizer.json",
                        "tokenizer.broken"),
                test("tokenizer too large", config("vocab_size", 2), "tokenizer.json", "tokenizer.large"),
                test(
                        "tokenizer with code",
                        m -> write(m, "tokenizer_config.json", "{\"auto_map\": {\"a\": \"b\"}}"),
                        "tokenizer_config.json",
                        "config.auto-map"),
                test(
                        "template broken",
                        m -> write(m, "tokenizer_config.json", "{\"chat_template\": \"{% for %}\"}"),
                        "chat_template",
                        "template.broken"),
                test(
                        "adapter without base",
                        m -> write(m, "adapter_config.json", "{}"),
                        "adapter_config.json",
                        "adapter.choose"));
    }

    @Test
    void everythingThatIsWrongIsToldAtOnce() throws IOException {
        TinyModel.write(folder);
        config("hidden_act", "gelu").on(folder);
        Files.delete(folder.resolve("tokenizer.json"));
        Files.write(folder.resolve("model.safetensors"), new byte[3]);
        assertThat(ModelCheck.check(folder, null).problems())
                .extracting(Finding::file)
                .contains("config.json", "tokenizer.json", "model.safetensors");
    }

    @Test
    void anAdapterMustFitItsBase() throws IOException {
        Path base = TinyModel.write(folder.resolve("base"));
        Path adapter = Files.createDirectories(folder.resolve("adapter"));
        write(
                adapter,
                "adapter_config.json",
                "{\"peft_type\":\"LORA\",\"task_type\":\"CAUSAL_LM\",\"r\":2,\"target_modules\":[\"q_proj\"]}");
        String module = "base_model.model.model.layers.0.self_attn.q_proj.";
        Map<String, long[]> matrices = new LinkedHashMap<>();
        matrices.put(module + "lora_A.weight", new long[] {2, 8});
        matrices.put(module + "lora_B.weight", new long[] {8, 2});
        TinyModel.weights(adapter.resolve("adapter_model.safetensors"), matrices);
        assertThat(ModelCheck.check(adapter, base).problems()).isEmpty();
        assertThat(ModelCheck.check(adapter, base).facts().adapter()).isTrue();

        matrices.put(module + "lora_A.weight", new long[] {2, 9});
        TinyModel.weights(adapter.resolve("adapter_model.safetensors"), matrices);
        assertThat(ModelCheck.check(adapter, base).problems())
                .extracting(problem -> problem.reason().key())
                .containsExactly("models.check.adapter.base");

        write(
                adapter,
                "adapter_config.json",
                "{\"peft_type\":\"LORA\",\"r\":2,\"use_dora\":true,\"target_modules\":[]}");
        assertThat(ModelCheck.check(adapter, base).problems())
                .extracting(problem -> problem.reason().key())
                .contains("models.check.config.option");
    }

    @Test
    void filesAreTakenLeftOutOrRefusedByTheirNames() {
        for (String taken : List.of("config.json", "a/b.safetensors", "LICENSE", "vocab.txt", "tokenizer.model")) {
            assertThat(FileRules.of(taken)).as(taken).isInstanceOf(FileRules.Rule.Take.class);
        }
        for (String refused : List.of(
                "pytorch_model.bin",
                "a/x.PT",
                "w.pth",
                "m.ckpt",
                "modeling.py",
                "run.sh",
                "x.gguf",
                "y.onnx",
                "z.so")) {
            assertThat(FileRules.of(refused)).as(refused).isInstanceOf(FileRules.Rule.Refuse.class);
        }
        for (String left : List.of(".gitattributes", ".git/config", "__MACOSX/x.json", "photo.png")) {
            assertThat(FileRules.of(left)).as(left).isInstanceOf(FileRules.Rule.LeaveOut.class);
        }
    }

    private static Arguments test(String what, Break breaking, String file, String key) {
        return Arguments.of(what, breaking, file, key);
    }

    private static Break config(String key, Object value) {
        return model -> {
            ObjectNode config = TinyModel.config();
            config.set(key, Json.MAPPER.valueToTree(value));
            write(model, "config.json", config.toString());
        };
    }

    private static Break without(String key) {
        return model -> {
            ObjectNode config = TinyModel.config();
            config.remove(key);
            write(model, "config.json", config.toString());
        };
    }

    private static Break tensors(java.util.function.Consumer<Map<String, long[]>> change) {
        return model -> {
            Map<String, long[]> tensors = TinyModel.tensors();
            change.accept(tensors);
            TinyModel.weights(model.resolve("model.safetensors"), tensors);
        };
    }

    private static void sharded(Path model, String index) throws IOException {
        Files.delete(model.resolve("model.safetensors"));
        write(model, "model.safetensors.index.json", index);
    }

    private static String entry(String type, String shape, long begin, long end) {
        return "{\"a\":{\"dtype\":\"" + type + "\",\"shape\":" + shape + ",\"data_offsets\":[" + begin + "," + end
                + "]}}";
    }

    private static void truncate(Path file) throws IOException {
        byte[] all = Files.readAllBytes(file);
        Files.write(file, java.util.Arrays.copyOf(all, all.length - 40));
    }

    private static void write(Path model, String name, String text) throws IOException {
        Files.writeString(model.resolve(name), text);
    }
}
