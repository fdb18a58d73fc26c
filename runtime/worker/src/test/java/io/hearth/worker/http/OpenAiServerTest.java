package io.hearth.worker.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.hearth.engine.serve.EngineMetrics;
import io.hearth.worker.process.UsageException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The server's manners, with a model that a test can hold. */
@Timeout(60)
class OpenAiServerTest {
    private static final String STREAM = "{\"model\":\"scripted\",\"prompt\":\"a\",\"stream\":true,\"max_tokens\":%d}";

    private final HttpClient client = HttpClient.newHttpClient();
    private final List<AutoCloseable> resources = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable resource : resources.reversed()) {
            resource.close();
        }
    }

    @Test
    void streamsExactBytes() throws Exception {
        GatedModel model = model(4, 10);
        OpenAiServer server = serve(model, settings(null));
        model.open();
        try (RawClient raw = new RawClient(server.port())) {
            raw.post(
                    "/v1/chat/completions",
                    "{\"model\":\"scripted\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"stream\":true,"
                            + "\"max_tokens\":6,\"stream_options\":{\"include_usage\":true}}");
            String head = raw.readUntil("\r\n\r\n");
            assertThat(head)
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .containsIgnoringCase("content-type: text/event-stream; charset=utf-8\r\n")
                    .containsIgnoringCase("cache-control: no-cache\r\n");
            StringBuilder body = new StringBuilder();
            for (String chunk = raw.readChunk(); !chunk.isEmpty(); chunk = raw.readChunk()) {
                body.append(chunk);
            }
            String id = RunningWorker.JSON
                    .readTree(body.substring("data: ".length(), body.indexOf("\n\n")))
                    .get("id")
                    .asText();
            String created = RunningWorker.JSON
                    .readTree(body.substring("data: ".length(), body.indexOf("\n\n")))
                    .get("created")
                    .asText();
            String open = "data: {\"id\":\"" + id + "\",\"object\":\"chat.completion.chunk\",\"created\":" + created
                    + ",\"model\":\"scripted\",\"choices\":[";
            String choice = open + "{\"index\":0,\"delta\":%s,\"logprobs\":null,\"finish_reason\":%s}]}\n\n";
            StringBuilder expected = new StringBuilder();
            expected.append(choice.formatted("{\"role\":\"assistant\",\"content\":\"\"}", "null"));
            for (String word : List.of("Grüße", " aus", " 北京", "\\n", "\\\"quoted\\\"", " \\uD83D\\uDE42")) {
                expected.append(choice.formatted("{\"content\":\"" + word + "\"}", "null"));
            }
            expected.append(choice.formatted("{}", "\"length\""));
            expected.append(open)
                    .append("],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":6,")
                    .append("\"total_tokens\":7}}\n\n");
            expected.append("data: [DONE]\n\n");
            assertThat(body.toString()).isEqualTo(expected.toString());
        }
    }

    @Test
    void tokensAreSentAsTheyAreMade() throws Exception {
        GatedModel model = model(4, 10);
        OpenAiServer server = serve(model, settings(null));
        try (RawClient raw = new RawClient(server.port())) {
            raw.post("/v1/completions", STREAM.formatted(3));
            model.gate.release();
            raw.readUntil("Grüße");
            model.gate.release();
            raw.readUntil("aus");
            model.gate.release();
            assertThat(raw.readUntil("[DONE]\n\n")).contains("北京").contains("\"length\"");
        }
    }

    @Test
    void aClientThatLeavesAStreamFreesItsSlot() throws Exception {
        GatedModel model = model(4, 10);
        OpenAiServer server = serve(model, settings(null));
        try (RawClient raw = new RawClient(server.port())) {
            raw.post("/v1/completions", STREAM.formatted(90_000));
            model.gate.release();
            raw.readUntil("Grüße");
            assertThat(model.engine.metrics().blocksInUse()).isPositive();
        }
        goesOnUntil(model, () -> model.engine.metrics().finished() == 1);
        assertThat(model.engine.metrics().blocksInUse()).isZero();
        assertThat(model.engine.metrics().generatedTokens()).isLessThan(1_000);
    }

    @Test
    void aClientThatLeavesAWholeAnswerFreesItsSlot() throws Exception {
        GatedModel model = model(4, 10);
        OpenAiServer server = serve(model, settings(null));
        try (RawClient raw = new RawClient(server.port())) {
            raw.post("/v1/completions", "{\"model\":\"scripted\",\"prompt\":\"a\",\"max_tokens\":90000}");
            model.entered.acquire();
        }
        goesOnUntil(model, () -> model.engine.metrics().finished() == 1);
        assertThat(model.engine.metrics().generatedTokens()).isLessThan(1_000);
    }

    @Test
    void aClientThatLeavesTheQueueIsForgotten() throws Exception {
        GatedModel model = model(1, 10);
        OpenAiServer server = serve(model, settings(null));
        CompletableFuture<HttpResponse<String>> running = send(server, completion(90_000));
        model.entered.acquire();
        try (RawClient raw = new RawClient(server.port())) {
            raw.post("/v1/completions", STREAM.formatted(90_000));
            goesOnUntil(model, () -> {
                EngineMetrics metrics = model.engine.metrics();
                return metrics.running() == 1 && metrics.waiting() == 1;
            });
        }
        goesOnUntil(model, () -> model.engine.metrics().finished() == 1);

        assertThat(model.engine.metrics().waiting()).isZero();
        assertThat(model.engine.metrics().running()).isEqualTo(1);
        assertThat(running).isNotDone();
    }

    @Test
    void aFullQueueIs429WithRetryAfter() throws Exception {
        GatedModel model = model(1, 1);
        OpenAiServer server = serve(model, settings(null));
        CompletableFuture<HttpResponse<String>> running = send(server, completion(2));
        model.entered.acquire();
        CompletableFuture<HttpResponse<String>> waiting = send(server, completion(2));
        CompletableFuture<HttpResponse<String>> other = send(server, completion(2));
        HttpResponse<String> refused =
                (HttpResponse<String>) CompletableFuture.anyOf(waiting, other).get();

        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
        assertThat(error(refused).get("type").asText()).isEqualTo("rate_limit_error");
        assertThat(error(refused).get("message").asText()).contains("1 requests are waiting");
        model.open();
        assertThat(running.get().statusCode()).isEqualTo(200);
        assertThat(List.of(waiting.get().statusCode(), other.get().statusCode()))
                .containsExactlyInAnyOrder(200, 429);
    }

    @Test
    void aFaultIs500WithoutItsDetails() throws Exception {
        GatedModel model = model(4, 10);
        OpenAiServer server = serve(model, settings(null));
        model.open();
        HttpResponse<String> response =
                send(server, "{\"model\":\"scripted\",\"prompt\":\"fault\"}").get();

        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(error(response).get("type").asText()).isEqualTo("server_error");
        assertThat(response.body()).doesNotContain("secret").doesNotContain("Exception");
        assertThat(send(server, completion(2)).get().statusCode()).isEqualTo(200);
    }

    @Test
    void aFaultInTheMiddleOfAStreamIsAnEventOfItsOwn() throws Exception {
        GatedModel model = model(4, 10);
        OpenAiServer server = serve(model, settings(null));
        model.open();
        HttpResponse<String> response = send(server, "{\"model\":\"scripted\",\"prompt\":\"fault\",\"stream\":true}")
                .get();

        assertThat(response.statusCode()).isEqualTo(200);
        String[] frames = response.body().split("\n\n");
        assertThat(frames[frames.length - 1]).isEqualTo("data: [DONE]");
        assertThat(frames[frames.length - 2])
                .startsWith("data: {\"error\":{\"message\":")
                .doesNotContain("secret");
    }

    @Test
    void aStreamThatFailsBeforeItsFirstTokenHasTheStatusOfTheFault() throws Exception {
        GatedModel model = model(4, 10);
        OpenAiServer server = serve(model, settings(null));
        HttpResponse<String> unknown = send(server, "{\"model\":\"x\",\"prompt\":\"a\",\"stream\":true}")
                .get();
        assertThat(unknown.statusCode()).isEqualTo(404);
    }

    @Test
    void aStreamThatTheShutdownBreaksOffSaysSo() throws Exception {
        GatedModel model = model(4, 10);
        OpenAiServer server = serve(model, settings(null));
        CompletableFuture<HttpResponse<String>> response = send(server, STREAM.formatted(90_000));
        model.entered.acquire();
        CompletableFuture<Void> closing = CompletableFuture.runAsync(model.engine::close);
        goesOnUntil(model, closing::isDone);

        assertThat(response.get().body()).contains("shutting down");
    }

    @Test
    void loadingAndDrainingAre503() throws Exception {
        OpenAiServer server = resource(OpenAiServer.listen(settings(null)));
        assertThat(send(server, completion(1)).get().statusCode()).isEqualTo(503);
        HttpResponse<String> loading = send(server, null).get();
        assertThat(loading.statusCode()).isEqualTo(503);
        assertThat(loading.body()).contains("\"loading\"");

        GatedModel model = model(4, 10);
        model.open();
        server.serve(model.backend());
        assertThat(send(server, completion(1)).get().statusCode()).isEqualTo(200);
        assertThat(send(server, null).get().body()).contains("\"ok\"").contains("\"scripted\"");

        model.engine.close();
        HttpResponse<String> dead = send(server, null).get();
        assertThat(dead.statusCode()).isEqualTo(503);
        assertThat(dead.body()).contains("\"failed\"");

        server.drain();
        HttpResponse<String> draining = send(server, completion(1)).get();
        assertThat(draining.statusCode()).isEqualTo(503);
        assertThat(draining.headers().firstValue("Retry-After")).isPresent();
        assertThat(error(draining).get("message").asText()).contains("shutting down");
    }

    @Test
    void theTokenGuardsEverythingButHealth() throws Exception {
        GatedModel model = model(4, 10);
        model.open();
        OpenAiServer server = serve(model, settings("s3cret"));

        HttpResponse<String> refused = send(server, completion(1)).get();
        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(refused.headers().firstValue("WWW-Authenticate")).contains("Bearer");
        assertThat(refused.body()).doesNotContain("s3cret");
        for (String wrong : List.of("Bearer s3cre", "Bearer s3cret1", "Basic s3cret", "s3cret", "Bearer ")) {
            assertThat(withToken(server, wrong).statusCode()).as(wrong).isEqualTo(401);
        }
        assertThat(withToken(server, "Bearer s3cret").statusCode()).isEqualTo(200);
        HttpResponse<String> health = send(server, null).get();
        assertThat(health.statusCode()).isEqualTo(200);
        assertThat(health.body()).doesNotContain("s3cret");
    }

    @Test
    void aBodyThatDoesNotArriveIs408() throws Exception {
        GatedModel model = model(4, 10);
        ServerSettings hasty =
                new ServerSettings("127.0.0.1", 0, null, 1000, Duration.ofMillis(200), Duration.ofSeconds(60));
        OpenAiServer server = serve(model, hasty);
        try (RawClient raw = new RawClient(server.port())) {
            raw.send("POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                    + "Content-Length: 100\r\n\r\n{\"model\":");
            assertThat(raw.readAll()).startsWith("HTTP/1.1 408").contains("did not arrive within");
        }
    }

    @Test
    void aBodyWithoutEndIsCutOff() throws Exception {
        GatedModel model = model(4, 10);
        ServerSettings small =
                new ServerSettings("127.0.0.1", 0, null, 1000, Duration.ofSeconds(30), Duration.ofSeconds(60));
        OpenAiServer server = serve(model, small);
        try (RawClient raw = new RawClient(server.port())) {
            raw.send("POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n");
            String chunk = "400\r\n" + "x".repeat(0x400) + "\r\n";
            raw.send(chunk);
            assertThat(raw.readUntil("}}")).startsWith("HTTP/1.1 413");
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 100_000; i++) {
                            raw.send(chunk);
                        }
                    })
                    .isInstanceOf(java.io.IOException.class);
        }
    }

    @Test
    void aClientThatReadsNothingForTooLongIsSentAway() throws Exception {
        // Six megabytes: more than the buffers on the way hold. Fewer characters than are kept for a client.
        sendsAway(900, 1_000, Duration.ofMillis(1));
    }

    @Test
    void aClientThatFallsTooFarBehindIsSentAway() throws Exception {
        sendsAway(30_000, 1_000, Duration.ofHours(1));
    }

    private void sendsAway(int tokens, int repeats, Duration patience) throws Exception {
        GatedModel model = model(4, 10, repeats);
        model.open();
        ServerSettings settings = new ServerSettings("127.0.0.1", 0, null, 1 << 20, Duration.ofSeconds(30), patience);
        OpenAiServer server = serve(model, settings);
        try (RawClient deaf = new RawClient(server.port())) {
            deaf.post("/v1/completions", STREAM.formatted(tokens));
            assertThat(send(server, completion(20)).get().statusCode()).isEqualTo(200);
            waitFor(() -> model.engine.metrics().finished() == 2);
            assertThat(model.engine.metrics().blocksInUse()).isZero();
            Thread.sleep(Duration.ofMillis(500));
            assertThat(deaf.readToTheBitterEnd()).doesNotContain("[DONE]");
        }
    }

    /** The class's time limit is what this test is about. */
    @Test
    void aClientThatReadsNothingDoesNotKeepTheServerFromClosing() throws Exception {
        GatedModel model = model(4, 10, 1_000);
        model.open();
        ServerSettings patient =
                new ServerSettings("127.0.0.1", 0, null, 1 << 20, Duration.ofSeconds(30), Duration.ofHours(1));
        OpenAiServer server = serve(model, patient);
        try (RawClient deaf = new RawClient(server.port())) {
            deaf.post("/v1/completions", STREAM.formatted(900));
            waitFor(() -> model.engine.metrics().finished() == 1);
            server.close();
            assertThat(deaf.readToTheBitterEnd()).doesNotContain("[DONE]");
        }
    }

    @Test
    void anAddressThatIsTakenIsToldInASentence() throws Exception {
        OpenAiServer first = resource(OpenAiServer.listen(settings(null)));

        assertThatThrownBy(() -> OpenAiServer.listen(ServerSettings.of("127.0.0.1", first.port(), null)))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("cannot listen on 127.0.0.1 port " + first.port());
    }

    private GatedModel model(int maxSequences, int maxQueue) {
        return model(maxSequences, maxQueue, 1);
    }

    private GatedModel model(int maxSequences, int maxQueue, int repeats) {
        GatedModel model = new GatedModel(maxSequences, maxQueue, repeats);
        resources.add(() -> {
            model.open();
            model.engine.close();
        });
        return model;
    }

    private OpenAiServer serve(GatedModel model, ServerSettings settings) {
        OpenAiServer server = resource(OpenAiServer.listen(settings));
        server.serve(model.backend());
        return server;
    }

    private <T extends AutoCloseable> T resource(T resource) {
        resources.add(resource);
        return resource;
    }

    private static ServerSettings settings(String token) {
        return ServerSettings.of("127.0.0.1", 0, token);
    }

    private static String completion(int maxTokens) {
        return "{\"model\":\"scripted\",\"prompt\":\"a\",\"max_tokens\":" + maxTokens + "}";
    }

    /** A completion, or without a body a look at the health. */
    private CompletableFuture<HttpResponse<String>> send(OpenAiServer server, String body) {
        String path = body == null ? "/health" : "/v1/completions";
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
        if (body != null) {
            request.header("Content-Type", "application/json").POST(BodyPublishers.ofString(body));
        }
        return client.sendAsync(request.build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> withToken(OpenAiServer server, String authorization) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/v1/models"))
                        .header("Authorization", authorization)
                        .build(),
                BodyHandlers.ofString());
    }

    private static JsonNode error(HttpResponse<String> response) throws Exception {
        return RunningWorker.JSON.readTree(response.body()).get("error");
    }

    private static void goesOnUntil(GatedModel model, BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            model.gate.release();
            Thread.sleep(2);
        }
    }

    private static void waitFor(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            Thread.sleep(2);
        }
    }
}
