package io.hearth.ui.nodes;

import io.hearth.protocol.CardInfo;
import io.hearth.protocol.Enrolment;
import io.hearth.protocol.FromNode;
import io.hearth.protocol.HostInfo;
import io.hearth.protocol.HostSample;
import io.hearth.protocol.JoinCode;
import io.hearth.protocol.NodePaths;
import io.hearth.protocol.Protocol;
import io.hearth.protocol.ToNode;
import io.hearth.protocol.WorkerStatus;
import java.io.ByteArrayInputStream;
import java.io.StringWriter;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** A node as the control plane sees it: speaks the protocol over real TLS connections. */
final class TestAgent implements AutoCloseable {
    static final CardInfo CPU = new CardInfo("cpu:0", "cpu", "Test processor", 16L << 30, true, null, true);

    private final Plane plane;
    private final BlockingQueue<ToNode> heard = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> ended = new LinkedBlockingQueue<>();
    KeyPair keys = newKeys();
    String id;
    private HttpClient client;
    private WebSocket socket;

    TestAgent(Plane plane) throws Exception {
        this.plane = plane;
        this.client = client(plane, null, null, false);
    }

    HttpResponse<String> tryEnrol(String secret, String name) throws Exception {
        String body = Protocol.write(new Enrolment.Request(secret, name, request(keys)));
        return send(HttpRequest.newBuilder(uri(NodePaths.ENROL)).POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    Enrolment.Granted enrol(String code, String name) throws Exception {
        HttpResponse<String> response = tryEnrol(JoinCode.parse(code).secret(), name);
        if (response.statusCode() != 200) {
            throw new IllegalStateException(response.body());
        }
        Enrolment.Granted granted = Protocol.read(response.body(), Enrolment.Granted.class);
        use(granted);
        return granted;
    }

    void use(Enrolment.Granted granted) throws Exception {
        id = granted.nodeId();
        use(certificate(granted.certificate()));
    }

    void use(X509Certificate certificate) throws Exception {
        client = client(plane, keys, certificate, false);
    }

    /** Shows a certificate although the server has not asked for one of its authority. */
    void insist(X509Certificate certificate) throws Exception {
        client = client(plane, keys, certificate, true);
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<byte[]> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    HttpResponse<String> put(String sha256, byte[] bytes, long first, long total) throws Exception {
        return send(HttpRequest.newBuilder(uri(NodePaths.BLOBS + sha256))
                .header("Content-Range", "bytes " + first + "-" + (first + bytes.length - 1) + "/" + total)
                .PUT(HttpRequest.BodyPublishers.ofByteArray(bytes)));
    }

    URI uri(String path) {
        return URI.create("https://localhost:" + plane.port.port() + path);
    }

    /** Opens the link. */
    void connect() throws Exception {
        heard.clear();
        socket = client.newWebSocketBuilder()
                .buildAsync(URI.create("wss://localhost:" + plane.port.port() + NodePaths.LINK), new Ears())
                .get(20, TimeUnit.SECONDS);
    }

    /** Opens the link, greets, and waits for the welcome and the first assignment. */
    ToNode.Assignment greet(WorkerStatus... statuses) throws Exception {
        connect();
        say(hello(Protocol.VERSION, List.of(CPU), statuses));
        hear(ToNode.Welcome.class);
        return hear(ToNode.Assignment.class);
    }

    static FromNode.Hello hello(int version, List<CardInfo> cards, WorkerStatus... statuses) {
        return new FromNode.Hello(
                version,
                "test",
                new HostInfo("host", "Linux", "amd64", "processor", 4, 32L << 30, 1L << 40),
                cards,
                9999,
                null,
                List.of(statuses));
    }

    static FromNode.Telemetry sample(double cpu) {
        return new FromNode.Telemetry(
                new HostSample(0, cpu, 1.0, 1L << 30, 32L << 30, 1L << 30, 1L << 40, 1.0, 2.0, 3.0, 4.0, null, 0),
                List.of());
    }

    void say(Object message) throws Exception {
        sayText(Protocol.write(message));
    }

    void sayText(String text) throws Exception {
        socket.sendText(text, true).get(20, TimeUnit.SECONDS);
    }

    /** The next message of a type; others before it are passed over. */
    <T extends ToNode> T hear(Class<T> type) throws InterruptedException {
        while (true) {
            ToNode message = heard.poll(20, TimeUnit.SECONDS);
            if (message == null) {
                throw new AssertionError("Nothing of " + type.getSimpleName() + " was heard.");
            }
            if (type.isInstance(message)) {
                return type.cast(message);
            }
        }
    }

    void awaitEnd() throws InterruptedException {
        if (ended.poll(20, TimeUnit.SECONDS) == null) {
            throw new AssertionError("The link was not closed.");
        }
    }

    void drop() {
        socket.abort();
    }

    @Override
    public void close() {
        if (socket != null) {
            socket.abort();
        }
        client.shutdownNow();
    }

    static KeyPair newKeys() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        return generator.generateKeyPair();
    }

    static String request(KeyPair keys) throws Exception {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=any"), keys.getPublic())
                    .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
        }
        return text.toString();
    }

    static X509Certificate certificate(String pem) throws Exception {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(pem.getBytes()));
    }

    private static HttpClient client(Plane plane, KeyPair keys, X509Certificate certificate, boolean insist)
            throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("authority", plane.certificates.authority());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        if (certificate != null) {
            store.setKeyEntry("own", keys.getPrivate(), new char[0], new Certificate[] {certificate});
        }
        own.init(store, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        KeyManager[] managers = insist ? new KeyManager[] {new Insisting(keys, certificate)} : own.getKeyManagers();
        context.init(managers, trust.getTrustManagers(), null);
        return HttpClient.newBuilder()
                .sslContext(context)
                .version(HttpClient.Version.HTTP_1_1)
                .build();
    }

    private static final class Insisting extends X509ExtendedKeyManager {
        private final KeyPair keys;
        private final X509Certificate certificate;

        Insisting(KeyPair keys, X509Certificate certificate) {
            this.keys = keys;
            this.certificate = certificate;
        }

        @Override
        public String chooseEngineClientAlias(String[] types, Principal[] issuers, SSLEngine engine) {
            return "own";
        }

        @Override
        public String[] getClientAliases(String type, Principal[] issuers) {
            return new String[] {"own"};
        }

        @Override
        public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
            return "own";
        }

        @Override
        public String[] getServerAliases(String type, Principal[] issuers) {
            return null;
        }

        @Override
        public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
            return null;
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return new X509Certificate[] {certificate};
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return keys.getPrivate();
        }
    }

    private final class Ears implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                heard.add(Protocol.read(text.toString(), ToNode.class));
                text.setLength(0);
            }
            from.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int status, String reason) {
            ended.add("closed");
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            ended.add("broken");
        }
    }
}
