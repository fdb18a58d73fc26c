package io.hearth.ui.gateway;

import io.hearth.protocol.NodePaths;
import io.hearth.ui.certificates.Certificates;
import io.hearth.ui.deployments.RouteTable;
import io.hearth.ui.nodes.Nodes;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** The gateway's connections to the nodes' serving ports: mutual TLS, kept open, many at once. */
@ApplicationScoped
public class NodeConnections {
    private static final int CONNECTIONS_PER_NODE = 2048;
    private static final int WAITING = 1024;
    private static final int KEEP_SECONDS = 300;
    private static final int CONNECT_MILLIS = 5_000;

    /** A node that cannot be asked now. */
    static final class NodeAway extends Exception {
        NodeAway(String node) {
            super("The node " + node + " is not linked.", null, false, false);
        }
    }

    private final Nodes nodes;
    private final HttpClient client;

    public NodeConnections(Vertx vertx, Certificates certificates, Nodes nodes) {
        this.nodes = nodes;
        // One request per connection at a time: a client that leaves is told to the worker by closing it.
        this.client = vertx.createHttpClient(certificates.forAgents(new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_1_1)
                .setKeepAlive(true)
                .setKeepAliveTimeout(KEEP_SECONDS)
                .setPipelining(false)
                .setMaxPoolSize(CONNECTIONS_PER_NODE)
                .setMaxWaitQueueSize(WAITING)
                .setConnectTimeout(CONNECT_MILLIS)
                .setDecompressionSupported(false)
                .setTcpNoDelay(true)));
    }

    /** Begins a request to a worker. The path begins with {@code /v1/}. */
    Future<HttpClientRequest> post(RouteTable.Replica replica, String path) {
        Optional<Nodes.Serving> serving = nodes.serving(replica.node());
        if (serving.isEmpty()) {
            return Future.failedFuture(new NodeAway(replica.node()));
        }
        Nodes.Serving there = serving.get();
        return client.request(new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setSsl(true)
                .setServer(SocketAddress.inetSocketAddress(there.port(), there.host()))
                .setHost(there.node())
                .setPort(there.port())
                .setURI(NodePaths.WORKERS + replica.worker() + path));
    }

    @PreDestroy
    void close() {
        client.close();
    }
}
