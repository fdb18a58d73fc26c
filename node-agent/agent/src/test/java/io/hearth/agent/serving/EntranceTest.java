package io.hearth.agent.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hearth.agent.enrolment.Enroller;
import io.hearth.agent.enrolment.IdentityStore;
import io.hearth.agent.enrolment.NodeIdentity;
import io.hearth.agent.testing.TestAuthority;
import io.hearth.agent.testing.TestControlPlane;
import io.hearth.agent.workers.Supervisor;
import io.hearth.protocol.JoinCode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The entrance between a client with the control plane's certificate and an HTTP server in a worker's place. */
class EntranceTest {
    private final Vertx vertx = Vertx.vertx();
    private final List<HttpServerRequest> asked = new CopyOnWriteArrayList<>();
    private final AtomicInteger left = new AtomicInteger();
    private final AtomicLong written = new AtomicLong();

    @TempDir
    private Path home;

    private TestControlPlane control;
    private HttpServer worker;
    private Entrance entrance;
    private NodeIdentity identity;
    private HttpClient gateway;
    private int port;

    @BeforeEach
    void start() throws Exception {
        control = new TestControlPlane(vertx, new TestAuthority()).start();
        identity = new Enroller(control.address())
                .enrol(JoinCode.parse(control.joinCode()), "machine", new IdentityStore(home).joiningKeys());
        worker = get(vertx.createHttpServer(new HttpServerOptions().setHost("127.0.0.1"))
                .requestHandler(this::work)
                .listen(0));
        entrance = new Entrance(vertx, id -> switch (id) {
            case "w-1" -> Optional.of(new Supervisor.Entrance("http://127.0.0.1:" + worker.actualPort(), "secret"));
            case "w-2" -> Optional.of(new Supervisor.Entrance(null, "secret"));
            case "w-3" -> Optional.of(new Supervisor.Entrance("http://127.0.0.1:1", "secret"));
            default -> Optional.empty();
        });
        port = entrance.open(0, identity);
        gateway = client(control.authority.identity("control-plane"));
    }

    @AfterEach
    void stop() throws Exception {
        entrance.close();
        control.close();
        vertx.close();
    }

    private void work(HttpServerRequest request) {
        asked.add(request);
        request.response().closeHandler(closed -> left.incrementAndGet());
        switch (request.path()) {
            case "/echo" -> request.body().onSuccess(body -> request.response().end(body));
            case "/stream" -> {
                request.response().setChunked(true).putHeader("Content-Type", "text/event-stream");
                request.response().write("data: first\n\n");
            }
            case "/two" -> {
                request.response().setChunked(true).write("a");
                vertx.setTimer(50, tick -> request.response().end("b"));
            }
            case "/flood" -> {
                request.response().setChunked(true);
                flood(request);
            }
            case "/break" -> {
                request.response().setChunked(true).write("half");
                vertx.setTimer(50, tick -> request.connection().close());
            }
            default ->
                request.response()
                        .setStatusCode(418)
                        .putHeader("X-Worker", "tea")
                        .end("no");
        }
    }

    private void flood(HttpServerRequest request) {
        while (!request.response().writeQueueFull() && written.get() < (64 << 20)) {
            written.addAndGet(8_192);
            request.response().write(Buffer.buffer(new byte[8_192]));
        }
        request.response().drainHandler(drained -> flood(request));
    }

    @Test
    void handsOnWhatIsAskedAndAnswered() throws Exception {
        HttpClientRequest request = request("/workers/w-1/tea/pot?a=%2F&b=1");
        request.putHeader("Authorization", "Bearer stolen")
                .putHeader("X-Hearth-Tag", "k:u:d:r")
                .putHeader("Connection", "X-Private")
                .putHeader("X-Private", "1");
        Answer answer = whole(request);
        assertThat(answer.head().statusCode()).isEqualTo(418);
        assertThat(answer.head().getHeader("X-Worker")).isEqualTo("tea");
        assertThat(answer.body()).isEqualTo("no");
        HttpServerRequest seen = asked.getFirst();
        assertThat(seen.uri()).isEqualTo("/tea/pot?a=%2F&b=1");
        assertThat(seen.headers().getAll("Authorization")).containsExactly("Bearer secret");
        assertThat(seen.getHeader("X-Hearth-Tag")).isEqualTo("k:u:d:r");
        assertThat(seen.getHeader("X-Private")).isNull();
        assertThat(seen.getHeader("Host")).isEqualTo("127.0.0.1:" + worker.actualPort());
    }

    @Test
    void bodiesOfEverySizeArriveWhole() throws Exception {
        for (int size : new int[] {0, 1, 70_000, 5_000_000}) {
            byte[] body = new byte[size];
            new Random(size).nextBytes(body);
            assertThat(whole(request(HttpMethod.POST, "/workers/w-1/echo"), Buffer.buffer(body))
                            .bytes())
                    .isEqualTo(body);
            HttpClientRequest chunked =
                    request(HttpMethod.POST, "/workers/w-1/echo").setChunked(true);
            Future<Answer> answer =
                    chunked.response().compose(head -> head.body().map(all -> new Answer(head, "", all.getBytes())));
            chunked.write(Buffer.buffer(body));
            chunked.end();
            assertThat(get(answer).bytes()).isEqualTo(body);
        }
    }

    @Test
    void aPieceOfAnAnswerArrivesBeforeTheNextIsMade() throws Exception {
        CompletableFuture<String> first = new CompletableFuture<>();
        heard("/workers/w-1/stream", piece -> first.complete(piece.toString()));
        assertThat(first.get(10, TimeUnit.SECONDS)).isEqualTo("data: first\n\n");
    }

    @Test
    void theWorkerLearnsThatTheClientLeft() throws Exception {
        CompletableFuture<Buffer> first = new CompletableFuture<>();
        HttpClientResponse answer = heard("/workers/w-1/stream", first::complete);
        first.get(10, TimeUnit.SECONDS);
        assertThat(left).hasValue(0);
        get(answer.request().connection().close());
        control.until("the worker knows", () -> left.get() == 1);
    }

    @Test
    void theClientLearnsThatTheWorkerBrokeOff() throws Exception {
        assertThatThrownBy(() -> whole(request("/workers/w-1/break"))).hasMessageContaining("closed");
        assertThat(get(request("/workers/w-3/x").send()).statusCode()).isEqualTo(502);
    }

    @Test
    void aSlowClientHoldsTheWorkerBack() throws Exception {
        HttpClientRequest request = request("/workers/w-1/flood");
        Future<HttpClientResponse> paused = request.response().map(response -> response.pause());
        request.send();
        HttpClientResponse answer = get(paused);
        long before = -1;
        while (before != written.get()) {
            before = written.get();
            Thread.sleep(500);
        }
        assertThat(written.get()).isLessThan(64 << 20);
        answer.request().connection().close();
    }

    @Test
    void saysWhatIsNotThereAndWhatIsNotReady() throws Exception {
        for (String path :
                List.of("/", "/workers/", "/workers/w-1", "/workers/w-9/v1", "/workers//v1", "/other/w-1/x")) {
            Answer answer = whole(request(path));
            assertThat(answer.head().statusCode()).as(path).isEqualTo(404);
            assertThat(answer.body()).contains("\"error\"");
        }
        HttpClientResponse waiting = get(request("/workers/w-2/v1/models").send());
        assertThat(waiting.statusCode()).isEqualTo(503);
        assertThat(waiting.getHeader("Retry-After")).isEqualTo("1");
        assertThat(asked).isEmpty();
    }

    @Test
    void onlyTheControlPlaneIsLetIn() throws Exception {
        assertThatThrownBy(() -> ask(null)).isNotNull();
        assertThatThrownBy(() -> ask(control.authority.identity("node-1"))).isNotNull();
        assertThatThrownBy(() -> ask(control.authority.identity("hearth"))).isNotNull();
        assertThatThrownBy(() -> ask(new TestAuthority().identity("control-plane")))
                .isNotNull();
        assertThat(asked).isEmpty();
        assertThat(ask(control.authority.identity("control-plane"))).isEqualTo(418);
    }

    @Test
    void aNewCertificateIsShownWhileAnswersAreUnderWay() throws Exception {
        HttpClientRequest request = request("/workers/w-1/two");
        Future<Answer> answer = body(request);
        request.send();
        entrance.renew(new Enroller(control.address()).renew(identity));
        assertThat(get(answer).body()).isEqualTo("ab");
        assertThat(ask(control.authority.identity("control-plane"))).isEqualTo(418);
    }

    @Test
    void holdsManyStreamsAtOnce() throws Exception {
        int streams = 500;
        List<Future<HttpClientResponse>> answers = new ArrayList<>();
        AtomicInteger first = new AtomicInteger();
        AtomicInteger ended = new AtomicInteger();
        for (int i = 0; i < streams; i++) {
            if (i % 50 == 0) {
                get(Future.join(List.copyOf(answers)));
            }
            answers.add(gateway.request(options(HttpMethod.GET, "/workers/w-1/stream"))
                    .compose(HttpClientRequest::send)
                    .map(answer -> {
                        answer.handler(piece -> first.incrementAndGet());
                        answer.endHandler(end -> ended.incrementAndGet());
                        return answer;
                    }));
        }
        get(Future.join(answers));
        control.until("each has its first piece", () -> first.get() == streams);
        asked.forEach(request -> request.response().end("data: last\n\n"));
        control.until("each has ended", () -> ended.get() == streams);
        assertThat(first).hasValue(2 * streams);
    }

    /** An answer with its whole body. */
    private record Answer(HttpClientResponse head, String body, byte[] bytes) {}

    private static Answer whole(HttpClientRequest request) throws Exception {
        return whole(request, Buffer.buffer());
    }

    private static Answer whole(HttpClientRequest request, Buffer sent) throws Exception {
        Future<Answer> answer = body(request);
        request.send(sent);
        return get(answer);
    }

    /** Asked for before the request is sent: a short answer is over before another thread comes to listen for its body. */
    private static Future<Answer> body(HttpClientRequest request) {
        return request.response()
                .compose(head -> head.body().map(body -> new Answer(head, body.toString(), body.getBytes())));
    }

    /** An answer whose pieces are heard from the first on. */
    private HttpClientResponse heard(String uri, Consumer<Buffer> piece) throws Exception {
        HttpClientRequest request = request(uri);
        Future<HttpClientResponse> answer = request.response().map(head -> head.handler(piece::accept));
        request.send();
        return get(answer);
    }

    private int ask(PemKeyCertOptions certificate) throws Exception {
        HttpClient client = client(certificate);
        try {
            return get(client.request(options(HttpMethod.GET, "/workers/w-1/tea"))
                            .compose(HttpClientRequest::send))
                    .statusCode();
        } finally {
            client.close();
        }
    }

    private HttpClient client(PemKeyCertOptions certificate) throws Exception {
        HttpClientOptions options = new HttpClientOptions()
                .setSsl(true)
                .setVerifyHost(true)
                .setForceSni(true)
                .setTrustOptions(new PemTrustOptions()
                        .addCertValue(Buffer.buffer(TestAuthority.pem(control.authority.certificate()))));
        if (certificate != null) {
            options.setKeyCertOptions(certificate);
        }
        return vertx.createHttpClient(options, new PoolOptions().setHttp1MaxSize(600));
    }

    private RequestOptions options(HttpMethod method, String uri) {
        return new RequestOptions()
                .setMethod(method)
                .setServer(SocketAddress.inetSocketAddress(port, "127.0.0.1"))
                .setHost("node-1")
                .setPort(port)
                .setURI(uri);
    }

    private HttpClientRequest request(String uri) throws Exception {
        return request(HttpMethod.GET, uri);
    }

    private HttpClientRequest request(HttpMethod method, String uri) throws Exception {
        return get(gateway.request(options(method, uri)));
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
}
