package io.hearth.agent.serving;

import io.hearth.agent.enrolment.NodeIdentity;
import io.hearth.agent.enrolment.PinnedTrust;
import io.hearth.agent.enrolment.Tls;
import io.hearth.agent.workers.Supervisor;
import io.hearth.protocol.NodePaths;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.io.IOException;
import java.net.URI;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * HTTPS on the serving port. Only the control plane's own client certificate is let in, by TLS itself; {@code /workers/ID/…}
 * reaches that worker's {@code /…}, anything else is not found.
 */
public final class Entrance implements AutoCloseable {
    private static final int CONNECTIONS = 1_024;
    private static final int CONNECT_MILLIS = 2_000;
    private static final int IDLE_SECONDS = 60;
    private static final int HANDSHAKE_SECONDS = 30;

    private final Vertx vertx;
    private final Function<String, Optional<Supervisor.Entrance>> workers;
    private final HttpClient client;
    private HttpServer server;

    public Entrance(Vertx vertx, Function<String, Optional<Supervisor.Entrance>> workers) {
        this.vertx = vertx;
        this.workers = workers;
        this.client = vertx.createHttpClient(
                new HttpClientOptions()
                        .setConnectTimeout(CONNECT_MILLIS)
                        .setKeepAliveTimeout(IDLE_SECONDS)
                        .setTcpNoDelay(true)
                        .setDecompressionSupported(false),
                new PoolOptions().setHttp1MaxSize(CONNECTIONS));
    }

    /**
     * Listens.
     *
     * @param port 0: a free one
     * @return the port
     */
    public int open(int port, NodeIdentity identity) throws IOException, InterruptedException {
        server = vertx.createHttpServer(options(identity));
        server.requestHandler(this::handle);
        try {
            return server.listen(port)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get()
                    .actualPort();
        } catch (ExecutionException e) {
            throw new IOException(
                    "The serving port " + port + " cannot be opened: "
                            + e.getCause().getMessage()
                            + ". Set hearth.agent.serving-port to one that is free, or to 0.",
                    e.getCause());
        }
    }

    /** Shows another certificate to those who connect from now on; requests that are under way go on. */
    public void renew(NodeIdentity identity) {
        server.updateSSLOptions(options(identity).getSslOptions());
    }

    private static HttpServerOptions options(NodeIdentity identity) {
        return new HttpServerOptions()
                .setSsl(true)
                .setUseAlpn(false)
                .setTcpNoDelay(true)
                .setSslHandshakeTimeout(HANDSHAKE_SECONDS)
                .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS)
                .setClientAuth(ClientAuth.REQUIRED)
                .setEnabledSecureTransportProtocols(Set.of(Tls.PROTOCOLS))
                .setTrustOptions(TrustOptions.wrap(PinnedTrust.of(identity.authority())))
                .setKeyCertOptions(new PemKeyCertOptions()
                        .addKeyValue(Buffer.buffer(identity.keyPem()))
                        .addCertValue(Buffer.buffer(identity.chainPem())));
    }

    @Override
    public void close() {
        if (server != null) {
            server.close();
            server = null;
        }
    }

    private void handle(HttpServerRequest request) {
        String uri = request.uri();
        int end = uri.startsWith(NodePaths.WORKERS) ? uri.indexOf('/', NodePaths.WORKERS.length()) : -1;
        if (end < 0) {
            Answers.error(request, 404, "not_found", "There is nothing here but workers.");
            return;
        }
        Optional<Supervisor.Entrance> worker = workers.apply(uri.substring(NodePaths.WORKERS.length(), end));
        if (worker.isEmpty()) {
            Answers.error(request, 404, "worker_unknown", "There is no such worker on this node.");
        } else if (worker.get().url() == null) {
            Answers.error(request, 503, "worker_not_ready", "The worker is not ready. Try again soon.");
        } else {
            URI address = URI.create(worker.get().url());
            Passage.open(
                    request,
                    client,
                    new RequestOptions()
                            .setHost(address.getHost())
                            .setPort(address.getPort())
                            .setURI(uri.substring(end)),
                    worker.get().token());
        }
    }
}
