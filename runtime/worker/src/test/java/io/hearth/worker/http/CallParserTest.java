package io.hearth.worker.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.worker.http.CompletionCall.Tokens;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CallParserTest {
    private static final String RICH = """
            {"model": "base", "temperature": 0.7, "top_p": 0.9, "top_k": -1, "min_p": 0.05, "seed": -4,
             "max_tokens": 5, "max_completion_tokens": 7, "stop": ["END", "\\n\\n"], "stream": true,
             "stream_options": {"include_usage": true}, "tools": [{"type": "function", "function": {"name": "f",
             "parameters": {"type": "object"}}}], "tool_choice": "auto", "response_format": {"type": "text"},
             "chat_template_kwargs": {"enable_thinking": false}, "user": "someone",
             "messages": [
               {"role": "developer", "content": "Be short."},
               {"role": "user", "content": [{"type": "text", "text": "你"}, {"type": "text", "text": "好"}]},
               {"role": "assistant", "content": null, "tool_calls": [{"id": "1", "type": "function",
                "function": {"name": "f", "arguments": "{}"}}]},
               {"role": "tool", "tool_call_id": "1", "content": "ok"}]}""";

    @Test
    void readsAChatWithEverything() {
        ChatCall call = CallParser.chat(bytes(RICH));

        CallOptions options = call.options();
        assertThat(options.model()).isEqualTo("base");
        assertThat(options.maxTokens()).as("the newer name wins").isEqualTo(7);
        assertThat(options.sampling().temperature()).isEqualTo(0.7f);
        assertThat(options.sampling().topP()).isEqualTo(0.9f);
        assertThat(options.sampling().topK()).isZero();
        assertThat(options.sampling().minP()).isEqualTo(0.05f);
        assertThat(options.sampling().seed()).isEqualTo(-4);
        assertThat(options.stop()).containsExactly("END", "\n\n");
        assertThat(options.stream()).isTrue();
        assertThat(options.includeUsage()).isTrue();
        assertThat(call.messages())
                .extracting(m -> m.get("role"))
                .containsExactly("system", "user", "assistant", "tool");
        assertThat(call.messages()).extracting(m -> m.get("content")).containsExactly("Be short.", "你好", "", "ok");
        assertThat(call.messages().get(2).get("tool_calls")).isInstanceOf(List.class);
        assertThat(call.tools()).hasSize(1);
        assertThat(call.templateVariables()).isEqualTo(Map.of("enable_thinking", false));
    }

    @Test
    void fillsInWhatIsNotSaid() {
        ChatCall chat = CallParser.chat(bytes("""
                {"model": "m", "messages": [{"role": "user", "content": ""}]}"""));
        CompletionCall completion = CallParser.completion(bytes("""
                {"model": "m", "prompt": [[1, 2], [3]]}"""));

        assertThat(chat.options().maxTokens()).isNull();
        assertThat(chat.options().sampling().temperature()).isEqualTo(1);
        assertThat(chat.options().sampling().topP()).isEqualTo(1);
        assertThat(chat.options().stream()).isFalse();
        assertThat(chat.tools()).isNull();
        assertThat(completion.options().maxTokens()).isEqualTo(16);
        assertThat(completion.prompts())
                .extracting(prompt -> ((Tokens) prompt).ids())
                .containsExactly(new int[] {1, 2}, new int[] {3});
    }

    @Test
    void requestsWithoutASeedDiffer() {
        byte[] body = bytes("""
                {"model": "m", "prompt": "a"}""");

        assertThat(CallParser.completion(body).options().sampling().seed())
                .isNotEqualTo(CallParser.completion(body).options().sampling().seed());
    }

    /** Whatever comes in, it is a call or a sentence for the client. */
    @Test
    void survivesMutatedRequests() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] original = bytes(RICH);
        int accepted = 0;
        for (int round = 0; round < 20_000; round++) {
            byte[] body = mutated(original, random);
            accepted += parses(body, "seed " + seed + ", round " + round) ? 1 : 0;
        }
        assertThat(accepted).as("some mutations do no harm").isBetween(1, 19_999);
    }

    private static byte[] mutated(byte[] original, Random random) {
        byte[] body = original.clone();
        for (int change = random.nextInt(4); change >= 0; change--) {
            int at = random.nextInt(body.length);
            int length = Math.min(random.nextInt(30), body.length - at);
            switch (random.nextInt(6)) {
                case 0 -> body[at] = (byte) random.nextInt(256);
                case 1 -> body[at] = (byte) "{}[]\",:0-9.eEntf\\u".charAt(random.nextInt(18));
                case 2 -> body = Arrays.copyOf(body, Math.max(1, at));
                case 3 -> body = spliced(body, at, at + length, new byte[0]);
                case 4 -> body = spliced(body, at, at, Arrays.copyOfRange(body, at, at + length));
                default -> body = spliced(body, at, at + length, bytes(PIECES.get(random.nextInt(PIECES.size()))));
            }
        }
        return body;
    }

    private static final List<String> PIECES = List.of(
            "null",
            "true",
            "-1",
            "1e400",
            "-0.0",
            "99999999999999999999",
            "\"\\ud800\"",
            "[[[[",
            "{}",
            "[]",
            "\"\"",
            "NaN",
            "\u0000",
            "\"role\":5,",
            "\"content\":{},");

    private static byte[] spliced(byte[] body, int from, int to, byte[] piece) {
        byte[] result = new byte[Math.max(1, body.length - (to - from) + piece.length)];
        System.arraycopy(body, 0, result, 0, from);
        System.arraycopy(piece, 0, result, from, piece.length);
        System.arraycopy(body, to, result, from + piece.length, body.length - to);
        return result;
    }

    private static boolean parses(byte[] body, String where) {
        boolean good = true;
        for (boolean chat : new boolean[] {true, false}) {
            try {
                if (chat) {
                    CallParser.chat(body);
                } else {
                    CallParser.completion(body);
                }
            } catch (ApiException e) {
                good &= !chat;
                assertThat(e.status()).as(where).isEqualTo(400);
                assertThat(e.getMessage()).as(where).endsWith(".").doesNotContain("com.fasterxml");
            } catch (RuntimeException | Error e) {
                throw new AssertionError(where + ": " + new String(body, StandardCharsets.UTF_8), e);
            }
        }
        return good;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
