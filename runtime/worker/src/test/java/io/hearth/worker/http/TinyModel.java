package io.hearth.worker.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A model of the engine's golden fixtures (random weights, 160 tokens) beside a byte-level tokenizer of its own: three
 * special tokens, the printable ASCII characters, space and line feed, and some bytes that are only parts of characters.
 */
final class TinyModel {
    static final String CHATML = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}"
            + "{% if m.tool_calls %}[calls]{% endif %}<|im_end|>\n{% endfor %}"
            + "{% if tools %}[{{ tools | length }} tools]{% endif %}"
            + "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

    private static final int VOCABULARY = 160;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path GOLDENS = Path.of("../engine/src/test/resources/goldens");

    private TinyModel() {}

    static Path golden(String name) {
        return GOLDENS.resolve(name).toAbsolutePath();
    }

    static Path adapter(String name) {
        return golden("lora_qwen2").resolve(name);
    }

    /** @param template chat template, or null for none */
    static Path write(Path directory, String golden, String template) throws IOException {
        Files.createDirectories(directory);
        for (String name : List.of("config.json", "generation_config.json", "model.safetensors")) {
            Files.copy(GOLDENS.resolve(golden).resolve(name), directory.resolve(name));
        }
        JSON.writeValue(directory.resolve("tokenizer.json").toFile(), tokenizer());
        ObjectNode config = JSON.createObjectNode();
        config.putNull("bos_token").put("eos_token", "<|im_end|>").put("pad_token", "<|endoftext|>");
        if (template != null) {
            config.put("chat_template", template);
        }
        JSON.writeValue(directory.resolve("tokenizer_config.json").toFile(), config);
        return directory;
    }

    private static ObjectNode tokenizer() {
        ObjectNode root = JSON.createObjectNode();
        root.put("version", "1.0").putNull("truncation").putNull("padding");
        ObjectNode vocabulary = JSON.createObjectNode();
        ArrayNode added = root.putArray("added_tokens");
        for (String special : List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>")) {
            ObjectNode token = added.addObject().put("id", vocabulary.size()).put("content", special);
            token.put("single_word", false).put("lstrip", false).put("rstrip", false);
            token.put("normalized", false).put("special", true);
            vocabulary.put(special, vocabulary.size());
        }
        vocabulary.put("Ġ", vocabulary.size());
        vocabulary.put("Ċ", vocabulary.size());
        for (char c = '!'; c <= '~'; c++) {
            vocabulary.put(String.valueOf(c), vocabulary.size());
        }
        // In the byte-level alphabet these characters stand for the bytes with their own numbers.
        for (char c = 0xC0; vocabulary.size() < VOCABULARY; c++) {
            vocabulary.put(String.valueOf(c), vocabulary.size());
        }
        root.putNull("normalizer");
        byteLevel(root.putObject("pre_tokenizer"));
        byteLevel(root.putObject("post_processor"));
        byteLevel(root.putObject("decoder"));
        ObjectNode model =
                root.putObject("model").put("type", "BPE").putNull("dropout").putNull("unk_token");
        model.put("continuing_subword_prefix", "").put("end_of_word_suffix", "").put("fuse_unk", false);
        model.put("byte_fallback", false);
        model.set("vocab", vocabulary);
        model.putArray("merges");
        return root;
    }

    private static void byteLevel(ObjectNode node) {
        node.put("type", "ByteLevel").put("add_prefix_space", false).put("trim_offsets", false);
        node.put("use_regex", false);
    }
}
