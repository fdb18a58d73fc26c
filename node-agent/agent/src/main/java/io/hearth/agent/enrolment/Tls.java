package io.hearth.agent.enrolment;

import java.net.http.HttpClient;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;

/** HTTP clients for the control plane's node port. */
public final class Tls {
    /** Versions of TLS that the agent speaks. */
    public static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

    private static final Duration CONNECT = Duration.ofSeconds(10);

    private Tls() {}

    /** A client that trusts as told and shows the node's certificate if it has one. */
    public static HttpClient client(PinnedTrust trust, NodeIdentity identity) {
        return HttpClient.newBuilder()
                .sslContext(context(trust, identity))
                .sslParameters(parameters())
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(CONNECT)
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .build();
    }

    private static SSLParameters parameters() {
        SSLParameters parameters = new SSLParameters();
        parameters.setProtocols(PROTOCOLS);
        return parameters;
    }

    private static SSLContext context(PinnedTrust trust, NodeIdentity identity) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys(identity), new TrustManager[] {trust}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("TLS cannot be set up.", e);
        }
    }

    private static KeyManager[] keys(NodeIdentity identity) throws GeneralSecurityException {
        if (identity == null) {
            return null;
        }
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("node", identity.key(), new char[0], new X509Certificate[] {
                identity.certificate(), identity.authority()
            });
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, new char[0]);
            return factory.getKeyManagers();
        } catch (java.io.IOException e) {
            throw new GeneralSecurityException(e);
        }
    }
}
