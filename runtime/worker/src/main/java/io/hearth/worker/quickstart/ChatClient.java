package io.hearth.worker.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hearth.worker.process.Json;
import io.hearth.worker.process.UsageException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Asks a served model questions through its HTTP API, several at a time, greedily. */
final class ChatClient implements AutoCloseable {
    private static final int IN_FLIGHT = 32;
    private static final int MOST_TOKENS = 64;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final URI completions;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();

    /** @param url base address of the server */
    ChatClient(String url) {
        this.completions = URI.create(url + "/v1/chat/completions");
    }

    /** The model's answers, in the order of the questions. */
    List<String> ask(String model, List<String> questions) throws InterruptedException {
        try (ExecutorService threads =
                Executors.newFixedThreadPool(IN_FLIGHT, Thread.ofVirtual().factory())) {
            List<Future<String>> asked = questions.stream()
                    .map(question -> threads.submit(() -> ask(model, question)))
                    .toList();
            List<String> answers = new ArrayList<>();
            for (Future<String> answer : asked) {
                answers.add(answer.get());
            }
            return answers;
        } catch (ExecutionException e) {
            throw new UsageException(
                    "The server did not answer a question: " + e.getCause().getMessage(), e.getCause());
        }
    }

    private String ask(String model, String question) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(completions)
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body(model, question).toString()))
                .build();
        HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
        JsonNode answer = Json.MAPPER.readTree(response.body());
        if (response.statusCode() != 200) {
            throw new IOException(answer.path("error").path("message").asText());
        }
        return answer.path("choices").path(0).path("message").path("content").asText();
    }

    /** The request that is sent, also the one that a person can paste. */
    static ObjectNode body(String model, String question) {
        ObjectNode body = Json.MAPPER.createObjectNode();
        body.put("model", model);
        body.putArray("messages").addObject().put("role", "user").put("content", question);
        body.put("temperature", 0).put("max_tokens", MOST_TOKENS);
        return body;
    }

    @Override
    public void close() {
        client.close();
    }
}
