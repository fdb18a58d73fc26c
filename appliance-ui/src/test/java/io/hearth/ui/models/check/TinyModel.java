package io.hearth.ui.models.check;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hearth.ui.core.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** A model of a few hundred weights, whole and right, for tests to break. */
public final class TinyModel {
    private TinyModel() {}

    /** Writes a whole model into a folder. */
    public static Path write(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("config.json"), config().toString());
        Files.writeString(folder.resolve("tokenizer.json"), TOKENIZER);
        Files.writeString(
                folder.resolve("tokenizer_config.json"),
                "{\"eos_token\": \"<end>\", \"chat_template\": \"{% for m in messages %}{{ m['content'] }}<end>{% endfor %}\"}");
        Files.writeString(folder.resolve("README.md"), "a tiny model");
        weights(folder.resolve("model.safetensors"), tensors());
        return folder;
    }

    public static ObjectNode config() {
        ObjectNode config = Json.MAPPER.createObjectNode();
        config.put("model_type", "llama").put("hidden_size", 8).put("num_hidden_layers", 1);
        config.put("num_attention_heads", 2).put("num_key_value_heads", 1).put("vocab_size", 6);
        config.put("intermediate_size", 12).put("max_position_embeddings", 64).put("tie_word_embeddings", true);
        config.putArray("architectures").add("LlamaForCausalLM");
        return config;
    }

    /** Names and shapes of the tensors that {@link #config} asks for. */
    public static Map<String, long[]> tensors() {
        Map<String, long[]> tensors = new LinkedHashMap<>();
        tensors.put("model.embed_tokens.weight", new long[] {6, 8});
        String layer = "model.layers.0.";
        tensors.put(layer + "self_attn.q_proj.weight", new long[] {8, 8});
        tensors.put(layer + "self_attn.k_proj.weight", new long[] {4, 8});
        tensors.put(layer + "self_attn.v_proj.weight", new long[] {4, 8});
        tensors.put(layer + "self_attn.o_proj.weight", new long[] {8, 8});
        tensors.put(layer + "mlp.gate_proj.weight", new long[] {12, 8});
        tensors.put(layer + "mlp.up_proj.weight", new long[] {12, 8});
        tensors.put(layer + "mlp.down_proj.weight", new long[] {8, 12});
        tensors.put(layer + "input_layernorm.weight", new long[] {8});
        tensors.put(layer + "post_attention_layernorm.weight", new long[] {8});
        tensors.put("model.norm.weight", new long[] {8});
        return tensors;
    }

    /** Writes a safetensors file of zeros. */
    public static void weights(Path file, Map<String, long[]> tensors) throws IOException {
        ObjectNode header = Json.MAPPER.createObjectNode();
        long begin = 0;
        for (Map.Entry<String, long[]> tensor : tensors.entrySet()) {
            long bytes = 4;
            ObjectNode entry = header.putObject(tensor.getKey());
            entry.put("dtype", "F32");
            var shape = entry.putArray("shape");
            for (long size : tensor.getValue()) {
                shape.add(size);
                bytes *= size;
            }
            entry.putArray("data_offsets").add(begin).add(begin + bytes);
            begin += bytes;
        }
        raw(file, header.toString(), (int) begin);
    }

    /** Writes a header and so many bytes of data. */
    public static void raw(Path file, String header, int dataBytes) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer all = ByteBuffer.allocate(8 + json.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
        all.putLong(json.length).put(json);
        Files.write(file, all.array());
    }

    static final String TOKENIZER = """
            {"version": "1.0", "truncation": null, "padding": null,
             "added_tokens": [{"id": 0, "content": "<end>", "single_word": false, "lstrip": false, "rstrip": false,
               "normalized": false, "special": true}],
             "normalizer": null, "pre_tokenizer": {"type": "Whitespace"}, "post_processor": null, "decoder": null,
             "model": {"type": "WordLevel", "vocab": {"<end>": 0, "Hello": 1, "world": 2, "[UNK]": 3},
               "unk_token": "[UNK]"}}
            """;
}
