package io.hearth.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerTest {
    @TempDir
    Path folder;

    @Test
    void roundTripsEveryScript() throws Exception {
        try (Tokenizer tokenizer = Tokenizer.load(TestTokenizers.write(folder, null))) {
            String text = "hello world\n\n泵的扭矩是 45 N·m 😀👨‍👩‍👧 é";
            assertThat(tokenizer.decode(tokenizer.encode(text), false)).isEqualTo(text);
            assertThat(tokenizer.encode("hello world")).hasSize(2);
            assertThat(tokenizer.encode("")).isEmpty();
        }
    }

    @Test
    void takesAnyString() throws Exception {
        try (Tokenizer tokenizer = Tokenizer.load(TestTokenizers.write(folder, null))) {
            String odd = "a\0b\uFFFF\uFDD0\u202E";
            assertThat(tokenizer.decode(tokenizer.encode(odd), false)).isEqualTo(odd);
            assertThat(tokenizer.decode(tokenizer.encode("a\uD83D b\uDE00"), false))
                    .isEqualTo("a\uFFFD b\uFFFD");
            assertThat(tokenizer.decode(new int[] {-1, 99999999, Integer.MAX_VALUE}, false))
                    .isEmpty();
        }
    }

    @Test
    void knowsItsTokens() throws Exception {
        try (Tokenizer tokenizer = Tokenizer.load(TestTokenizers.write(folder, "T"))) {
            int end = tokenizer.idOf("<|im_end|>").orElseThrow();
            assertThat(tokenizer.encode("a<|im_end|>b")).hasSize(3).contains(end);
            assertThat(tokenizer.eosId()).hasValue(end);
            assertThat(tokenizer.padToken()).contains("<|endoftext|>");
            assertThat(tokenizer.bosToken()).isEmpty();
            assertThat(tokenizer.vocabularySize()).isEqualTo(256 + 13 + 5);
            assertThat(tokenizer.idOf("no such token")).isEmpty();
            assertThat(tokenizer.chatTemplate()).contains("T");
            assertThat(tokenizer.specialTokens()).contains("<|im_start|>").doesNotContain("<think>");
            assertThat(tokenizer.decode(tokenizer.encode("a<|im_end|>b"), true)).isEqualTo("ab");
            assertThat(tokenizer.decode(tokenizer.encode("a<|im_end|>b"), false))
                    .isEqualTo("a<|im_end|>b");
        }
    }

    @Test
    void neverTruncates() throws Exception {
        try (Tokenizer tokenizer = Tokenizer.load(TestTokenizers.write(folder, null))) {
            assertThat(tokenizer.encode("x y ".repeat(2000))).hasSizeGreaterThan(4000);
        }
    }

    @Test
    void aDocumentBeginsWithTheTokenThatTheTokenizerPutsThere() throws Exception {
        TestTokenizers.write(folder, null);
        Path file = folder.resolve("tokenizer.json");
        String json = Files.readString(file);
        int from = json.indexOf("\"post_processor\":") + "\"post_processor\":".length();
        int to = json.indexOf("}", from) + 1;
        String template = "{\"type\":\"TemplateProcessing\",\"single\":[{\"SpecialToken\":{\"id\":\"<|endoftext|>\","
                + "\"type_id\":0}},{\"Sequence\":{\"id\":\"A\",\"type_id\":0}}],\"pair\":[],\"special_tokens\":"
                + "{\"<|endoftext|>\":{\"id\":\"<|endoftext|>\",\"ids\":[269],\"tokens\":[\"<|endoftext|>\"]}}}";
        Files.writeString(file, json.substring(0, from) + template + json.substring(to));
        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"bos_token\": \"<|endoftext|>\"}");
        try (Tokenizer tokenizer = Tokenizer.load(folder)) {
            assertThat(tokenizer.encode("hello")).hasSize(1);
            assertThat(tokenizer.encodeDocument("hello")).hasSize(2).startsWith(269);
        }
    }

    @Test
    void findsTemplatesWhereCheckpointsKeepThem() throws Exception {
        TestTokenizers.write(folder, null);
        Path config = folder.resolve("tokenizer_config.json");
        Files.writeString(
                config,
                "{\"chat_template\": [{\"name\": \"tool_use\", \"template\": \"X\"},"
                        + " {\"name\": \"default\", \"template\": \"D\"}]}");
        try (Tokenizer tokenizer = Tokenizer.load(folder)) {
            assertThat(tokenizer.chatTemplate()).contains("D");
        }
        Files.writeString(folder.resolve("chat_template.jinja"), "J");
        Files.writeString(
                folder.resolve("special_tokens_map.json"), "{\"bos_token\": {\"content\": \"<|im_start|>\"}}");
        try (Tokenizer tokenizer = Tokenizer.load(folder)) {
            assertThat(tokenizer.chatTemplate()).contains("J");
            assertThat(tokenizer.namedTokens()).isEqualTo(Map.of("bos_token", "<|im_start|>"));
        }
    }

    @Test
    void aMissingOrBrokenFileIsAClearSentence() throws Exception {
        assertThatThrownBy(() -> Tokenizer.load(folder))
                .isInstanceOf(TextException.class)
                .hasMessageContaining("has no tokenizer.json");
        TestTokenizers.write(folder, null);
        Path file = folder.resolve("tokenizer.json");
        String whole = Files.readString(file);
        for (String broken : new String[] {"", "[]", "{}", "no json", whole.substring(0, 300), "{\"model\": 3}"}) {
            Files.writeString(file, broken);
            assertThatThrownBy(() -> Tokenizer.load(folder))
                    .isInstanceOf(TextException.class)
                    .hasMessageContaining("copy it again");
        }
        Files.writeString(file, whole);
        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"eos_token\": ");
        assertThatThrownBy(() -> Tokenizer.load(folder))
                .isInstanceOf(TextException.class)
                .hasMessageContaining("tokenizer_config.json is not valid JSON");
    }

    @Test
    void corruptTokenizersNeverGiveAnythingButASentence() throws Exception {
        TestTokenizers.write(folder, null);
        Path file = folder.resolve("tokenizer.json");
        byte[] whole = Files.readAllBytes(file);
        long seed = 20250309;
        Random random = new Random(seed);
        for (int round = 0; round < 60; round++) {
            byte[] corrupt = whole.clone();
            for (int i = 0; i <= random.nextInt(4); i++) {
                corrupt[random.nextInt(corrupt.length)] = (byte) random.nextInt(256);
            }
            Files.write(file, corrupt);
            try (Tokenizer tokenizer = Tokenizer.load(folder)) {
                assertThat(tokenizer.encode("hello")).isNotNull();
            } catch (TextException e) {
                assertThat(e.getMessage())
                        .as("seed " + seed + " round " + round)
                        .isNotBlank();
            }
        }
    }
}
