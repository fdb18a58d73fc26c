package io.hearth.ui.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.hearth.ui.core.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** A client of the control plane's HTTPS port. Trusts any certificate: whose it is, other tests show. */
final class Api {
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .sslContext(trusting())
            .connectTimeout(Duration.ofSeconds(10))
            .version(HttpClient.Version.HTTP_1_1)
            .build();

    /** Nobody answers, or the connection broke. */
    static final class Unreachable extends UncheckedIOException {
        Unreachable(IOException cause) {
            super(cause);
        }
    }

    /** An answer, whatever its status. */
    record Answer(int status, HttpHeaders headers, byte[] body) {
        String text() {
            return new String(body, java.nio.charset.StandardCharsets.UTF_8);
        }

        /** The body as JSON; a missing node if it is none. */
        JsonNode json() {
            try {
                return body.length == 0 ? MissingNode.getInstance() : Json.MAPPER.readTree(body);
            } catch (IOException e) {
                return MissingNode.getInstance();
            }
        }

        /** The body of an answer that says that all went well. */
        JsonNode good() {
            if (status / 100 != 2) {
                throw new AssertionError("HTTP " + status + ": " + text());
            }
            return json();
        }
    }

    private final String url;
    private final List<String> headers;

    Api(String url, String... headers) {
        this.url = url;
        this.headers = List.of(headers);
    }

    /** The same server with a bearer token. */
    Api as(String token) {
        return with("Authorization", "Bearer " + token);
    }

    /** The same server with another header in each request. */
    Api with(String name, String value) {
        List<String> all = new ArrayList<>(headers);
        all.add(name);
        all.add(value);
        return new Api(url, all.toArray(String[]::new));
    }

    String url() {
        return url;
    }

    Answer get(String path) {
        return send("GET", path, null, null);
    }

    Answer post(String path, Map<String, ?> body) {
        return send(
                "POST", path, "application/json", Json.write(body).getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    Answer put(String path, Map<String, ?> body) {
        return send(
                "PUT", path, "application/json", Json.write(body).getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    Answer delete(String path) {
        return send("DELETE", path, null, null);
    }

    Answer send(String method, String path, String type, byte[] body) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(url + path)).timeout(Duration.ofSeconds(60));
        for (int i = 0; i < headers.size(); i += 2) {
            request.setHeader(headers.get(i), headers.get(i + 1));
        }
        if (type != null) {
            request.setHeader("Content-Type", type);
        }
        request.method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
        try {
            HttpResponse<byte[]> response = CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            return new Answer(response.statusCode(), response.headers(), response.body());
        } catch (IOException e) {
            throw new Unreachable(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    static SSLContext trusting() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new TrustAll()}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class TrustAll extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
