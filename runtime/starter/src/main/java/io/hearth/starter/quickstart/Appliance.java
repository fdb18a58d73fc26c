package io.hearth.starter.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;

/** An appliance, by its API. It is the one that wrote {@code control-plane.json}: its certificate must have that fingerprint. */
final class Appliance implements AutoCloseable {
    static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final String url;
    private final String authority;
    private final HttpClient client;
    private String token;

    private Appliance(String url, String authority, HttpClient client) {
        this.url = url;
        this.authority = authority;
        this.client = client;
    }

    /** The appliance of this home. */
    static Appliance of(Path home) {
        try {
            JsonNode where = JSON.readTree(home.resolve("control-plane.json").toFile());
            HttpClient client = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .sslContext(new PinnedCertificate(where.path("fingerprint").asText()).context())
                    .connectTimeout(PATIENCE)
                    .build();
            return new Appliance(
                    where.path("url").asText(), where.path("authority").asText(), client);
        } catch (IOException e) {
            throw new QuickstartException("No appliance is running in " + home + ".", e);
        }
    }

    String url() {
        return url;
    }

    /** File with the certificate of the authority that has signed the server's. */
    String authority() {
        return authority;
    }

    /** Sends this token with every request from now on. */
    void signIn(String secret) {
        token = secret;
    }

    JsonNode get(String path) throws InterruptedException {
        return answer(send(request(path, token).GET().build()));
    }

    JsonNode post(String path, Map<String, ?> body) throws InterruptedException {
        return answer(send(request(path, token)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(text(body)))
                .build()));
    }

    /** Sends a file in chunks; returns the id of the upload. */
    String upload(Path file) throws InterruptedException {
        try {
            byte[] content = Files.readAllBytes(file);
            JsonNode upload =
                    post("/api/v1/uploads", Map.of("name", file.getFileName().toString(), "size", content.length));
            String path = "/api/v1/uploads/" + upload.path("id").asText();
            int chunk = upload.path("chunkSize").asInt(1 << 20);
            for (int offset = 0; offset < content.length; offset += chunk) {
                int length = Math.min(chunk, content.length - offset);
                answer(send(request(path + "?offset=" + offset, token)
                        .header("Content-Type", "application/octet-stream")
                        .PUT(BodyPublishers.ofByteArray(content, offset, length))
                        .build()));
            }
            return upload.path("id").asText();
        } catch (IOException e) {
            throw new QuickstartException("The file " + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** Asks a model through the gateway and hands over the text as it comes. */
    String ask(String key, String model, String question, java.util.function.Consumer<String> text)
            throws InterruptedException {
        HttpRequest request = request("/v1/chat/completions", key)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(text(Map.of(
                        "model",
                        model,
                        "messages",
                        new Object[] {Map.of("role", "user", "content", question)},
                        "temperature",
                        0,
                        "max_tokens",
                        64,
                        "stream",
                        true))))
                .build();
        try {
            HttpResponse<Stream<String>> response = client.send(request, BodyHandlers.ofLines());
            try (Stream<String> lines = response.body()) {
                if (response.statusCode() != 200) {
                    throw refused(response.statusCode(), String.join("\n", lines.toList()));
                }
                StringBuilder all = new StringBuilder();
                lines.filter(line -> line.startsWith("data: {"))
                        .map(line -> delta(line.substring("data: ".length())))
                        .forEach(delta -> {
                            all.append(delta);
                            text.accept(delta);
                        });
                return all.toString();
            }
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    private static String delta(String event) {
        try {
            return JSON.readTree(event)
                    .path("choices")
                    .path(0)
                    .path("delta")
                    .path("content")
                    .asText("");
        } catch (IOException e) {
            throw new QuickstartException("The gateway has sent something that is not JSON.", e);
        }
    }

    private HttpRequest.Builder request(String path, String secret) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(url + path)).timeout(PATIENCE);
        return secret == null ? request : request.header("Authorization", "Bearer " + secret);
    }

    private HttpResponse<String> send(HttpRequest request) throws InterruptedException {
        try {
            return client.send(request, BodyHandlers.ofString());
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    private QuickstartException unreachable(IOException e) {
        return new QuickstartException("The control plane does not answer: " + e.getMessage(), e);
    }

    private static JsonNode answer(HttpResponse<String> response) {
        if (response.statusCode() / 100 != 2) {
            throw refused(response.statusCode(), response.body());
        }
        try {
            return JSON.readTree(response.body());
        } catch (IOException e) {
            throw new QuickstartException("The control plane has answered with something that is not JSON.", e);
        }
    }

    /** The sentence of a problem, of the control plane's or of the gateway's kind. */
    private static QuickstartException refused(int status, String body) {
        String reason = body;
        try {
            JsonNode problem = JSON.readTree(body);
            reason = Stream.of(
                            problem.path("detail"),
                            problem.path("title"),
                            problem.path("error").path("message"))
                    .map(JsonNode::asText)
                    .filter(sentence -> !sentence.isEmpty())
                    .findFirst()
                    .orElse(body);
        } catch (IOException notJson) {
            reason = body;
        }
        return new QuickstartException("HTTP " + status + ": " + reason);
    }

    private static String text(Map<String, ?> body) {
        try {
            return JSON.writeValueAsString(body);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
