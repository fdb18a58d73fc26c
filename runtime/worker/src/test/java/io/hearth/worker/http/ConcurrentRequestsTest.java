package io.hearth.worker.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many clients at once, through HTTP, against a cache too small for all of them: every answer that is not broken off is the
 * one that the request gets alone, and nothing stays behind.
 */
@Timeout(300)
class ConcurrentRequestsTest {
    private static final int REQUESTS = 32;

    /** Fourteen blocks of 16 tokens: one request of the longest kind and a little. */
    private static final int BLOCKS = 14;

    @TempDir
    Path folder;

    @Test
    void concurrentAnswersEqualSequentialOnes() throws Exception {
        run(1);
    }

    @Test
    @Tag("long")
    void concurrentAnswersEqualSequentialOnesAgainAndAgain() throws Exception {
        run(20);
    }

    private void run(int rounds) throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Path model = TinyModel.write(folder.resolve("model"), "qwen2", TinyModel.CHATML);
        try (RunningWorker worker = RunningWorker.start(model, BLOCKS, 100)) {
            for (int round = 0; round < rounds; round++) {
                round(worker, random, "seed " + seed + ", round " + round);
            }
            JsonNode health = worker.idleHealth();
            assertThat(health.get("blocks_in_use").asInt()).as("seed %d", seed).isZero();
            assertThat(health.get("preemptions").asInt())
                    .as("the cache is small on purpose")
                    .isPositive();
        }
    }

    /** How a client behaves. */
    private enum Manner {
        WHOLE,
        STREAM,
        LEAVES_WHOLE,
        LEAVES_STREAM
    }

    private record Ask(Map<String, Object> body, Manner manner) {}

    private record Answer(String text, String finishReason, int completionTokens) {}

    private static void round(RunningWorker worker, Random random, String where) throws Exception {
        List<Ask> asks = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("model", i % 2 == 0 ? "base" : "tuned");
            body.put("messages", List.of(Map.of("role", "user", "content", text(random))));
            body.put("max_tokens", 1 + random.nextInt(60));
            body.put("temperature", 0);
            Manner manner = i < 8 ? Manner.values()[2 + i % 2] : Manner.values()[random.nextInt(2)];
            asks.add(new Ask(body, manner));
        }
        List<Answer> alone = new ArrayList<>();
        for (Ask ask : asks) {
            alone.add(whole(worker.ask("/v1/chat/completions", ask.body())));
        }
        List<Future<Answer>> together = new ArrayList<>();
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Ask ask : asks) {
                int pause = random.nextInt(60);
                together.add(clients.submit(() -> behave(worker, ask, pause)));
            }
        }
        for (int i = 0; i < asks.size(); i++) {
            Answer answer = together.get(i).get();
            if (answer != null) {
                assertThat(answer)
                        .as("%s, request %d %s", where, i, asks.get(i))
                        .isEqualTo(alone.get(i));
            } else {
                assertThat(asks.get(i).manner()).as(where).isIn(Manner.LEAVES_WHOLE, Manner.LEAVES_STREAM);
            }
        }
        assertThat(worker.idleHealth().get("blocks_in_use").asInt()).as(where).isZero();
    }

    /** The answer, or null if the client left before it was complete. */
    private static Answer behave(RunningWorker worker, Ask ask, int pause) throws Exception {
        Thread.sleep(pause);
        return switch (ask.manner()) {
            case WHOLE -> whole(worker.ask("/v1/chat/completions", ask.body()));
            case STREAM -> streamed(worker, ask.body(), Integer.MAX_VALUE);
            case LEAVES_STREAM -> streamed(worker, ask.body(), pause % 7);
            case LEAVES_WHOLE -> {
                CompletableFuture<HttpResponse<String>> sent = worker.client()
                        .sendAsync(
                                worker.request(
                                        "/v1/chat/completions", RunningWorker.JSON.writeValueAsString(ask.body())),
                                BodyHandlers.ofString());
                Thread.sleep(Duration.ofMillis(pause));
                sent.cancel(true);
                yield null;
            }
        };
    }

    private static Answer whole(JsonNode answer) {
        JsonNode choice = answer.get("choices").get(0);
        return new Answer(
                choice.get("message").get("content").asText(),
                choice.get("finish_reason").asText(),
                answer.get("usage").get("completion_tokens").asInt());
    }

    /** Reads at most some events, then closes the connection. */
    private static Answer streamed(RunningWorker worker, Map<String, Object> ask, int mostEvents)
            throws IOException, InterruptedException {
        Map<String, Object> body = new LinkedHashMap<>(ask);
        body.put("stream", true);
        body.put("stream_options", Map.of("include_usage", true));
        HttpResponse<InputStream> response = worker.client()
                .send(
                        worker.request("/v1/chat/completions", RunningWorker.JSON.writeValueAsString(body)),
                        BodyHandlers.ofInputStream());
        assertThat(response.statusCode()).isEqualTo(200);
        StringBuilder text = new StringBuilder();
        String finishReason = null;
        int tokens = -1;
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            int events = 0;
            for (String line = lines.readLine(); events < mostEvents; line = lines.readLine()) {
                if (line.equals("data: [DONE]")) {
                    return new Answer(text.toString(), finishReason, tokens);
                }
                if (line.isEmpty()) {
                    continue;
                }
                events++;
                JsonNode event = RunningWorker.JSON.readTree(line.substring("data: ".length()));
                for (JsonNode choice : event.get("choices")) {
                    text.append(choice.get("delta").path("content").asText());
                    finishReason = choice.get("finish_reason").isNull()
                            ? finishReason
                            : choice.get("finish_reason").asText();
                }
                tokens = event.path("usage").path("completion_tokens").asInt(tokens);
            }
        }
        return null;
    }

    private static String text(Random random) {
        return random.ints(1 + random.nextInt(100), ' ', '~')
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
