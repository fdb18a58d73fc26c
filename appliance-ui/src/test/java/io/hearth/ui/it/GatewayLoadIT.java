package io.hearth.ui.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.hearth.ui.core.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Many streams at the same time through gateway, agent and worker. What clients received is what was metered, to the token. The
 * long form also prints how much the way through gateway and agent adds to asking the worker directly.
 */
class GatewayLoadIT {
    private static final String MODEL = "starter";

    /** A request that the worker refuses at once: it takes the whole way there and back without a turn of the engine. */
    private static final String PROBE = "{\"model\":\"" + MODEL + "\",\"messages\":[]}";

    private record Direct(String url, String token) {}

    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong promptTokens = new AtomicLong();
    private final AtomicLong completionTokens = new AtomicLong();
    private final AtomicReference<Throwable> fault = new AtomicReference<>();

    @Test
    void manyStreamsAreAnsweredAndCounted() throws Exception {
        run("gateway-load", 40, Duration.ZERO, Duration.ofSeconds(3), false);
    }

    /** As many tokens as two processors can bring on their way: shows that nothing is lost when all of them are busy with it. */
    @Test
    @Tag("long")
    void twoHundredStreamsOfASmallModelForAMinute() throws Exception {
        run("gateway-flood", 200, Duration.ZERO, Duration.ofSeconds(60), false);
    }

    /** A model that takes as long as real ones. Before anything is measured, four Java processes compile themselves. */
    @Test
    @Tag("long")
    void twoHundredStreamsForAMinute() throws Exception {
        run("gateway-load-long", 200, Duration.ofSeconds(90), Duration.ofSeconds(60), true);
    }

    /** @param measure with the larger model, and how much gateway and agent add */
    private void run(String name, int streams, Duration before, Duration time, boolean measure) throws Exception {
        try (Appliance appliance = Appliance.ready(name)) {
            Path model =
                    measure ? RandomModel.write(appliance.home().resolve("import/random")) : Packages.starterModel();
            String deployment = deploy(appliance, model);
            String key = appliance
                    .api()
                    .post("/api/v1/keys", Map.of("name", "load"))
                    .good()
                    .path("key")
                    .asText();
            try (HttpClient client = HttpClient.newBuilder()
                    .sslContext(Api.trusting())
                    .version(HttpClient.Version.HTTP_1_1)
                    .build()) {
                URI chat = URI.create(appliance.url() + "/v1/chat/completions");
                load(client, chat, key, streams, before, time, measure ? direct(appliance) : null);
            }
            assertThat(fault.get()).isNull();
            assertThat(requests.get()).isGreaterThanOrEqualTo(streams);
            Patience.until("all usage has arrived", Duration.ofSeconds(30), () -> counted(appliance) >= requests.get());
            JsonNode sum = answered(appliance);
            assertThat(sum.path("requests").asLong()).isEqualTo(requests.get());
            assertThat(sum.path("promptTokens").asLong()).isEqualTo(promptTokens.get());
            assertThat(sum.path("completionTokens").asLong()).isEqualTo(completionTokens.get());
            assertThat(appliance
                            .api()
                            .get("/api/v1/deployments/" + deployment)
                            .good()
                            .path("state")
                            .asText())
                    .isEqualTo("serving");
            System.out.printf(
                    "%d streams for %d s: %d requests, %d tokens in, %d tokens out, all counted%n",
                    streams, before.plus(time).toSeconds(), requests.get(), promptTokens.get(), completionTokens.get());
        }
    }

    private static String deploy(Appliance appliance, Path model) {
        String imported = appliance
                .api()
                .post("/api/v1/models/imports", Map.of("name", MODEL, "folder", model.toString()))
                .good()
                .path("id")
                .asText();
        Patience.until(
                "the model is imported",
                Duration.ofSeconds(60),
                () -> appliance
                        .api()
                        .get("/api/v1/models/imports/" + imported)
                        .good()
                        .path("state")
                        .asText()
                        .equals("ready"));
        String id = appliance
                .api()
                .post(
                        "/api/v1/deployments",
                        Map.of(
                                "name",
                                MODEL,
                                "model",
                                MODEL,
                                "settings",
                                Map.of("contextLength", 256, "maxSequences", 200)))
                .good()
                .path("id")
                .asText();
        Patience.until(
                "the deployment answers",
                Duration.ofSeconds(120),
                () -> appliance
                        .api()
                        .get("/api/v1/deployments/" + id)
                        .good()
                        .path("state")
                        .asText()
                        .equals("serving"));
        return id;
    }

    private void load(
            HttpClient client, URI chat, String key, int streams, Duration before, Duration time, Direct direct)
            throws InterruptedException {
        long end = System.nanoTime() + before.plus(time).toNanos();
        CountDownLatch done = new CountDownLatch(streams);
        for (int i = 0; i < streams; i++) {
            Thread.ofVirtual().start(() -> {
                try {
                    do {
                        stream(client, chat, key);
                    } while (System.nanoTime() < end && fault.get() == null);
                } catch (IOException | InterruptedException | RuntimeException | AssertionError e) {
                    fault.compareAndSet(null, e);
                } finally {
                    done.countDown();
                }
            });
        }
        if (direct != null) {
            Thread.sleep(before);
            probe(client, chat, key, direct, end);
        }
        assertThat(done.await(before.plus(time).toSeconds() + 300, TimeUnit.SECONDS))
                .isTrue();
    }

    private void stream(HttpClient client, URI chat, String key) throws IOException, InterruptedException {
        String body = "{\"model\":\"" + MODEL
                + "\",\"messages\":[{\"role\":\"user\",\"content\":\"When is the shop open?\"}],"
                + "\"max_tokens\":24,\"temperature\":1.0,\"stream\":true,\"stream_options\":{\"include_usage\":true}}";
        HttpResponse<Stream<String>> answer = client.send(post(chat, key, body), HttpResponse.BodyHandlers.ofLines());
        List<String> data;
        try (Stream<String> lines = answer.body()) {
            data = lines.filter(line -> !line.isEmpty()).toList();
        }
        assertThat(answer.statusCode()).as("%s", data).isEqualTo(200);
        assertThat(data.getLast()).isEqualTo("data: [DONE]");
        JsonNode usage = Json.MAPPER
                .readTree(data.get(data.size() - 2).substring("data: ".length()))
                .path("usage");
        assertThat(usage.isObject()).as("%s", data).isTrue();
        requests.incrementAndGet();
        promptTokens.addAndGet(usage.path("prompt_tokens").asLong());
        completionTokens.addAndGet(usage.path("completion_tokens").asLong());
    }

    /** Asks by turns through the gateway and directly while the load goes on. */
    private void probe(HttpClient client, URI chat, String key, Direct direct, long end) {
        List<Long> through = new ArrayList<>();
        List<Long> straight = new ArrayList<>();
        URI there = URI.create(direct.url() + "/v1/chat/completions");
        try {
            while (System.nanoTime() < end && fault.get() == null) {
                straight.add(timed(client, post(there, direct.token(), PROBE)));
                through.add(timed(client, post(chat, key, PROBE)));
            }
        } catch (IOException | InterruptedException e) {
            fault.compareAndSet(null, e);
        }
        System.out.printf(
                "through gateway and agent: p50 %.2f ms, p99 %.2f ms; directly: p50 %.2f ms, p99 %.2f ms;"
                        + " added: p50 %.2f ms, p99 %.2f ms (%d probes each)%n",
                percentile(through, 50),
                percentile(through, 99),
                percentile(straight, 50),
                percentile(straight, 99),
                percentile(through, 50) - percentile(straight, 50),
                percentile(through, 99) - percentile(straight, 99),
                through.size());
    }

    private static long timed(HttpClient client, HttpRequest request) throws IOException, InterruptedException {
        long began = System.nanoTime();
        HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        return System.nanoTime() - began;
    }

    private static double percentile(List<Long> nanos, int percent) {
        long[] sorted = nanos.stream().mapToLong(Long::longValue).toArray();
        Arrays.sort(sorted);
        return sorted.length == 0
                ? Double.NaN
                : sorted[Math.min(sorted.length - 1, sorted.length * percent / 100)] / 1e6;
    }

    private static HttpRequest post(URI uri, String token, String body) {
        return HttpRequest.newBuilder(uri)
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .timeout(Duration.ofMinutes(4))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private static long counted(Appliance appliance) {
        return answered(appliance).path("requests").asLong();
    }

    /** The sum of all requests that were answered to their end; probes are refused and have no tokens. */
    private static JsonNode answered(Appliance appliance) {
        long[] sums = new long[3];
        for (JsonNode line :
                appliance.api().get("/api/v1/usage?group=outcome,model").good().path("items")) {
            String outcome = line.path("outcome").asText();
            if (outcome.equals("stop") || outcome.equals("length")) {
                sums[0] += line.path("requests").asLong();
                sums[1] += line.path("promptTokens").asLong();
                sums[2] += line.path("completionTokens").asLong();
            }
        }
        return Json.MAPPER
                .createObjectNode()
                .put("requests", sums[0])
                .put("promptTokens", sums[1])
                .put("completionTokens", sums[2]);
    }

    /** The worker's own address and token, as its process has them. */
    private static Direct direct(Appliance appliance) throws IOException {
        long pid = appliance.workers().getFirst();
        String token = Arrays.stream(
                        Files.readString(Path.of("/proc/" + pid + "/environ")).split("\0"))
                .filter(variable -> variable.startsWith("HEARTH_WORKER_TOKEN="))
                .map(variable -> variable.substring("HEARTH_WORKER_TOKEN=".length()))
                .findFirst()
                .orElseThrow();
        List<String> inodes = new ArrayList<>();
        try (Stream<Path> open = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            for (Path file : open.toList()) {
                String target = Files.readSymbolicLink(file).toString();
                if (target.startsWith("socket:[")) {
                    inodes.add(target.substring("socket:[".length(), target.length() - 1));
                }
            }
        }
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            try (BufferedReader lines = new BufferedReader(
                    new InputStreamReader(Files.newInputStream(Path.of(table)), StandardCharsets.US_ASCII))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    String[] words = line.strip().split("\\s+");
                    if (words.length > 9 && words[3].equals("0A") && inodes.contains(words[9])) {
                        int port = Integer.parseInt(words[1].substring(words[1].indexOf(':') + 1), 16);
                        return new Direct("http://127.0.0.1:" + port, token);
                    }
                }
            }
        }
        throw new IllegalStateException("The worker " + pid + " listens on no port.");
    }
}
