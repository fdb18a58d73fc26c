package io.hearth.worker.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.contract.Event;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a request has cost is told once, whatever becomes of it, before its answer is complete. */
@Timeout(60)
class UsageTest {
    private final GatedModel model = new GatedModel(4, 3, 1);
    private final OpenAiServer server = OpenAiServer.listen(ServerSettings.of("127.0.0.1", 0, null));
    private final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void close() {
        server.close();
        model.open();
        model.engine.close();
    }

    @Test
    void everyAnswerIsCountedBeforeItIsComplete() throws Exception {
        begin();
        for (int i = 1; i <= 20; i++) {
            boolean stream = i % 2 == 0;
            long start = System.nanoTime();
            HttpResponse<String> answer = send(
                            "{\"prompt\":\"a\",\"max_tokens\":" + i + ",\"stream\":" + stream + "}", "key:user:" + i)
                    .join();
            double elapsed = (System.nanoTime() - start) * 1e-9;

            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(model.usage).hasSize(i);
            Event.Usage usage = (Event.Usage) model.usage.getLast();
            assertThat(usage.tag()).isEqualTo("key:user:" + i);
            assertThat(usage.model()).isEqualTo("scripted");
            assertThat(usage.promptTokens()).isEqualTo(1);
            assertThat(usage.cachedTokens()).isZero();
            assertThat(usage.completionTokens()).isEqualTo(i);
            assertThat(usage.outcome()).isEqualTo("length");
            assertThat(usage.cardSeconds()).isPositive().isLessThan(usage.seconds());
            assertThat(usage.seconds()).isLessThan(elapsed);
        }
    }

    @Test
    void severalPromptsAreOneRequest() throws Exception {
        begin();
        assertThat(send("{\"prompt\":[\"a\",\"b\",\"c\"],\"max_tokens\":5}", null)
                        .join()
                        .statusCode())
                .isEqualTo(200);
        Event.Usage usage = only();
        assertThat(usage.tag()).isNull();
        assertThat(usage.promptTokens()).isEqualTo(3);
        assertThat(usage.completionTokens()).isEqualTo(15);
    }

    @Test
    void aFaultIsCountedWithAllItsPromptsBeforeTheErrorIsSent() throws Exception {
        begin();
        HttpResponse<String> answer =
                send("{\"prompt\":[\"fault\",\"a\"],\"max_tokens\":50}", "t").join();
        assertThat(answer.statusCode()).isEqualTo(500);
        Event.Usage usage = only();
        assertThat(usage.outcome()).isEqualTo("error");
        assertThat(usage.promptTokens()).isEqualTo(2);
        assertThat(usage.completionTokens()).isPositive();
    }

    @Test
    void aClientThatLeavesIsCounted() throws Exception {
        server.serve(model.backend());
        CompletableFuture<HttpResponse<String>> answer = send("{\"prompt\":\"a\",\"max_tokens\":900}", "t");
        model.entered.acquire();
        model.gate.release(3);
        model.entered.acquire(3);
        answer.cancel(true);
        while (model.usage.isEmpty()) {
            model.gate.release();
            Thread.sleep(2);
        }
        Event.Usage usage = only();
        assertThat(usage.outcome()).isEqualTo("cancelled");
        assertThat(usage.completionTokens()).isBetween(3, 899);
    }

    @Test
    void whatIsRefusedIsNotCounted() throws Exception {
        assertThat(send("{\"prompt\":\"a\"}", null).join().statusCode()).isEqualTo(503);
        server.serve(model.backend());
        assertThat(send("{\"prompt\":\"a\",\"max_tokens\":0}", null).join().statusCode())
                .isEqualTo(400);
        assertThat(send("{\"prompt\":[\"a\",\"b\",\"c\",\"d\"]}", null).join().statusCode())
                .isEqualTo(429);
        for (String tag : new String[] {"x".repeat(201), "tab\there"}) {
            HttpResponse<String> answer = send("{\"prompt\":\"a\"}", tag).join();
            assertThat(answer.statusCode()).isEqualTo(400);
        }
        assertThat(model.usage).isEmpty();
    }

    @Test
    void healthTellsWhenEveryStepFailsAndWhenOneSucceedsAgain() throws Exception {
        begin();
        for (int i = 0; i < 3; i++) {
            assertThat(health()).contains("\"status\":\"ok\"");
            assertThat(send("{\"prompt\":\"always\"}", null).join().statusCode())
                    .isEqualTo(500);
        }
        assertThat(health()).contains("\"status\":\"failed\"");
        assertThat(send("{\"prompt\":\"a\",\"max_tokens\":1}", null).join().statusCode())
                .isEqualTo(200);
        assertThat(health()).contains("\"status\":\"ok\"");
    }

    private void begin() {
        model.open();
        server.serve(model.backend());
    }

    private Event.Usage only() {
        assertThat(model.usage).hasSize(1);
        return (Event.Usage) model.usage.getFirst();
    }

    private String health() throws Exception {
        return client.send(HttpRequest.newBuilder(uri("/health")).build(), BodyHandlers.ofString())
                .body();
    }

    private CompletableFuture<HttpResponse<String>> send(String body, String tag) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri("/v1/completions"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"model\":\"scripted\"," + body.substring(1)));
        if (tag != null) {
            request.header("X-Hearth-Tag", tag);
        }
        return client.sendAsync(request.build(), BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.port() + path);
    }
}
