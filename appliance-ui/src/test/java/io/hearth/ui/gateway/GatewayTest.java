package io.hearth.ui.gateway;

import static io.hearth.ui.gateway.GatewayFixture.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.hearth.ui.core.Json;
import io.hearth.ui.metering.UsageTag;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GatewayTest {
    private static final long PATIENCE = 20;

    @TempDir
    Path folder;

    private GatewayFixture fixture;

    @BeforeEach
    void start() throws Exception {
        fixture = new GatewayFixture(folder);
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    // ---- Streams
    // ------------------------------------------------------------------------------------------------------

    @Test
    void passesEachPieceOnBeforeTheNextIsMade() throws Exception {
        Upstream node = fixture.node("node-a");
        LinkedBlockingQueue<String> next = new LinkedBlockingQueue<>();
        node.does((request, body) -> {
            HttpServerResponse response = events(request.response());
            Thread.ofVirtual().start(() -> {
                try {
                    for (String piece = next.take(); !piece.isEmpty(); piece = next.take()) {
                        response.write("data: " + piece + "\n\n");
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                response.end();
            });
        });
        fixture.serve("m", node);

        next.add("first");
        HttpResponse<InputStream> answer =
                fixture.client.send(fixture.chat(fixture.key(), "m"), HttpResponse.BodyHandlers.ofInputStream());
        assertThat(answer.statusCode()).isEqualTo(200);
        BufferedReader lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
        assertThat(lines.readLine()).isEqualTo("data: first");
        for (int i = 0; i < 50; i++) {
            next.add("piece " + i);
            assertThat(lines.readLine()).isEmpty();
            assertThat(lines.readLine()).isEqualTo("data: piece " + i);
        }
        next.add("");
        assertThat(lines.readLine()).isEmpty();
        assertThat(lines.readLine()).isNull();
        assertThat(node.asked.getFirst().path()).isEqualTo("/workers/w-node-a/v1/chat/completions");
        assertThat(node.asked.getFirst().body()).isEqualTo(GatewayFixture.body("m"));
    }

    @Test
    void answersOverHttp2() throws Exception {
        Upstream node = fixture.node("node-a");
        node.does((request, body) -> events(request.response()).end("data: one\n\ndata: [DONE]\n\n"));
        fixture.serve("m", node);
        try (java.net.http.HttpClient client = java.net.http.HttpClient.newBuilder()
                .sslContext(fixture.tls)
                .version(java.net.http.HttpClient.Version.HTTP_2)
                .build()) {
            HttpResponse<String> answer =
                    client.send(fixture.chat(fixture.key(), "m"), HttpResponse.BodyHandlers.ofString());
            assertThat(answer.version()).isEqualTo(java.net.http.HttpClient.Version.HTTP_2);
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("data: one\n\ndata: [DONE]\n\n");
            HttpResponse<String> refused =
                    client.send(fixture.chat("hk-no", "m"), HttpResponse.BodyHandlers.ofString());
            assertThat(refused.statusCode()).isEqualTo(401);
        }
        until(() -> fixture.gateway.running() == 0 && fixture.gateway.bodiesHeld() == 0);
    }

    @Test
    void aClientThatLeavesEndsTheRequestAtTheWorker() throws Exception {
        Upstream node = fixture.node("node-a");
        CountDownLatch told = new CountDownLatch(1);
        node.does((request, body) -> {
            request.response().closeHandler(closed -> told.countDown());
            request.response().exceptionHandler(gone -> told.countDown());
            events(request.response()).write("data: one\n\n");
        });
        fixture.serve("m", node);

        try (SSLSocket socket = raw()) {
            write(socket, fixture.key(), GatewayFixture.body("m"));
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            String line = lines.readLine();
            while (!line.equals("data: one")) {
                line = lines.readLine();
            }
        }
        assertThat(told.await(PATIENCE, TimeUnit.SECONDS)).isTrue();
        until(() -> fixture.gateway.running() == 0 && fixture.gateway.bodiesHeld() == 0);
        assertThat(fixture.routes.running("w-node-a")).isZero();
    }

    @Test
    void aClientThatLeavesBeforeTheAnswerEndsTheRequestAtTheWorker() throws Exception {
        Upstream node = fixture.node("node-a");
        CountDownLatch told = new CountDownLatch(1);
        CountDownLatch asked = new CountDownLatch(1);
        node.does((request, body) -> {
            request.response().closeHandler(closed -> told.countDown());
            asked.countDown();
        });
        fixture.serve("m", node);

        try (SSLSocket socket = raw()) {
            write(socket, fixture.key(), GatewayFixture.body("m"));
            assertThat(asked.await(PATIENCE, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(told.await(PATIENCE, TimeUnit.SECONDS)).isTrue();
        until(() -> fixture.gateway.running() == 0);
    }

    @Test
    void aClientThatDoesNotReadMakesTheWorkerWait() throws Exception {
        Upstream node = fixture.node("node-a");
        long total = 256L << 20;
        Buffer piece = Buffer.buffer(new byte[64 << 10]);
        AtomicLong written = new AtomicLong();
        node.does((request, body) -> pump(request.response().setChunked(true), piece, written, total));
        fixture.serve("m", node);

        try (SSLSocket socket = raw()) {
            write(socket, fixture.key(), GatewayFixture.body("m"));
            // It has stopped when nothing moves any more although nothing was read.
            long before = -1;
            while (written.get() == 0 || written.get() != before) {
                before = written.get();
                Thread.sleep(300);
            }
            assertThat(written.get()).isLessThan(total / 4);
            long read = 0;
            byte[] buffer = new byte[1 << 16];
            InputStream in = socket.getInputStream();
            while (read < total) {
                int count = in.read(buffer);
                assertThat(count).isPositive();
                read += count;
            }
        }
        assertThat(written.get()).isEqualTo(total);
    }

    // ---- Replicas
    // -----------------------------------------------------------------------------------------------------

    @Test
    void anotherReplicaAnswersAsLongAsNothingWasPassedOn() throws Exception {
        Upstream broken = fixture.node("node-a");
        Upstream busy = fixture.node("node-b");
        Upstream stopping = fixture.node("node-c");
        Upstream good = fixture.node("node-d");
        broken.does((request, body) -> request.connection().close());
        busy.answers(429, "{}");
        stopping.answers(503, "{}");
        good.answers(200, "{\"ok\":true}");
        Upstream gone = fixture.node("node-e");
        gone.close();
        fixture.serve("m", broken, busy, stopping, gone, good);

        String key = fixture.key();
        for (int i = 0; i < 5; i++) {
            HttpResponse<String> answer = fixture.send(fixture.chat(key, "m"));
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("{\"ok\":true}");
        }
        assertThat(broken.asked.size() + busy.asked.size() + stopping.asked.size())
                .isPositive();
    }

    @Test
    void noOtherReplicaIsAskedOnceTheAnswerHasBegun() throws Exception {
        Upstream first = fixture.node("node-a");
        Upstream second = fixture.node("node-b");
        for (Upstream node : List.of(first, second)) {
            node.does((request, body) -> events(request.response())
                    .write("data: {\"half\":")
                    .onComplete(done -> request.connection().close()));
        }
        fixture.serve("m", first, second);

        HttpResponse<String> answer = fixture.send(fixture.chat(fixture.key(), "m"));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body())
                .startsWith("data: {\"half\":\n\ndata: {\"error\":")
                .endsWith("\n\n");
        assertThat(first.asked.size() + second.asked.size()).isEqualTo(1);
    }

    @Test
    void anAnswerThatIsNotAStreamOfEventsIsCutOffIfItBreaks() throws Exception {
        Upstream node = fixture.node("node-a");
        node.does((request, body) -> request.response()
                .putHeader("Content-Type", "application/json")
                .putHeader("Content-Length", "1000")
                .write("{\"half\":")
                .onComplete(done -> request.connection().close()));
        fixture.serve("m", node);
        assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> fixture.send(fixture.chat(fixture.key(), "m"))))
                .isInstanceOf(IOException.class);
    }

    @Test
    void saysWhyNobodyAnswers() throws Exception {
        Upstream busy = fixture.node("node-a");
        busy.answers(429, "{}");
        Upstream away = fixture.node("node-b");
        away.close();
        fixture.serve("m", busy, away);
        HttpResponse<String> answer = fixture.send(fixture.chat(fixture.key(), "m"));
        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.headers().firstValue("Retry-After")).contains("1");
        assertThat(error(answer).get("code").asText()).isEqualTo("queue_full");

        fixture.serve("m");
        answer = fixture.send(fixture.chat(fixture.key(), "m"));
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(error(answer).get("message").asText()).contains("\"m\"");
    }

    @Test
    void theReplicaWithTheFewestRequestsGetsTheNext() throws Exception {
        Upstream first = fixture.node("node-a");
        Upstream second = fixture.node("node-b");
        List<HttpServerResponse> held = new java.util.concurrent.CopyOnWriteArrayList<>();
        for (Upstream node : List.of(first, second)) {
            node.does((request, body) -> held.add(request.response()));
        }
        fixture.serve("m", first, second);
        String key = fixture.key();
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            answers.add(fixture.client.sendAsync(fixture.chat(key, "m"), HttpResponse.BodyHandlers.ofString()));
            int sent = i + 1;
            until(() -> held.size() == sent);
        }
        assertThat(first.asked).hasSize(5);
        assertThat(second.asked).hasSize(5);
        held.forEach(response -> response.end("{}"));
        for (CompletableFuture<HttpResponse<String>> answer : answers) {
            assertThat(answer.get(PATIENCE, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        }
        until(() -> fixture.routes.running("w-node-a") + fixture.routes.running("w-node-b") == 0);
    }

    // ---- Keys
    // ---------------------------------------------------------------------------------------------------------

    @Test
    void refusesWhoHasNoValidKey() throws Exception {
        Upstream node = fixture.node("node-a");
        node.answers(200, "{}");
        fixture.serve("m", node);
        String expiring = fixture.key(null, fixture.clock.millis() + 1000, null);
        ApiKeys.Created revoked = fixture.keys.create(OPERATOR, new ApiKeys.Wish("r", null, null, null, null, false));
        fixture.keys.revoke(OPERATOR, revoked.id());
        String disabled = fixture.keys
                .create(OPERATOR, new ApiKeys.Wish("d", null, null, null, null, true))
                .key();
        assertThat(fixture.send(fixture.chat(expiring, "m")).statusCode()).isEqualTo(200);
        fixture.clock.pass(1000);

        for (String key : new String[] {null, "", "hk-unknown", expiring, revoked.key(), disabled}) {
            HttpResponse<String> answer = fixture.send(fixture.chat(key, "m"));
            assertThat(answer.statusCode()).as(key).isEqualTo(401);
            assertThat(answer.headers().firstValue("WWW-Authenticate")).contains("Bearer");
            assertThat(error(answer).get("code").asText()).isEqualTo("invalid_api_key");
            assertThat(fixture.send(fixture.request("/v1/models", key).build()).statusCode())
                    .isEqualTo(401);
        }
        assertThat(node.asked).hasSize(1);
    }

    @Test
    void aKeySeesAndUsesWhatItMay() throws Exception {
        Upstream node = fixture.node("node-a");
        node.answers(200, "{}");
        fixture.serve("m", node);
        String all = fixture.key();
        String other = fixture.key(List.of("other"), null, null);

        JsonNode list = Json.MAPPER.readTree(
                fixture.send(fixture.request("/v1/models", all).build()).body());
        assertThat(list.at("/data/0/id").asText()).isEqualTo("m");
        assertThat(list.at("/data/0/created").asLong()).isEqualTo(1000);
        assertThat(fixture.send(fixture.request("/v1/models/m", all).build()).statusCode())
                .isEqualTo(200);
        assertThat(fixture.send(fixture.request("/v1/models/m", other).build()).statusCode())
                .isEqualTo(403);
        assertThat(Json.MAPPER
                        .readTree(fixture.send(
                                        fixture.request("/v1/models", other).build())
                                .body())
                        .get("data"))
                .isEmpty();

        HttpResponse<String> forbidden = fixture.send(fixture.chat(other, "m"));
        assertThat(forbidden.statusCode()).isEqualTo(403);
        assertThat(error(forbidden).get("code").asText()).isEqualTo("model_not_allowed");
        HttpResponse<String> unknown = fixture.send(fixture.chat(all, "nothing"));
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(error(unknown).get("message").asText()).contains("nothing").contains("This key may use: m.");
        assertThat(node.asked).isEmpty();
    }

    @Test
    void keepsKeysOnlyAsHmac() throws Exception {
        String key = fixture.key();
        Upstream node = fixture.node("node-a");
        node.answers(200, "{}");
        fixture.serve("m", node);
        fixture.send(fixture.chat(key, "m"));
        fixture.table.note();
        assertThat(fixture.keys.list(OPERATOR).getFirst().lastUsed()).isEqualTo(fixture.clock.millis());
        try (var files = java.nio.file.Files.list(folder)) {
            for (Path file : files.filter(java.nio.file.Files::isRegularFile).toList()) {
                String content = java.nio.file.Files.readString(file, StandardCharsets.ISO_8859_1);
                assertThat(content).as("%s", file).doesNotContain(key).doesNotContain(key.substring(9));
            }
        }
        assertThat(folder.resolve("hearth.db")).exists();
    }

    // ---- Limits
    // -------------------------------------------------------------------------------------------------------

    @Test
    void saysHowAKeyStandsAndWhenToComeBack() throws Exception {
        Upstream node = fixture.node("node-a");
        node.answers(200, "{}");
        fixture.serve("m", node);
        String key = fixture.key(null, null, new KeyLimits(2, null, null, null));
        HttpResponse<String> first = fixture.send(fixture.chat(key, "m"));
        assertThat(first.headers().firstValue("x-ratelimit-limit-requests")).contains("2");
        assertThat(first.headers().firstValue("x-ratelimit-remaining-requests")).contains("1");
        assertThat(first.headers().firstValue("x-ratelimit-reset-requests")).contains("1m0s");
        assertThat(first.headers().firstValue("x-ratelimit-limit-tokens")).isEmpty();
        fixture.clock.pass(10_000);
        assertThat(fixture.send(fixture.chat(key, "m")).statusCode()).isEqualTo(200);
        HttpResponse<String> third = fixture.send(fixture.chat(key, "m"));
        assertThat(third.statusCode()).isEqualTo(429);
        assertThat(third.headers().firstValue("Retry-After")).contains("50");
        assertThat(third.headers().firstValue("x-ratelimit-remaining-requests")).contains("0");
        assertThat(error(third).get("code").asText()).isEqualTo("rate_limit_exceeded");
        fixture.clock.pass(50_000);
        assertThat(fixture.send(fixture.chat(key, "m")).statusCode()).isEqualTo(200);
    }

    @Test
    void limitsRequestsAtTheSameTime() throws Exception {
        Upstream node = fixture.node("node-a");
        LinkedBlockingQueue<HttpServerResponse> held = new LinkedBlockingQueue<>();
        node.does((request, body) -> held.add(request.response()));
        fixture.serve("m", node);
        String key = fixture.key(null, null, new KeyLimits(null, null, null, 1));
        CompletableFuture<HttpResponse<String>> first =
                fixture.client.sendAsync(fixture.chat(key, "m"), HttpResponse.BodyHandlers.ofString());
        HttpServerResponse waiting = held.poll(PATIENCE, TimeUnit.SECONDS);
        HttpResponse<String> second = fixture.send(fixture.chat(key, "m"));
        assertThat(second.statusCode()).isEqualTo(429);
        assertThat(error(second).get("type").asText()).isEqualTo("concurrency");
        waiting.end("{}");
        first.get(PATIENCE, TimeUnit.SECONDS);
        until(() -> fixture.gateway.running() == 0);
        node.answers(200, "{}");
        assertThat(fixture.send(fixture.chat(key, "m")).statusCode()).isEqualTo(200);
    }

    // ---- What passes and what does not
    // --------------------------------------------------------------------------------

    @Test
    void passesOnlyKnownHeaders() throws Exception {
        Upstream node = fixture.node("node-a");
        node.does((request, body) -> request.response()
                .putHeader("Content-Type", "application/json")
                .putHeader("Set-Cookie", "a=b")
                .putHeader("Server", "worker")
                .putHeader("X-Internal", "yes")
                .end("{}"));
        fixture.serve("m", node);
        String key = fixture.key();
        HttpResponse<String> answer = fixture.send(fixture.request("/v1/chat/completions", key)
                .header("Content-Type", "application/json")
                .header("Cookie", "session=secret")
                .header("X-Hearth-Tag", "forged:by:the:client")
                .header("X-Forwarded-For", "1.2.3.4")
                .POST(HttpRequest.BodyPublishers.ofString(GatewayFixture.body("m")))
                .build());
        assertThat(answer.headers().map().keySet())
                .containsExactlyInAnyOrder("content-length", "content-type", "x-content-type-options", "x-request-id");
        var headers = node.asked.getFirst().headers();
        assertThat(headers.keySet())
                .containsExactlyInAnyOrder("accept", "content-length", "content-type", "host", "X-Hearth-Tag");
        UsageTag tag = UsageTag.of(headers.get("X-Hearth-Tag"));
        assertThat(tag.key()).isEqualTo(fixture.keys.list(OPERATOR).getFirst().id());
        assertThat(tag.user()).isEqualTo(OPERATOR.id());
        assertThat(tag.deployment()).isEqualTo("dep-1");
        assertThat(tag.request())
                .isEqualTo(answer.headers().firstValue("x-request-id").orElseThrow());
    }

    @Test
    void refusesWhatIsNotARequest() throws Exception {
        Upstream node = fixture.node("node-a");
        node.answers(200, "{}");
        fixture.serve("m", node);
        String key = fixture.key();
        assertThat(fixture.send(fixture.request("/v1/embeddings", key).build()).statusCode())
                .isEqualTo(404);
        HttpResponse<String> get =
                fixture.send(fixture.request("/v1/chat/completions", key).build());
        assertThat(get.statusCode()).isEqualTo(405);
        assertThat(get.headers().firstValue("Allow")).contains("POST");
        assertThat(error(get).get("code").asText()).isEqualTo("method_not_allowed");
        for (String body : new String[] {
            "",
            "[]",
            "{",
            "{\"messages\":[]}",
            "{\"model\":7}",
            "{\"model\":\"\"}",
            "{\"model\":\"m\"} {}",
            "{\"model\":\"" + "m".repeat(300) + "\"}",
            "\"secret words\""
        }) {
            HttpResponse<String> answer = post(key, body);
            assertThat(answer.statusCode()).as(body).isEqualTo(400);
            assertThat(error(answer).get("message").asText()).doesNotContain("secret");
        }
        HttpResponse<String> form = fixture.send(fixture.request("/v1/chat/completions", key)
                .header("Content-Type", "text/plain")
                .POST(HttpRequest.BodyPublishers.ofString(GatewayFixture.body("m")))
                .build());
        assertThat(form.statusCode()).isEqualTo(415);
        assertThat(node.asked).isEmpty();
        assertThat(fixture.gateway.bodiesHeld()).isZero();
    }

    @Test
    void refusesABodyThatIsTooLong() throws Exception {
        Upstream node = fixture.node("node-a");
        node.answers(200, "{}");
        fixture.serve("m", node);
        String key = fixture.key();
        String long8 = "{\"model\":\"m\",\"prompt\":\"" + "x".repeat((8 << 20) - 100) + "\"}";
        assertThat(post(key, long8).statusCode()).isEqualTo(200);
        assertThat(node.asked.getFirst().body()).isEqualTo(long8);
        // Announced too long: refused before it is read.
        try (SSLSocket socket = raw()) {
            socket.getOutputStream()
                    .write(("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + key
                                    + "\r\nContent-Type: application/json\r\nContent-Length: 9000000\r\n\r\n{")
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(line(socket)).isEqualTo("HTTP/1.1 413 Request Entity Too Large");
        }
        // Not announced: refused when it has become too long.
        try (SSLSocket socket = raw()) {
            socket.getOutputStream()
                    .write(("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + key
                                    + "\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            byte[] piece = new byte[1 << 20];
            for (int i = 0; i < 9; i++) {
                socket.getOutputStream().write("100000\r\n".getBytes(StandardCharsets.US_ASCII));
                socket.getOutputStream().write(piece);
                socket.getOutputStream().write("\r\n".getBytes(StandardCharsets.US_ASCII));
            }
            assertThat(line(socket)).isEqualTo("HTTP/1.1 413 Request Entity Too Large");
        }
        until(() -> fixture.gateway.bodiesHeld() == 0);
        assertThat(node.asked).hasSize(1);
    }

    @Test
    void passesAWorkersRefusalOnAsItIs() throws Exception {
        Upstream node = fixture.node("node-a");
        String refusal = "{\"error\":{\"message\":\"temperature\",\"type\":\"invalid_request_error\"}}";
        node.answers(400, refusal);
        fixture.serve("m", node);
        HttpResponse<String> answer = fixture.send(fixture.chat(fixture.key(), "m"));
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).isEqualTo(refusal);
    }

    @Test
    void countsForPrometheusAndForThePages() throws Exception {
        Upstream node = fixture.node("node-a");
        node.answers(200, "{}");
        fixture.serve("m", node);
        String key = fixture.key();
        for (int i = 0; i < 3; i++) {
            fixture.send(fixture.chat(key, "m"));
        }
        fixture.send(fixture.chat(key, "unheard-of"));
        until(() -> fixture.gateway.running() == 0);
        assertThat(fixture.registry
                        .get("hearth.gateway.requests")
                        .tags("model", "m", "status", "200")
                        .counter()
                        .count())
                .isEqualTo(3);
        assertThat(fixture.registry
                        .get("hearth.gateway.requests")
                        .tags("model", "none", "status", "404")
                        .counter()
                        .count())
                .isEqualTo(1);
        fixture.clock.pass(1000);
        assertThat(fixture.traffic.last("m", 5).getLast().requests()).isEqualTo(3);
        assertThat(fixture.traffic.last("m", 5).getLast().firstByteMillis()).isNotNull();
    }

    @Test
    void anotherNodesCertificateIsNotTakenForTheNodes() throws Exception {
        Upstream impostor = new Upstream(fixture.vertx, fixture.certificates, "node-x");
        impostor.answers(200, "{}");
        Upstream real = fixture.node("node-a");
        real.close();
        fixture.lead("node-a", impostor);
        fixture.serve("m", real);
        assertThat(fixture.send(fixture.chat(fixture.key(), "m")).statusCode()).isEqualTo(503);
        assertThat(impostor.asked).isEmpty();
        impostor.close();
    }

    // ---- Tools
    // --------------------------------------------------------------------------------------------------------

    private HttpResponse<String> post(String key, String body) throws Exception {
        return fixture.send(fixture.request("/v1/completions", key)
                .header("Content-Type", "application/json; charset=utf-8")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    private static JsonNode error(HttpResponse<String> answer) throws Exception {
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json; charset=utf-8");
        return Json.MAPPER.readTree(answer.body()).get("error");
    }

    private static HttpServerResponse events(HttpServerResponse response) {
        return response.setChunked(true).putHeader("Content-Type", "text/event-stream; charset=utf-8");
    }

    /** One piece in each turn of the event loop: only what is flushed counts for whether the queue is full. */
    private static void pump(HttpServerResponse response, Buffer piece, AtomicLong written, long total) {
        if (written.get() >= total) {
            response.end();
        } else if (response.writeQueueFull()) {
            response.drainHandler(drained -> pump(response, piece, written, total));
        } else {
            written.addAndGet(piece.length());
            response.write(piece).onComplete(done -> {});
            io.vertx.core.Vertx.currentContext().runOnContext(next -> pump(response, piece, written, total));
        }
    }

    private SSLSocket raw() throws IOException {
        return (SSLSocket) fixture.tls.getSocketFactory().createSocket("localhost", fixture.server.actualPort());
    }

    private static void write(SSLSocket socket, String key, String body) throws IOException {
        socket.getOutputStream()
                .write(("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + key
                                + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n"
                                + body)
                        .getBytes(StandardCharsets.US_ASCII));
    }

    private static String line(SSLSocket socket) throws IOException {
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII)).readLine();
    }

    private static void until(java.util.function.BooleanSupplier holds) throws InterruptedException {
        AtomicInteger looks = new AtomicInteger();
        while (!holds.getAsBoolean()) {
            assertThat(looks.incrementAndGet()).as("looks").isLessThan(2000);
            Thread.sleep(10);
        }
    }
}
