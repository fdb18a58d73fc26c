package io.hearth.worker.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.hearth.contract.Deployment;
import io.hearth.contract.Deployment.NamedDirectory;
import io.hearth.contract.Event;
import io.hearth.device.Device;
import io.hearth.device.Devices;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A worker that serves {@link TinyModel} with an adapter on a free port, and a client for it. */
final class RunningWorker implements AutoCloseable {
    static final ObjectMapper JSON = new ObjectMapper();
    static final int BLOCK_SIZE = 16;

    final List<Event> events = Collections.synchronizedList(new ArrayList<>());
    final ServeWorker worker;
    private final Device device;
    private final HttpClient client = HttpClient.newHttpClient();

    private RunningWorker(Device device, Deployment deployment, String token) {
        this.device = device;
        this.worker = ServeWorker.start(
                deployment, Path.of("."), device, events::add, BLOCK_SIZE, Duration.ofSeconds(20), token);
    }

    static RunningWorker start(Deployment deployment, String token) {
        Device device = Devices.open("cpu:0");
        try {
            return new RunningWorker(device, deployment, token);
        } catch (RuntimeException | Error e) {
            device.close();
            throw e;
        }
    }

    /**
     * @param blocks blocks of the cache, of 16 tokens each
     * @param maxQueue most requests that wait
     */
    static RunningWorker start(Path model, int blocks, int maxQueue) {
        return start(deployment(model, blocks, maxQueue), null);
    }

    static Deployment deployment(Path model, int blocks, int maxQueue) {
        // Two layers of two heads with 16 dimensions, keys and values of four bytes.
        long cacheBytes = blocks * BLOCK_SIZE * 2L * 2 * 32 * 4;
        return new Deployment(
                "test",
                new NamedDirectory("base", model.toString()),
                List.of(new NamedDirectory(
                        "tuned", TinyModel.adapter("adapter_final").toString())),
                null,
                null,
                null,
                "f32",
                200,
                8,
                64,
                cacheBytes,
                maxQueue);
    }

    String url(String path) {
        return "http://127.0.0.1:" + worker.port() + path;
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(URI.create(url(path))).build(), BodyHandlers.ofString());
    }

    HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        return client.send(request(path, body), BodyHandlers.ofString());
    }

    JsonNode ask(String path, Object body) throws IOException, InterruptedException {
        HttpResponse<String> response = post(path, JSON.writeValueAsString(body));
        if (response.statusCode() != 200) {
            throw new AssertionError(response.statusCode() + " " + response.body());
        }
        return JSON.readTree(response.body());
    }

    HttpRequest request(String path, String body) {
        return HttpRequest.newBuilder(URI.create(url(path)))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build();
    }

    HttpClient client() {
        return client;
    }

    JsonNode health() throws IOException, InterruptedException {
        return JSON.readTree(get("/health").body());
    }

    /** Waits until no request is left. */
    JsonNode idleHealth() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (true) {
            JsonNode health = health();
            boolean idle = health.get("running").asInt() + health.get("waiting").asInt() == 0;
            if (idle || System.nanoTime() > deadline) {
                return health;
            }
            Thread.sleep(5);
        }
    }

    @Override
    public void close() {
        client.close();
        worker.close();
        device.close();
    }
}
