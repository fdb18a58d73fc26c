package io.hearth.ui.it;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hearth.ui.core.Json;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/**
 * A model of 0.3 billion random weights with the starter's tokenizer: what it says makes no sense, but it takes as long as a real
 * model takes, so that computing and not the way of the tokens is what holds a stream up.
 */
final class RandomModel {
    private static final int HIDDEN = 1024;
    private static final int LAYERS = 24;
    private static final int FEED_FORWARD = 3072;
    private static final int HEADS = 16;
    private static final int KEY_VALUE_HEADS = 8;
    private static final int HEAD = 64;

    /** Writes the model's directory. */
    static Path write(Path folder) throws IOException {
        Path starter = Packages.starterModel();
        Files.createDirectories(folder);
        for (String file : new String[] {"tokenizer.json", "tokenizer_config.json", "generation_config.json"}) {
            Files.copy(starter.resolve(file), folder.resolve(file));
        }
        ObjectNode config =
                (ObjectNode) Json.MAPPER.readTree(starter.resolve("config.json").toFile());
        config.put("hidden_size", HIDDEN)
                .put("num_hidden_layers", LAYERS)
                .put("max_window_layers", LAYERS)
                .put("intermediate_size", FEED_FORWARD)
                .put("num_attention_heads", HEADS)
                .put("num_key_value_heads", KEY_VALUE_HEADS)
                .put("head_dim", HEAD);
        Files.write(folder.resolve("config.json"), Json.MAPPER.writeValueAsBytes(config));
        weights(
                folder.resolve("model.safetensors"),
                shapes(config.path("vocab_size").asInt()));
        return folder;
    }

    private static Map<String, int[]> shapes(int vocabulary) {
        Map<String, int[]> shapes = new LinkedHashMap<>();
        shapes.put("model.embed_tokens.weight", new int[] {vocabulary, HIDDEN});
        for (int layer = 0; layer < LAYERS; layer++) {
            String name = "model.layers." + layer + ".";
            shapes.put(name + "self_attn.q_proj.weight", new int[] {HEADS * HEAD, HIDDEN});
            shapes.put(name + "self_attn.k_proj.weight", new int[] {KEY_VALUE_HEADS * HEAD, HIDDEN});
            shapes.put(name + "self_attn.v_proj.weight", new int[] {KEY_VALUE_HEADS * HEAD, HIDDEN});
            shapes.put(name + "self_attn.o_proj.weight", new int[] {HIDDEN, HEADS * HEAD});
            shapes.put(name + "self_attn.q_norm.weight", new int[] {HEAD});
            shapes.put(name + "self_attn.k_norm.weight", new int[] {HEAD});
            shapes.put(name + "mlp.gate_proj.weight", new int[] {FEED_FORWARD, HIDDEN});
            shapes.put(name + "mlp.up_proj.weight", new int[] {FEED_FORWARD, HIDDEN});
            shapes.put(name + "mlp.down_proj.weight", new int[] {HIDDEN, FEED_FORWARD});
            shapes.put(name + "input_layernorm.weight", new int[] {HIDDEN});
            shapes.put(name + "post_attention_layernorm.weight", new int[] {HIDDEN});
        }
        shapes.put("model.norm.weight", new int[] {HIDDEN});
        return shapes;
    }

    private static void weights(Path file, Map<String, int[]> shapes) throws IOException {
        ObjectNode header = Json.MAPPER.createObjectNode();
        long offset = 0;
        for (Map.Entry<String, int[]> entry : shapes.entrySet()) {
            ObjectNode tensor = header.putObject(entry.getKey()).put("dtype", "BF16");
            long bytes = 2;
            for (int dimension : entry.getValue()) {
                tensor.withArray("shape").add(dimension);
                bytes *= dimension;
            }
            tensor.putArray("data_offsets").add(offset).add(offset + bytes);
            offset += bytes;
        }
        byte[] json = Json.MAPPER.writeValueAsString(header).getBytes(StandardCharsets.UTF_8);
        byte[] noise = noise();
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20)) {
            out.write(ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(json.length)
                    .array());
            out.write(json);
            for (long left = offset; left > 0; left -= noise.length) {
                out.write(noise, 0, (int) Math.min(left, noise.length));
            }
        }
    }

    /** Small normal numbers in bf16, drawn once and repeated: a prime number of them, so that no two rows are alike. */
    private static byte[] noise() {
        Random random = new Random(7);
        ByteBuffer noise = ByteBuffer.allocate(2 * 524_287).order(ByteOrder.LITTLE_ENDIAN);
        while (noise.hasRemaining()) {
            noise.putShort((short) (Float.floatToIntBits((float) random.nextGaussian() * 0.03f) >>> 16));
        }
        return noise.array();
    }

    private RandomModel() {}
}
