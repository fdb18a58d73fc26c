package io.hearth.agent.link;

import io.hearth.agent.enrolment.NodeIdentity;
import io.hearth.agent.enrolment.PinnedTrust;
import io.hearth.agent.enrolment.Tls;
import io.hearth.protocol.NodePaths;
import io.hearth.protocol.Protocol;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.io.IOException;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One open WebSocket to the control plane. */
final class Wire implements AutoCloseable {
    private static final int CONNECT_MILLIS = 5_000;
    private static final int HANDSHAKE_SECONDS = 15;
    private static final int MAX_FRAME = 256 << 10;
    private static final int MAX_MESSAGE = 4 * Protocol.MAX_MESSAGE_CHARS;
    private static final int MAX_WAITING = 1 << 20;

    private final WebSocketClient client;
    private final WebSocket socket;

    private Wire(WebSocketClient client, WebSocket socket) {
        this.client = client;
        this.socket = socket;
    }

    /** The control plane does not let this node in. */
    static final class Rejected extends IOException {
        private static final long serialVersionUID = 1;

        private final int status;

        Rejected(int status) {
            super("The control plane refused the link (status " + status + ").");
            this.status = status;
        }

        int status() {
            return status;
        }
    }

    /** What comes over it. Called on Vert.x's threads; must return at once. */
    interface Ear {
        void text(String message);

        /** A sign of life without content. */
        void pong();

        void closed();
    }

    static Wire open(Vertx vertx, URI control, NodeIdentity identity, Ear ear)
            throws IOException, InterruptedException {
        WebSocketClient client = vertx.createWebSocketClient(new WebSocketClientOptions()
                .setSsl(true)
                .setVerifyHost(false)
                .setTrustOptions(TrustOptions.wrap(PinnedTrust.of(identity.authority())))
                .setKeyCertOptions(new PemKeyCertOptions()
                        .addKeyValue(Buffer.buffer(identity.keyPem()))
                        .addCertValue(Buffer.buffer(identity.chainPem())))
                .setEnabledSecureTransportProtocols(Set.of(Tls.PROTOCOLS))
                .setConnectTimeout(CONNECT_MILLIS)
                .setMaxFrameSize(MAX_FRAME)
                .setMaxMessageSize(MAX_MESSAGE));
        try {
            WebSocket socket = client.connect(new WebSocketConnectOptions()
                            .setHost(control.getHost().replaceAll("[\\[\\]]", ""))
                            .setPort(control.getPort() < 0 ? 443 : control.getPort())
                            .setSsl(true)
                            .setURI(NodePaths.LINK))
                    .map(opened -> listen(opened, ear))
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(HANDSHAKE_SECONDS, TimeUnit.SECONDS);
            return new Wire(client, socket);
        } catch (ExecutionException e) {
            client.close();
            if (e.getCause() instanceof UpgradeRejectedException rejected) {
                throw new Rejected(rejected.getStatus());
            }
            throw new IOException(rootMessage(e.getCause()), e.getCause());
        } catch (TimeoutException e) {
            client.close();
            throw new IOException("The control plane did not answer in time.", e);
        }
    }

    /** On the socket's own thread, before its first message is delivered. */
    private static WebSocket listen(WebSocket socket, Ear ear) {
        socket.setWriteQueueMaxSize(MAX_WAITING);
        socket.textMessageHandler(ear::text);
        socket.pongHandler(pong -> ear.pong());
        socket.exceptionHandler(fault -> socket.close());
        socket.closeHandler(closed -> ear.closed());
        return socket;
    }

    /** Says something. Calls from several threads must be ordered by the caller. */
    void send(Object message) {
        socket.writeTextMessage(Protocol.write(message));
    }

    void ping() {
        socket.writePing(Buffer.buffer());
    }

    /** Whether the other side does not read as fast as we speak. */
    boolean congested() {
        return socket.writeQueueFull();
    }

    @Override
    public void close() {
        socket.close();
        client.close();
    }

    private static String rootMessage(Throwable fault) {
        Throwable root = fault;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }
}
