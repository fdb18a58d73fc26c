package io.hearth.starter.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client against a server with a certificate of its own. */
class ApplianceTest {
    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    Path home;

    private HttpsServer server;
    private String fingerprint;
    private final List<String> seen = new ArrayList<>();
    private final ByteArrayOutputStream uploaded = new ByteArrayOutputStream();

    @BeforeEach
    void serve() throws Exception {
        Path keys = home.resolve("keys.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=appliance",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        keys.toString(),
                        "-storepass",
                        new String(PASSWORD))
                .redirectErrorStream(true)
                .start();
        keytool.getInputStream().readAllBytes();
        assertThat(keytool.waitFor()).isZero();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(keys)) {
            store.load(in, PASSWORD);
        }
        fingerprint = HexFormat.ofDelimiter(":")
                .withUpperCase()
                .formatHex(MessageDigest.getInstance("SHA-256")
                        .digest(store.getCertificate("server").getEncoded()));
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(store, PASSWORD);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(managers.getKeyManagers(), null, null);
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        server.createContext("/", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        String path = exchange.getRequestURI().toString();
        seen.add(exchange.getRequestMethod() + " " + path + " "
                + exchange.getRequestHeaders().getFirst("Authorization"));
        if (exchange.getRequestMethod().equals("PUT")) {
            uploaded.write(body);
        }
        int status = path.startsWith("/refused") ? 409 : 200;
        String text = switch (path) {
            case "/refused" -> "{\"title\": \"Conflict\", \"detail\": \"That name is taken.\"}";
            case "/refused/v1" -> "{\"error\": {\"message\": \"No such key.\"}}";
            case "/api/v1/uploads" -> "{\"id\": \"up-1\", \"received\": 0, \"chunkSize\": 1000}";
            case "/v1/chat/completions" ->
                "data: {\"choices\": [{\"delta\": {\"content\": \"E27 \"}}]}\n\n"
                        + "data: {\"choices\": [{\"delta\": {\"content\": \"泵\"}}]}\n\n"
                        + "data: {\"choices\": [{\"delta\": {}}]}\n\ndata: [DONE]\n\n";
            default -> "{\"ok\": true}";
        };
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private Appliance appliance(String sha256) throws IOException {
        Appliance.JSON.writeValue(
                home.resolve("control-plane.json").toFile(),
                Map.of(
                        "url",
                        "https://localhost:" + server.getAddress().getPort(),
                        "fingerprint",
                        sha256,
                        "authority",
                        "a.crt"));
        return Appliance.of(home);
    }

    @Test
    void talksToTheServerWithThatCertificateAndToNoOther() throws Exception {
        try (Appliance appliance = appliance(fingerprint)) {
            appliance.signIn("secret");
            assertThat(appliance.get("/q").path("ok").asBoolean()).isTrue();
            assertThat(seen).containsExactly("GET /q Bearer secret");
        }
        String other = (fingerprint.startsWith("00") ? "11" : "00") + fingerprint.substring(2);
        try (Appliance appliance = appliance(other)) {
            assertThatThrownBy(() -> appliance.get("/q")).isInstanceOf(QuickstartException.class);
            assertThat(seen).hasSize(1);
        }
    }

    @Test
    void aRefusalIsTheServersOwnSentence() throws Exception {
        try (Appliance appliance = appliance(fingerprint)) {
            assertThatThrownBy(() -> appliance.post("/refused", Map.of())).hasMessage("HTTP 409: That name is taken.");
            assertThatThrownBy(() -> appliance.get("/refused/v1")).hasMessage("HTTP 409: No such key.");
        }
    }

    @Test
    void uploadsWholeFilesInChunks() throws Exception {
        byte[] content = new byte[2500];
        new Random(3).nextBytes(content);
        Path file = Files.write(home.resolve("rows.jsonl"), content);
        try (Appliance appliance = appliance(fingerprint)) {
            assertThat(appliance.upload(file)).isEqualTo("up-1");
        }
        assertThat(uploaded.toByteArray()).isEqualTo(content);
        assertThat(seen)
                .containsExactly(
                        "POST /api/v1/uploads null",
                        "PUT /api/v1/uploads/up-1?offset=0 null",
                        "PUT /api/v1/uploads/up-1?offset=1000 null",
                        "PUT /api/v1/uploads/up-1?offset=2000 null");
    }

    @Test
    void handsOverTextAsItComes() throws Exception {
        List<String> parts = new ArrayList<>();
        try (Appliance appliance = appliance(fingerprint)) {
            assertThat(appliance.ask("hk-1", "service-desk", "E27?", parts::add))
                    .isEqualTo("E27 泵");
        }
        assertThat(parts).startsWith("E27 ", "泵");
        assertThat(seen).containsExactly("POST /v1/chat/completions Bearer hk-1");
    }

    @Test
    void noApplianceIsASentence() {
        assertThatThrownBy(() -> Appliance.of(home.resolve("elsewhere")))
                .isInstanceOf(QuickstartException.class)
                .hasMessageContaining("No appliance is running in");
    }
}
