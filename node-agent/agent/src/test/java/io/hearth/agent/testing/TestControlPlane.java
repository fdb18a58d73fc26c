package io.hearth.agent.testing;

import io.hearth.protocol.Enrolment;
import io.hearth.protocol.FromNode;
import io.hearth.protocol.JoinCode;
import io.hearth.protocol.NodePaths;
import io.hearth.protocol.Protocol;
import io.hearth.protocol.ToNode;
import io.hearth.protocol.WorkerSpec;
import io.hearth.protocol.WorkerStatus;
import io.netty.channel.ChannelConfig;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.impl.WebSocketInternal;
import io.vertx.core.net.PemTrustOptions;
import java.net.URI;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A control plane in a few lines: one authority, join codes, the link with events stored in order, blobs. What a test wants to go
 * wrong is a public field.
 */
public final class TestControlPlane implements AutoCloseable {
    private static final Pattern RANGE = Pattern.compile("bytes[= ](\\d+)-(?:(\\d+)/(\\d+))?");
    private static final long PATIENCE = 30_000_000_000L;

    public final TestAuthority authority;
    public final Map<String, String> codes = new ConcurrentHashMap<>();
    public final Map<String, byte[]> blobs = new ConcurrentHashMap<>();
    public final Map<String, List<FromNode.EventLine>> events = new ConcurrentHashMap<>();
    public final Map<String, WorkerStatus> statuses = new ConcurrentHashMap<>();
    public final Map<String, List<WorkerStatus.State>> states = new ConcurrentHashMap<>();
    public final List<FromNode.Hello> hellos = new CopyOnWriteArrayList<>();
    public final List<FromNode.Cards> cards = new CopyOnWriteArrayList<>();
    public final List<FromNode.Telemetry> telemetry = new CopyOnWriteArrayList<>();
    public final List<FromNode.LogText> logs = new CopyOnWriteArrayList<>();
    public final List<String> gone = new CopyOnWriteArrayList<>();
    public final List<String> faults = new CopyOnWriteArrayList<>();
    public final List<String> requests = new CopyOnWriteArrayList<>();
    public final Set<String> revoked = ConcurrentHashMap.newKeySet();
    public final AtomicInteger enrolments = new AtomicInteger();

    /** Numbers of the messages of events that are passed over, as if a fault had undone them. */
    public final Set<Integer> dropEventMessages = ConcurrentHashMap.newKeySet();

    /** After so many bytes of a blob the connection breaks; 0: never. */
    public volatile int cutBlobsAfter;

    /** How many of the next blobs come with a wrong byte. */
    public final AtomicInteger corruptBlobs = new AtomicInteger();

    /** How long node certificates are valid. */
    public volatile Duration validity = Duration.ofDays(1);

    private final Vertx vertx;
    private final Map<String, byte[]> parts = new ConcurrentHashMap<>();
    private final AtomicInteger eventMessages = new AtomicInteger();
    private volatile List<WorkerSpec> assignment = List.of();
    private volatile ServerWebSocket socket;
    private volatile String serverName = "hearth";
    private HttpServer server;
    private int port;

    public TestControlPlane(Vertx vertx, TestAuthority authority) {
        this.vertx = vertx;
        this.authority = authority;
    }

    public TestControlPlane named(String name) {
        serverName = name;
        return this;
    }

    /** Listens, after a stop on the same port. */
    public TestControlPlane start() throws Exception {
        server = vertx.createHttpServer(new HttpServerOptions()
                .setHost("127.0.0.1")
                .setSsl(true)
                .setClientAuth(ClientAuth.REQUEST)
                .setKeyCertOptions(authority.identity(serverName))
                .setTrustOptions(
                        new PemTrustOptions().addCertValue(Buffer.buffer(TestAuthority.pem(authority.certificate()))))
                .setMaxWebSocketFrameSize(16 << 20)
                .setMaxWebSocketMessageSize(16 << 20));
        server.requestHandler(this::handle);
        server.webSocketHandler(this::link);
        port = server.listen(port)
                .toCompletionStage()
                .toCompletableFuture()
                .get()
                .actualPort();
        return this;
    }

    /** Is away: everything is cut off. */
    public void stop() throws Exception {
        server.close().toCompletionStage().toCompletableFuture().get();
        socket = null;
    }

    @Override
    public void close() throws Exception {
        stop();
    }

    public URI address() {
        return URI.create("https://127.0.0.1:" + port);
    }

    /** A new join code. */
    public String joinCode() {
        StringBuilder secret = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            secret.append("0123456789ABCDEFGHJKMNPQRSTVWXYZ".charAt((int) (Math.random() * 32)));
        }
        codes.put(secret.toString(), "");
        return new JoinCode(secret.toString(), JoinCode.fingerprint(authority.certificate())).toString();
    }

    public String addBlob(byte[] content) {
        String hash = sha256(content);
        blobs.put(hash, content);
        return hash;
    }

    public void assign(WorkerSpec... workers) {
        assignment = List.of(workers);
        ServerWebSocket open = socket;
        if (open != null) {
            say(open, new ToNode.Assignment(assignment));
        }
    }

    public void say(ToNode message) {
        say(socket, message);
    }

    public void sayText(String text) {
        socket.writeTextMessage(text);
    }

    /** Cuts the link. */
    public void cut() {
        ServerWebSocket open = socket;
        if (open != null) {
            open.close();
        }
    }

    /** Hears nothing more on this link, and so answers nothing, but keeps the connection until this is run. */
    public Runnable freeze() {
        ChannelConfig wire =
                ((WebSocketInternal) socket).channelHandlerContext().channel().config();
        wire.setAutoRead(false);
        return () -> wire.setAutoRead(true);
    }

    public boolean linked() {
        return socket != null;
    }

    public WorkerStatus.State state(String worker) {
        WorkerStatus status = statuses.get(worker);
        return status == null ? null : status.state();
    }

    /** Waits until something holds; fails with what is known if it never does. */
    public void until(String what, BooleanSupplier holds) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE;
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("Waited in vain until " + what + "; workers are " + statuses + ", faults "
                        + faults + ", events "
                        + events.entrySet().stream()
                                .map(each ->
                                        each.getKey() + "=" + each.getValue().size())
                                .toList());
            }
            Thread.sleep(10);
        }
    }

    public void untilState(String worker, WorkerStatus.State state) throws InterruptedException {
        until(worker + " is " + state, () -> state(worker) == state);
    }

    /** Sequences of a worker's stored events. */
    public List<Long> sequences(String worker) {
        return events.getOrDefault(worker, List.of()).stream()
                .map(FromNode.EventLine::sequence)
                .toList();
    }

    public static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private void link(ServerWebSocket opened) {
        String node = node(opened.sslSession());
        if (node == null || revoked.contains(node)) {
            opened.reject(401);
            return;
        }
        opened.textMessageHandler(text -> {
            try {
                hear(opened, node, Protocol.read(text, FromNode.class));
            } catch (RuntimeException e) {
                faults.add(e.toString());
            }
        });
        opened.closeHandler(closed -> {
            if (socket == opened) {
                socket = null;
            }
        });
    }

    private void hear(ServerWebSocket from, String node, FromNode message) {
        switch (message) {
            case FromNode.Hello hello -> {
                hellos.add(hello);
                hello.workers().forEach(this::note);
                Set<String> there = new HashSet<>();
                hello.workers().forEach(worker -> there.add(worker.id()));
                say(from, new ToNode.Welcome(node, "node"));
                for (WorkerSpec spec : assignment) {
                    say(from, new ToNode.EventsStored(spec.id(), stored(spec.id())));
                }
                say(from, new ToNode.Assignment(assignment));
                socket = from;
            }
            case FromNode.Workers workers -> workers.workers().forEach(this::note);
            case FromNode.Cards said -> cards.add(said);
            case FromNode.Telemetry sample -> telemetry.add(sample);
            case FromNode.LogText log -> logs.add(log);
            case FromNode.Gone ids -> gone.addAll(ids.workers());
            case FromNode.Events said -> store(from, said);
        }
    }

    private void note(WorkerStatus status) {
        statuses.put(status.id(), status);
        List<WorkerStatus.State> seen = states.computeIfAbsent(status.id(), id -> new CopyOnWriteArrayList<>());
        if (seen.isEmpty() || seen.getLast() != status.state()) {
            seen.add(status.state());
        }
    }

    private void store(ServerWebSocket from, FromNode.Events said) {
        if (dropEventMessages.contains(eventMessages.incrementAndGet())) {
            return;
        }
        List<FromNode.EventLine> kept = events.computeIfAbsent(said.worker(), id -> new CopyOnWriteArrayList<>());
        List<FromNode.EventLine> fresh = new ArrayList<>();
        long next = stored(said.worker()) + 1;
        for (FromNode.EventLine line : said.lines()) {
            if (line.sequence() == next) {
                fresh.add(line);
                next++;
            }
        }
        kept.addAll(fresh);
        say(from, new ToNode.EventsStored(said.worker(), stored(said.worker())));
    }

    private long stored(String worker) {
        List<FromNode.EventLine> kept = events.get(worker);
        return kept == null || kept.isEmpty() ? 0 : kept.getLast().sequence();
    }

    private static void say(ServerWebSocket to, ToNode message) {
        to.writeTextMessage(Protocol.write(message));
    }

    private static String node(javax.net.ssl.SSLSession session) {
        try {
            X509Certificate certificate = (X509Certificate) session.getPeerCertificates()[0];
            return certificate.getSubjectX500Principal().getName().substring(3);
        } catch (javax.net.ssl.SSLPeerUnverifiedException e) {
            return null;
        }
    }

    private void handle(HttpServerRequest request) {
        requests.add(request.method() + " " + request.path() + " "
                + request.getHeader(request.method().name().equals("PUT") ? "Content-Range" : "Range"));
        request.body().onSuccess(body -> {
            try {
                route(request, body);
            } catch (Exception e) {
                faults.add(e.toString());
                request.response().setStatusCode(500).end();
            }
        });
    }

    private void route(HttpServerRequest request, Buffer body) throws Exception {
        String path = request.path();
        String node = node(request.sslSession());
        if (path.equals(NodePaths.ENROL)) {
            Enrolment.Request asked = Protocol.read(body.toString(), Enrolment.Request.class);
            String used = codes.get(asked.code());
            if (used == null) {
                answer(
                        request,
                        403,
                        new Enrolment.Refused("The join code is wrong, was used already, or has expired."));
                return;
            }
            codes.remove(asked.code());
            grant(request, "node-" + enrolments.incrementAndGet(), asked.certificateRequest());
        } else if (node == null || revoked.contains(node)) {
            answer(request, 401, new Enrolment.Refused("Revoked."));
        } else if (path.equals(NodePaths.RENEW)) {
            grant(
                    request,
                    node,
                    Protocol.read(body.toString(), Enrolment.Renewal.class).certificateRequest());
        } else if (path.startsWith(NodePaths.UPLOADS)) {
            String hash = path.substring(NodePaths.UPLOADS.length());
            byte[] part = parts.getOrDefault(hash, new byte[0]);
            answer(request, 200, new NodePaths.BlobProgress(part.length, blobs.containsKey(hash)));
        } else if (request.method().name().equals("PUT")) {
            receive(request, path.substring(NodePaths.BLOBS.length()), body.getBytes());
        } else {
            send(request, blobs.get(path.substring(NodePaths.BLOBS.length())));
        }
    }

    private void grant(HttpServerRequest request, String node, String csr) throws Exception {
        X509Certificate signed = authority.signRequest(node, csr, validity);
        answer(
                request,
                200,
                new Enrolment.Granted(
                        node, "node", TestAuthority.pem(signed), TestAuthority.pem(authority.certificate())));
    }

    private void receive(HttpServerRequest request, String hash, byte[] chunk) {
        Matcher range = RANGE.matcher(request.getHeader("Content-Range"));
        if (!range.matches()) {
            answer(request, 400, Map.of());
            return;
        }
        byte[] part = parts.getOrDefault(hash, new byte[0]);
        if (Long.parseLong(range.group(1)) != part.length) {
            answer(request, 409, new NodePaths.BlobProgress(part.length, false));
            return;
        }
        byte[] all = java.util.Arrays.copyOf(part, part.length + chunk.length);
        System.arraycopy(chunk, 0, all, part.length, chunk.length);
        parts.put(hash, all);
        if (all.length < Long.parseLong(range.group(3))) {
            answer(request, 202, new NodePaths.BlobProgress(all.length, false));
        } else if (sha256(all).equals(hash)) {
            blobs.put(hash, all);
            answer(request, 201, new NodePaths.BlobProgress(all.length, true));
        } else {
            parts.remove(hash);
            answer(request, 422, Map.of());
        }
    }

    private void send(HttpServerRequest request, byte[] content) {
        if (content == null) {
            answer(request, 404, new Enrolment.Refused("None."));
            return;
        }
        Matcher range = RANGE.matcher(String.valueOf(request.getHeader("Range")));
        int first = range.matches() ? Integer.parseInt(range.group(1)) : 0;
        byte[] rest = java.util.Arrays.copyOfRange(content, first, content.length);
        if (rest.length > 0 && corruptBlobs.get() > 0) {
            corruptBlobs.decrementAndGet();
            rest[rest.length / 2] ^= 1;
        }
        request.response().setStatusCode(first > 0 ? 206 : 200).putHeader("Content-Length", "" + rest.length);
        int cut = cutBlobsAfter;
        if (cut > 0 && rest.length > cut) {
            request.response()
                    .write(Buffer.buffer(java.util.Arrays.copyOf(rest, cut)))
                    .onComplete(written -> request.connection().close());
        } else {
            request.response().end(Buffer.buffer(rest));
        }
    }

    private static void answer(HttpServerRequest request, int status, Object body) {
        request.response().setStatusCode(status).end(Protocol.write(body));
    }
}
