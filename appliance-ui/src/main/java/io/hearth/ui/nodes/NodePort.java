package io.hearth.ui.nodes;

import io.hearth.protocol.Enrolment;
import io.hearth.protocol.NodePaths;
import io.hearth.protocol.Protocol;
import io.hearth.ui.certificates.Certificates;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.LogText;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.Date;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.security.auth.x500.X500Principal;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Where agents connect, over TLS. Every request but the first, which brings a join code, needs a certificate of the own
 * authority whose node is not revoked; that is looked up for each request and whenever a link is made, and a revocation closes
 * the link that is open.
 */
@ApplicationScoped
public class NodePort {
    private static final System.Logger LOG = System.getLogger(NodePort.class.getName());
    private static final int MAX_BODY = 64 << 10;
    private static final int MAX_MESSAGE_BYTES = 4 * Protocol.MAX_MESSAGE_CHARS;
    private static final int IDLE_SECONDS = 300;

    /** On a machine without a moment to spare, the classes of TLS alone take more than half a minute to load. */
    private static final int OPENING_SECONDS = 300;

    private final Vertx vertx;
    private final Certificates certificates;
    private final Database database;
    private final Conversation conversation;
    private final Links links;
    private final Enrolments enrolments;
    private final BlobTransfer transfer;
    private final Attempts attempts;
    private final Clock clock;
    private final String host;
    private final int port;
    private final NodeStore nodes = new NodeStore(node -> false);
    private final Executor threads =
            task -> Thread.ofVirtual().name("node-port").start(task);
    private volatile HttpServer server;

    public NodePort(
            Vertx vertx,
            Certificates certificates,
            Database database,
            Conversation conversation,
            Links links,
            Enrolments enrolments,
            NodeBlobs blobs,
            Clock clock,
            @ConfigProperty(name = "hearth.host", defaultValue = "0.0.0.0") String host,
            @ConfigProperty(name = "hearth.node-port", defaultValue = "8444") int port) {
        this.vertx = vertx;
        this.certificates = certificates;
        this.database = database;
        this.conversation = conversation;
        this.links = links;
        this.enrolments = enrolments;
        this.transfer = new BlobTransfer(vertx, blobs);
        this.attempts = new Attempts(clock);
        this.clock = clock;
        this.host = host;
        this.port = port;
    }

    void onStart(@Observes StartupEvent event) {
        start();
    }

    void onStop(@Observes ShutdownEvent event) {
        stop();
    }

    /** Begins to listen. */
    void start() {
        HttpServer made = vertx.createHttpServer(certificates.forNodes(new HttpServerOptions()
                        .setHost(host)
                        .setPort(port)
                        .setIdleTimeout(IDLE_SECONDS)
                        .setMaxHeaderSize(16 << 10)
                        .setMaxWebSocketFrameSize(MAX_MESSAGE_BYTES)
                        .setMaxWebSocketMessageSize(MAX_MESSAGE_BYTES)))
                .requestHandler(this::handle)
                .webSocketHandler(this::link);
        try {
            server = made.listen().toCompletionStage().toCompletableFuture().get(OPENING_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException(
                    "The node port " + port + " on " + host + " cannot be used: "
                            + e.getCause().getMessage(),
                    e);
        } catch (InterruptedException | TimeoutException e) {
            // Without its cause: this sentence is what the console says.
            throw new IllegalStateException("The node port " + port + " on " + host + " did not open within "
                    + OPENING_SECONDS + " seconds. Is this machine overloaded?");
        }
    }

    /** Stops to listen and closes all links; the nodes go on and come back. */
    void stop() {
        HttpServer open = server;
        server = null;
        if (open != null) {
            for (Link link : links.all()) {
                link.close();
                conversation.ended(link);
            }
            try {
                open.close().toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS);
            } catch (InterruptedException | ExecutionException | TimeoutException e) {
                LOG.log(System.Logger.Level.DEBUG, "The node port did not close in time", e);
            }
        }
    }

    /** The port that is open, or 0 if none is. */
    public int port() {
        HttpServer open = server;
        return open == null ? 0 : open.actualPort();
    }

    /** Uses certificates that were renewed, for connections from now on. */
    void certificatesRenewed() {
        HttpServer open = server;
        if (open != null) {
            open.updateSSLOptions(certificates.forNodes(new HttpServerOptions()).getSslOptions());
        }
    }

    private void handle(HttpServerRequest request) {
        request.pause();
        threads.execute(() -> {
            try {
                route(request);
            } catch (IllegalArgumentException e) {
                BlobTransfer.refuse(request, 400, e.getMessage());
            } catch (Exception e) {
                LOG.log(System.Logger.Level.WARNING, "A request of a node failed: " + LogText.safe(request.path()), e);
                BlobTransfer.refuse(
                        request, 500, "The control plane could not do this. Try again; its log tells more.");
            }
        });
    }

    private void route(HttpServerRequest request) throws Exception {
        String path = request.path();
        if (path.equals(NodePaths.ENROL)) {
            enrol(request);
            return;
        }
        String node = caller(request.sslSession());
        if (node == null) {
            BlobTransfer.refuse(
                    request, 401, "This needs the certificate of a node of this control plane that is not revoked.");
        } else if (path.startsWith(NodePaths.BLOBS)) {
            transfer.handle(request, node, path.substring(NodePaths.BLOBS.length()));
        } else if (path.startsWith(NodePaths.UPLOADS) && request.method() == HttpMethod.GET) {
            transfer.progress(request, node, path.substring(NodePaths.UPLOADS.length()));
        } else if (path.equals(NodePaths.RENEW) && request.method() == HttpMethod.POST) {
            BlobTransfer.answer(request, 200, enrolments.renew(node, body(request, Enrolment.Renewal.class)));
        } else {
            BlobTransfer.refuse(request, 404, "There is nothing here.");
        }
    }

    private void enrol(HttpServerRequest request) throws Exception {
        if (request.method() != HttpMethod.POST) {
            BlobTransfer.refuse(request, 405, "A node joins with POST.");
            return;
        }
        String origin = request.remoteAddress().hostAddress();
        if (!attempts.allowed(origin)) {
            request.response().putHeader("Retry-After", "60");
            BlobTransfer.refuse(request, 429, "There were too many wrong join codes. Wait a minute.");
            return;
        }
        try {
            BlobTransfer.answer(request, 200, enrolments.enrol(body(request, Enrolment.Request.class), origin));
        } catch (Enrolments.Refused | IllegalArgumentException e) {
            attempts.failed(origin);
            LOG.log(
                    System.Logger.Level.WARNING,
                    "A node at {0} was not let in: {1}",
                    origin,
                    LogText.safe(e.getMessage()));
            BlobTransfer.refuse(request, e instanceof Enrolments.Refused ? 403 : 400, e.getMessage());
        }
    }

    private void link(ServerWebSocket socket) {
        Promise<Integer> handshake = Promise.promise();
        Context context = vertx.getOrCreateContext();
        socket.setHandshake(handshake.future());
        threads.execute(() -> {
            String node = socket.path().equals(NodePaths.LINK) ? caller(socket.sslSession()) : null;
            context.runOnContext(any -> {
                if (node == null) {
                    handshake.complete(socket.path().equals(NodePaths.LINK) ? 401 : 404);
                    return;
                }
                Link link = new Link(node, new SocketWire(socket), clock);
                socket.textMessageHandler(link::offer);
                socket.closeHandler(closed -> threads.execute(() -> conversation.ended(link)));
                socket.exceptionHandler(
                        fault -> LOG.log(System.Logger.Level.DEBUG, "The link of node " + node + " has broken", fault));
                conversation.begin(link);
                handshake.complete(101);
            });
        });
    }

    /** The node that has shown its certificate, or null. */
    private String caller(SSLSession session) {
        try {
            X509Certificate certificate = (X509Certificate) session.getPeerCertificates()[0];
            if (certificate.getNotAfter().before(Date.from(clock.instant()))) {
                return null;
            }
            String name = certificate.getSubjectX500Principal().getName(X500Principal.RFC2253);
            String id = name.startsWith("CN=") ? name.substring(3) : "";
            return database.read(h -> nodes.welcome(h, id)) ? id : null;
        } catch (SSLPeerUnverifiedException e) {
            return null;
        }
    }

    private static <T> T body(HttpServerRequest request, Class<T> type) throws Exception {
        String length = request.getHeader("Content-Length");
        if (length == null || !length.matches("\\d{1,9}") || Integer.parseInt(length) > MAX_BODY) {
            throw new IllegalArgumentException("The request has no body with a length, or a very long one.");
        }
        var body = request.body();
        request.resume();
        return Protocol.read(
                body.toCompletionStage()
                        .toCompletableFuture()
                        .get(30, TimeUnit.SECONDS)
                        .toString(),
                type);
    }

    /** A WebSocket of Vert.x as a link's wire. */
    private record SocketWire(ServerWebSocket socket) implements Link.Wire {
        SocketWire {
            socket.setWriteQueueMaxSize(2 * MAX_MESSAGE_BYTES);
        }

        @Override
        public void send(String text) {
            if (!socket.isClosed()) {
                socket.writeTextMessage(text);
            }
        }

        @Override
        public void close() {
            if (!socket.isClosed()) {
                socket.close();
            }
        }

        @Override
        public boolean congested() {
            return !socket.isClosed() && socket.writeQueueFull();
        }

        @Override
        public void pause() {
            socket.pause();
        }

        @Override
        public void resume() {
            socket.resume();
        }

        @Override
        public String remoteHost() {
            return socket.remoteAddress().hostAddress();
        }
    }
}
