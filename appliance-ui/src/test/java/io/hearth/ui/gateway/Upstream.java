package io.hearth.ui.gateway;

import io.hearth.ui.certificates.Certificates;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.StringWriter;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.bouncycastle.util.io.pem.PemObject;

/** A node's serving port over mutual TLS, with workers that do what a test says. */
final class Upstream implements AutoCloseable {
    /** What was asked of it. */
    record Asked(String path, java.util.Map<String, String> headers, String body) {}

    final String node;
    final List<Asked> asked = new CopyOnWriteArrayList<>();
    private final HttpServer server;
    private volatile BiConsumer<HttpServerRequest, Buffer> behaviour =
            (request, body) -> request.response().setStatusCode(500).end();

    Upstream(Vertx vertx, Certificates certificates, String node) throws Exception {
        this.node = node;
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair pair = generator.generateKeyPair();
        String request = pem(new JcaPKCS10CertificationRequestBuilder(new X500Principal("CN=" + node), pair.getPublic())
                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate())));
        String certificate = Certificates.pem(certificates.signNode(node, request)) + certificates.authorityPem();
        server = vertx.createHttpServer(new HttpServerOptions()
                .setHost("127.0.0.1")
                .setPort(0)
                .setSsl(true)
                .setClientAuth(ClientAuth.REQUIRED)
                .setKeyCertOptions(new PemKeyCertOptions()
                        .addKeyValue(Buffer.buffer(pem(
                                new PemObject("PRIVATE KEY", pair.getPrivate().getEncoded()))))
                        .addCertValue(Buffer.buffer(certificate)))
                .setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(certificates.authorityPem()))));
        server.requestHandler(asking -> asking.body().onSuccess(body -> {
            java.util.Map<String, String> headers = new java.util.TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            asking.headers().forEach(header -> headers.put(header.getKey(), header.getValue()));
            asked.add(new Asked(asking.path(), headers, body.toString()));
            behaviour.accept(asking, body);
        }));
        server.listen().toCompletionStage().toCompletableFuture().get();
    }

    int port() {
        return server.actualPort();
    }

    /** What it does with a request, once its body is there; on the event loop. */
    void does(BiConsumer<HttpServerRequest, Buffer> what) {
        behaviour = what;
    }

    /** Answers with JSON. */
    void answers(int status, String json) {
        does((request, body) -> request.response()
                .setStatusCode(status)
                .putHeader("Content-Type", "application/json")
                .end(json));
    }

    @Override
    public void close() {
        server.close().toCompletionStage().toCompletableFuture().join();
    }

    private static String pem(Object part) throws Exception {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(part);
        }
        return text.toString();
    }
}
