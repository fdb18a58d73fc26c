package io.hearth.ui.setup;

import io.hearth.protocol.JoinCode;
import io.hearth.ui.core.Problem;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * Looks whether the control plane that a node is to join answers, and is the one that has made the code: a machine that gives its own
 * control plane up should find the other one. The code itself is not shown to it, since it can be used only once.
 */
final class JoinCheck {
    private static final int PATIENCE_MILLIS = 8_000;
    private static final int MOST_PORT = 65_535;

    /** As the agent reads the address, and provision.yaml. */
    private static final String ADDRESS = "https://[\\[\\]A-Za-z0-9.:-]{1,255}:[0-9]{1,5}";

    private JoinCheck() {}

    /**
     * @param ownAuthority by which a code of this machine's own control plane is known
     * @return the code
     * @throws Problem of kind INVALID: {@code setup.join.address…} or {@code setup.join.code…}
     */
    static JoinCode of(String address, String typed, String ownAuthority) {
        URI at = address(address);
        JoinCode code = code(typed);
        if (code.authority().equals(ownAuthority)) {
            throw Problem.invalid("setup.join.code.own");
        }
        try {
            SSLContext tls = SSLContext.getInstance("TLS");
            tls.init(null, new TrustManager[] {new AuthorityOf(code)}, null);
            String host = at.getHost().replaceAll("[\\[\\]]", "");
            try (Socket plain = new Socket()) {
                plain.connect(new InetSocketAddress(host, at.getPort()), PATIENCE_MILLIS);
                plain.setSoTimeout(PATIENCE_MILLIS);
                SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket(plain, host, at.getPort(), true);
                socket.startHandshake();
            }
        } catch (IOException e) {
            if (e.getCause() instanceof OtherAuthority) {
                throw Problem.invalid("setup.join.address.other", address);
            }
            throw Problem.invalid("setup.join.address.silent", address);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
        return code;
    }

    private static URI address(String text) {
        if (text.matches(ADDRESS)) {
            try {
                URI read = URI.create(text);
                if (read.getHost() != null && read.getPort() > 0 && read.getPort() <= MOST_PORT) {
                    return read;
                }
            } catch (IllegalArgumentException e) {
                throw Problem.invalid("setup.join.address.wrong");
            }
        }
        throw Problem.invalid("setup.join.address.wrong");
    }

    private static JoinCode code(String text) {
        try {
            return JoinCode.parse(text);
        } catch (IllegalArgumentException e) {
            throw Problem.invalid("setup.join.code.wrong");
        }
    }

    private static final class OtherAuthority extends CertificateException {}

    /** Nothing is sent over this connection; what is looked at is the authority alone. */
    private record AuthorityOf(JoinCode code) implements X509TrustManager {
        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
            if (Arrays.stream(chain).noneMatch(code::names)) {
                throw new OtherAuthority();
            }
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
            throw new OtherAuthority();
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
