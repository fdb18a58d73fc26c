package io.hearth.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the small files beside {@code tokenizer.json} say.
 *
 * @param specialTokens {@code bos_token}, {@code eos_token}, {@code pad_token}, {@code unk_token} and the like, by name
 * @param chatTemplate the default chat template
 */
record TokenizerConfig(Map<String, String> specialTokens, Optional<String> chatTemplate) {

    /** Reads {@code tokenizer_config.json}, {@code special_tokens_map.json} and {@code chat_template.jinja}. */
    static TokenizerConfig read(Path folder) {
        Map<String, String> tokens = new LinkedHashMap<>();
        Optional<String> template = Optional.empty();
        Path map = folder.resolve("special_tokens_map.json");
        if (Files.exists(map)) {
            addTokens(JsonText.object(map), tokens);
        }
        Path config = folder.resolve("tokenizer_config.json");
        if (Files.exists(config)) {
            JsonNode node = JsonText.object(config);
            addTokens(node, tokens);
            template = template(node.path("chat_template"));
        }
        Path file = folder.resolve("chat_template.jinja");
        Path json = folder.resolve("chat_template.json");
        if (Files.exists(file)) {
            template = Optional.of(text(file));
        } else if (template.isEmpty() && Files.exists(json)) {
            template = template(JsonText.object(json).path("chat_template"));
        }
        return new TokenizerConfig(Map.copyOf(tokens), template);
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new TextException("The file " + file + " cannot be read as UTF-8 text: " + e.getMessage(), e);
        }
    }

    private static void addTokens(JsonNode node, Map<String, String> tokens) {
        node.properties().forEach(property -> {
            if (property.getKey().endsWith("_token")) {
                JsonNode value = property.getValue();
                JsonNode content = value.isObject() ? value.path("content") : value;
                if (content.isTextual()) {
                    tokens.put(property.getKey(), content.textValue());
                } else if (value.isNull()) {
                    tokens.remove(property.getKey());
                }
            }
        });
    }

    /** One template, or a list of {@code {name, template}} of which "default" counts. */
    private static Optional<String> template(JsonNode node) {
        if (node.isTextual()) {
            return Optional.of(node.textValue());
        }
        for (JsonNode entry : node) {
            if (entry.path("name").asText().equals("default")
                    && entry.path("template").isTextual()) {
                return Optional.of(entry.path("template").textValue());
            }
        }
        return Optional.empty();
    }
}
