package io.hearth.worker.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.hearth.contract.Event;
import io.hearth.text.Tokenizer;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The answers of a worker with a real model. */
@Timeout(120)
class ServeWorkerTest {
    @TempDir
    static Path folder;

    private static RunningWorker worker;

    @BeforeAll
    static void start() throws Exception {
        worker = RunningWorker.start(TinyModel.write(folder.resolve("model"), "qwen2", TinyModel.CHATML), 64, 100);
    }

    @AfterAll
    static void stop() {
        worker.close();
    }

    @Test
    void tellsWhenItIsReady() {
        assertThat(worker.events).hasAtLeastOneElementOfType(Event.Phase.class);
        assertThat(worker.events.getLast()).isEqualTo(new Event.Ready(worker.url(""), List.of("base", "tuned")));
    }

    @Test
    void listsModels() throws Exception {
        JsonNode list = RunningWorker.JSON.readTree(worker.get("/v1/models").body());
        assertThat(list.get("object").asText()).isEqualTo("list");
        assertThat(list.get("data")).extracting(m -> m.get("id").asText()).containsExactly("base", "tuned");

        JsonNode tuned =
                RunningWorker.JSON.readTree(worker.get("/v1/models/tuned").body());
        assertThat(tuned.get("parent").asText()).isEqualTo("base");
        assertThat(tuned.get("created").asLong()).isPositive();
        assertThat(worker.get("/v1/models/none").statusCode()).isEqualTo(404);
    }

    @Test
    void answersAChat() throws Exception {
        JsonNode answer = worker.ask("/v1/chat/completions", chat("base", "Hello", 12));

        assertThat(answer.get("object").asText()).isEqualTo("chat.completion");
        assertThat(answer.get("id").asText()).startsWith("chatcmpl-");
        assertThat(answer.get("model").asText()).isEqualTo("base");
        JsonNode choice = answer.get("choices").get(0);
        assertThat(choice.get("message").get("role").asText()).isEqualTo("assistant");
        assertThat(choice.get("message").get("content").asText()).isNotEmpty();
        // <|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n
        assertThat(answer.get("usage").get("prompt_tokens").asInt()).isEqualTo(1 + 5 + 5 + 1 + 1 + 1 + 10);
        int made = answer.get("usage").get("completion_tokens").asInt();
        assertThat(choice.get("finish_reason").asText()).isEqualTo(made == 12 ? "length" : "stop");
        assertThat(answer.get("usage").get("total_tokens").asInt()).isEqualTo(24 + made);
    }

    /** The reference implementation's own tokens, for the base and with the adapter. */
    @Test
    void baseAndAdapterGiveTheReferencesAnswers() throws Exception {
        JsonNode base = golden("qwen2").get("greedy");
        JsonNode tuned = golden("lora_qwen2").get("merged").get("greedy_after");
        assertThat(base.get("generated_ids")).isNotEqualTo(tuned.get("generated_ids"));

        assertThat(completed("base", base)).isEqualTo(text(base.get("generated_ids")));
        assertThat(completed("tuned", tuned)).isEqualTo(text(tuned.get("generated_ids")));
    }

    private static JsonNode golden(String name) throws Exception {
        return RunningWorker.JSON.readTree(
                TinyModel.golden(name).resolve("golden.json").toFile());
    }

    private static String completed(String model, JsonNode greedy) throws Exception {
        JsonNode answer = worker.ask(
                "/v1/completions",
                Map.of("model", model, "prompt", greedy.get("prompt_ids"), "temperature", 0, "max_tokens", 16));
        return answer.get("choices").get(0).get("text").asText();
    }

    private static String text(JsonNode ids) {
        int[] tokens = new int[ids.size()];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = ids.get(i).asInt();
        }
        try (Tokenizer tokenizer = Tokenizer.load(folder.resolve("model"))) {
            return tokenizer.decode(tokens, true);
        }
    }

    @Test
    void aStreamCarriesTheSameTextInExactFrames() throws Exception {
        String whole = content(worker.ask("/v1/chat/completions", chat("tuned", "Stream this", 40)));
        String body = RunningWorker.JSON.writeValueAsString(Map.of(
                "model",
                "tuned",
                "messages",
                List.of(Map.of("role", "user", "content", "Stream this")),
                "max_tokens",
                40,
                "temperature",
                0,
                "stream",
                true,
                "stream_options",
                Map.of("include_usage", true)));
        HttpResponse<String> response = worker.post("/v1/chat/completions", body);

        assertThat(response.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/event-stream");
        String[] frames = response.body().split("\n\n", -1);
        assertThat(frames[frames.length - 1])
                .as("every frame ends with an empty line")
                .isEmpty();
        assertThat(frames[frames.length - 2]).isEqualTo("data: [DONE]");
        JsonNode usage = event(frames[frames.length - 3]);
        assertThat(usage.get("choices")).isEmpty();
        assertThat(usage.get("usage").get("completion_tokens").asInt()).isBetween(1, 40);
        JsonNode last = event(frames[frames.length - 4]);
        assertThat(last.get("choices").get(0).get("finish_reason").asText()).isIn("stop", "length");
        JsonNode first = event(frames[0]);
        assertThat(first.get("object").asText()).isEqualTo("chat.completion.chunk");
        assertThat(first.get("choices").get(0).get("delta").get("role").asText())
                .isEqualTo("assistant");
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < frames.length - 3; i++) {
            JsonNode choice = event(frames[i]).get("choices").get(0);
            text.append(choice.get("delta").path("content").asText());
            assertThat(choice.get("finish_reason").isNull()).isEqualTo(i < frames.length - 4);
        }
        assertThat(text.toString()).isEqualTo(whole);
    }

    @Test
    void completesStringsListsAndTokens() throws Exception {
        JsonNode one = worker.ask("/v1/completions", Map.of("model", "base", "prompt", "abc", "temperature", 0));
        assertThat(one.get("object").asText()).isEqualTo("text_completion");
        assertThat(one.get("usage").get("prompt_tokens").asInt()).isEqualTo(3);
        assertThat(one.get("usage").get("completion_tokens").asInt()).isLessThanOrEqualTo(16);

        JsonNode two = worker.ask(
                "/v1/completions", Map.of("model", "base", "prompt", List.of("xyz", "abc"), "temperature", 0));
        assertThat(two.get("choices")).hasSize(2);
        assertThat(two.get("choices").get(1).get("index").asInt()).isEqualTo(1);
        assertThat(two.get("choices").get(1).get("text"))
                .isEqualTo(one.get("choices").get(0).get("text"));

        // The ids of a, b and c in the tokenizer: after three special tokens, space, line feed and the characters from
        // !.
        List<Integer> ids = List.of(5 + 'a' - '!', 5 + 'b' - '!', 5 + 'c' - '!');
        JsonNode tokens = worker.ask("/v1/completions", Map.of("model", "base", "prompt", ids, "temperature", 0));
        assertThat(tokens.get("choices").get(0).get("text"))
                .isEqualTo(one.get("choices").get(0).get("text"));
    }

    @Test
    void aSeedRepeatsASampledAnswer() throws Exception {
        Map<String, Object> ask = Map.of(
                "model", "base", "prompt", "abc", "temperature", 1.5, "top_p", 0.95, "seed", 11, "max_tokens", 30);
        String first = worker.ask("/v1/completions", ask).get("choices").toString();

        assertThat(worker.ask("/v1/completions", ask).get("choices").toString()).isEqualTo(first);
        Map<String, Object> otherSeed = new java.util.HashMap<>(ask);
        otherSeed.put("seed", 12);
        assertThat(worker.ask("/v1/completions", otherSeed).get("choices").toString())
                .isNotEqualTo(first);
    }

    @Test
    void stopStringsCutTheAnswer() throws Exception {
        String whole = content(worker.ask("/v1/chat/completions", chat("base", "Stop here", 40)));
        String stop = whole.substring(whole.length() / 2, whole.length() / 2 + 2);
        Map<String, Object> ask = new java.util.HashMap<>(chat("base", "Stop here", 40));
        ask.put("stop", List.of("never in there", stop));
        JsonNode answer = worker.ask("/v1/chat/completions", ask);

        assertThat(content(answer)).isEqualTo(whole.substring(0, whole.indexOf(stop)));
        assertThat(answer.get("choices").get(0).get("finish_reason").asText()).isEqualTo("stop");
    }

    @Test
    void toolsReachTheTemplate() throws Exception {
        Map<String, Object> ask = new java.util.HashMap<>(chat("base", "Hi", 2));
        int plain = worker.ask("/v1/chat/completions", ask)
                .get("usage")
                .get("prompt_tokens")
                .asInt();
        ask.put("tools", List.of(Map.of("type", "function", "function", Map.of("name", "f"))));
        int withTools = worker.ask("/v1/chat/completions", ask)
                .get("usage")
                .get("prompt_tokens")
                .asInt();
        ask.put("tool_choice", "none");

        assertThat(withTools).isEqualTo(plain + "[1 tools]".length());
        assertThat(worker.ask("/v1/chat/completions", ask)
                        .get("usage")
                        .get("prompt_tokens")
                        .asInt())
                .isEqualTo(plain);
    }

    static Map<String, Object> chat(String model, String question, int maxTokens) {
        return Map.of(
                "model",
                model,
                "messages",
                List.of(Map.of("role", "user", "content", question)),
                "max_tokens",
                maxTokens,
                "temperature",
                0);
    }

    static String content(JsonNode answer) {
        return answer.get("choices").get(0).get("message").get("content").asText();
    }

    private static JsonNode event(String frame) throws Exception {
        assertThat(frame).startsWith("data: {").doesNotContain("\n");
        return RunningWorker.JSON.readTree(frame.substring("data: ".length()));
    }
}
