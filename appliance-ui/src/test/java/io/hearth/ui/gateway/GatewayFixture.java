package io.hearth.ui.gateway;

import io.hearth.ui.audit.AuditLog;
import io.hearth.ui.certificates.Certificates;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.HearthHome;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Role;
import io.hearth.ui.deployments.RouteTable;
import io.hearth.ui.deployments.TestRoutes;
import io.hearth.ui.metering.Metering;
import io.hearth.ui.nodes.Node;
import io.hearth.ui.nodes.Nodes;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.ext.web.Router;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jdbi.v3.core.Handle;

/** A gateway on a port of its own over TLS, with a database and nodes that are servers in this process. */
final class GatewayFixture implements AutoCloseable {
    static final Actor OPERATOR = new Actor("user-one", "Olga", Role.OPERATOR, "test");

    final SetClock clock = new SetClock();
    final Vertx vertx = Vertx.vertx();
    final Path home;
    final Database database;
    final Certificates certificates;
    final KeyTable table;
    final ApiKeys keys;
    final Limits limits;
    final Metering metering;
    final Traffic traffic;
    final GatewayMetrics metrics;
    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    final RouteTable routes = new RouteTable();
    final Gateway gateway;
    final NodeConnections connections;
    final HttpServer server;
    final HttpClient client;
    final SSLContext tls;
    private final Map<String, Upstream> nodes = new ConcurrentHashMap<>();

    GatewayFixture(Path folder) throws Exception {
        this(folder, GatewaySettings.DEFAULT);
    }

    GatewayFixture(Path folder, GatewaySettings settings) throws Exception {
        home = folder;
        HearthHome hearth = new HearthHome(folder);
        hearth.folder(".");
        database = Database.open(hearth.database());
        certificates = new Certificates(hearth, java.time.Clock.systemUTC(), Optional.empty());
        News news = new News();
        limits = new Limits(clock, ZoneOffset.UTC);
        traffic = new Traffic(clock);
        metrics = new GatewayMetrics(registry);
        metering = new Metering(database, news, clock, ZoneOffset.UTC, List.of(limits, traffic, metrics));
        KeySecret secret = new KeySecret(hearth);
        table = new KeyTable(database, secret, clock);
        keys = new ApiKeys(database, new AuditLog(clock), news, clock, secret, table, metering);
        connections = new NodeConnections(vertx, certificates, new KnownNodes());
        gateway = new Gateway(vertx, clock, table, limits, routes, connections, traffic, metrics, settings);
        Router router = Router.router(vertx);
        gateway.register(router);
        server = vertx.createHttpServer(new HttpServerOptions()
                        .setHost("127.0.0.1")
                        .setPort(0)
                        .setSsl(true)
                        .setUseAlpn(true)
                        .setKeyCertOptions(new PemKeyCertOptions()
                                .setKeyPath(certificates.serverFile().toString())
                                .setCertPath(certificates.serverFile().toString())))
                .requestHandler(router);
        server.listen().toCompletionStage().toCompletableFuture().get();
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        trusted.setCertificateEntry("authority", certificates.authority());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        tls = SSLContext.getInstance("TLS");
        tls.init(null, trust.getTrustManagers(), null);
        client = HttpClient.newBuilder()
                .sslContext(tls)
                .version(HttpClient.Version.HTTP_1_1)
                .build();
    }

    Upstream node(String id) throws Exception {
        Upstream upstream = new Upstream(vertx, certificates, id);
        nodes.put(id, upstream);
        return upstream;
    }

    /** Says that a node is where another server is. */
    void lead(String id, Upstream elsewhere) {
        nodes.put(id, elsewhere);
    }

    /** A deployment with a worker on each of these nodes. */
    void serve(String name, Upstream... on) {
        TestRoutes.serve(
                routes, name, List.of(on).stream().map(node -> node.node).toList());
    }

    String key() {
        return keys.create(OPERATOR, new ApiKeys.Wish("test", null, null, null, null, false))
                .key();
    }

    String key(List<String> models, Long expires, KeyLimits limits) {
        return keys.create(OPERATOR, new ApiKeys.Wish("test", null, models, expires, limits, false))
                .key();
    }

    HttpRequest.Builder request(String path, String key) {
        HttpRequest.Builder builder =
                HttpRequest.newBuilder(URI.create("https://localhost:" + server.actualPort() + path));
        return key == null ? builder : builder.header("Authorization", "Bearer " + key);
    }

    HttpRequest chat(String key, String model) {
        return request("/v1/chat/completions", key)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body(model)))
                .build();
    }

    static String body(String model) {
        return "{\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}],\"model\":\"" + model
                + "\",\"max_tokens\":10,\"stream\":true}";
    }

    HttpResponse<String> send(HttpRequest request) throws Exception {
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public void close() {
        client.shutdownNow();
        gateway.close();
        connections.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
        database.close();
    }

    private final class KnownNodes implements Nodes {
        @Override
        public List<Node> all(Handle handle) {
            return List.of();
        }

        @Override
        public Optional<Node> find(Handle handle, String node) {
            return Optional.empty();
        }

        @Override
        public Optional<Serving> serving(String node) {
            return Optional.ofNullable(nodes.get(node)).map(up -> new Serving(node, "127.0.0.1", up.port()));
        }
    }
}
