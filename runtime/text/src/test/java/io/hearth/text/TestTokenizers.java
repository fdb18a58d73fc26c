package io.hearth.text;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Writes a small but real byte-level BPE tokenizer with ChatML's special tokens, split as Qwen's tokenizers split. */
public final class TestTokenizers {
    /** In the manner of ChatML, with a Qwen-like default for empty thinking left out. */
    public static final String CHATML = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}"
            + "{% for call in m.tool_calls or [] %}<tool_call>{{ call.function | tojson }}</tool_call>{% endfor %}"
            + "<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

    private static final String SPLIT = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}|"
            + " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private static final List<String> MERGES = List.of(
            "h e", "l l", "he ll", "hell o", "Ġ w", "o r", "Ġw or", "l d", "Ġwor ld", "Ċ Ċ", "a s", "as s", "ä ¸");
    private static final ObjectMapper JSON = new ObjectMapper();

    private TestTokenizers() {}

    public static Path write(Path folder, String chatTemplate) throws IOException {
        Files.createDirectories(folder);
        ObjectNode root = JSON.createObjectNode();
        root.put("version", "1.0").putNull("truncation").putNull("padding");
        ObjectNode vocabulary = JSON.createObjectNode();
        byteAlphabet().forEach(symbol -> vocabulary.put(symbol, vocabulary.size()));
        ArrayNode merges = JSON.createArrayNode();
        for (String merge : MERGES) {
            merges.add(merge);
            vocabulary.put(merge.replace(" ", ""), vocabulary.size());
        }
        ArrayNode added = root.putArray("added_tokens");
        addToken(added, vocabulary.size(), "<|endoftext|>", true);
        addToken(added, vocabulary.size() + 1, "<|im_start|>", true);
        addToken(added, vocabulary.size() + 2, "<|im_end|>", true);
        addToken(added, vocabulary.size() + 3, "<think>", false);
        addToken(added, vocabulary.size() + 4, "</think>", false);
        root.putObject("normalizer").put("type", "NFC");
        ObjectNode sequence = root.putObject("pre_tokenizer").put("type", "Sequence");
        ArrayNode steps = sequence.putArray("pretokenizers");
        ObjectNode split = steps.addObject().put("type", "Split");
        split.putObject("pattern").put("Regex", SPLIT);
        split.put("behavior", "Isolated").put("invert", false);
        byteLevel(steps.addObject());
        byteLevel(root.putObject("post_processor"));
        byteLevel(root.putObject("decoder"));
        ObjectNode model =
                root.putObject("model").put("type", "BPE").putNull("dropout").putNull("unk_token");
        model.put("continuing_subword_prefix", "").put("end_of_word_suffix", "").put("fuse_unk", false);
        model.put("byte_fallback", false);
        model.set("vocab", vocabulary);
        model.set("merges", merges);
        JSON.writeValue(folder.resolve("tokenizer.json").toFile(), root);

        ObjectNode config = JSON.createObjectNode();
        config.putNull("bos_token").put("eos_token", "<|im_end|>");
        config.putObject("pad_token").put("content", "<|endoftext|>").put("special", true);
        if (chatTemplate != null) {
            config.put("chat_template", chatTemplate);
        }
        JSON.writeValue(folder.resolve("tokenizer_config.json").toFile(), config);
        return folder;
    }

    private static void addToken(ArrayNode added, int id, String content, boolean special) {
        ObjectNode token = added.addObject().put("id", id).put("content", content);
        token.put("single_word", false).put("lstrip", false).put("rstrip", false);
        token.put("normalized", false).put("special", special);
    }

    private static void byteLevel(ObjectNode node) {
        node.put("type", "ByteLevel").put("add_prefix_space", false).put("trim_offsets", false);
        node.put("use_regex", false);
    }

    /** The printable stand-ins for the 256 bytes, in the order of the bytes. */
    private static List<String> byteAlphabet() {
        List<String> alphabet = new ArrayList<>();
        int next = 256;
        for (int b = 0; b < 256; b++) {
            boolean printable = b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE;
            alphabet.add(Character.toString(printable ? b : next++));
        }
        return alphabet;
    }
}
