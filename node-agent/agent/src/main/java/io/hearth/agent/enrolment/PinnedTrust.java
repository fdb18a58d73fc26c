package io.hearth.agent.enrolment;

import io.hearth.protocol.JoinCode;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Trusts one certificate authority and nothing else. Host names are not looked at: an address may change, the authority does not.
 * What is looked at is the certificate's own name, so that one node can neither pose as the control plane towards another nor
 * reach its workers.
 */
public final class PinnedTrust extends X509ExtendedTrustManager {
    private static final String SERVER_AUTHENTICATION = "1.3.6.1.5.5.7.3.1";
    private static final String CLIENT_AUTHENTICATION = "1.3.6.1.5.5.7.3.2";

    private final X509Certificate authority;
    private final JoinCode code;

    private PinnedTrust(X509Certificate authority, JoinCode code) {
        this.authority = authority;
        this.code = code;
    }

    /** Trusts the authority that a join code names. Fit for enrolment only. */
    public static PinnedTrust ofCode(JoinCode code) {
        return new PinnedTrust(null, code);
    }

    /** Trusts a known authority. */
    public static PinnedTrust of(X509Certificate authority) {
        return new PinnedTrust(authority, null);
    }

    private void check(X509Certificate[] chain, String name, String usage) throws CertificateException {
        if (chain == null || chain.length == 0) {
            throw new CertificateException("No certificate was shown.");
        }
        X509Certificate anchor = anchor(chain);
        List<X509Certificate> path = Arrays.stream(chain)
                .takeWhile(certificate -> !certificate.equals(anchor))
                .toList();
        if (path.isEmpty()) {
            throw new CertificateException(
                    "The authority itself was shown in place of a certificate that it has signed.");
        }
        try {
            PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(anchor, null)));
            parameters.setRevocationEnabled(false);
            CertPathValidator.getInstance("PKIX")
                    .validate(CertificateFactory.getInstance("X.509").generateCertPath(path), parameters);
        } catch (GeneralSecurityException e) {
            throw new CertificateException(
                    "The certificate that was shown is not one of this node's control plane, or its time is over: "
                            + e.getMessage(),
                    e);
        }
        List<String> usages = chain[0].getExtendedKeyUsage();
        if (usages == null || !usages.contains(usage)) {
            throw new CertificateException("The certificate that was shown is not made for this use.");
        }
        if (!CommonName.of(chain[0]).equals(name)) {
            throw new CertificateException(
                    "The certificate that was shown belongs to another part of the appliance, not to \"" + name
                            + "\".");
        }
    }

    private X509Certificate anchor(X509Certificate[] chain) throws CertificateException {
        if (code == null) {
            return authority;
        }
        for (X509Certificate certificate : chain) {
            if (code.names(certificate)) {
                return certificate;
            }
        }
        throw new CertificateException(
                "The server is not the control plane that made this join code: its certificate authority is another one."
                        + " Check the address, and make a new join code on the page Nodes.");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain, CommonName.SERVER, SERVER_AUTHENTICATION);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        checkServerTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        checkServerTrusted(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain, CommonName.CONTROL_PLANE, CLIENT_AUTHENTICATION);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        checkClientTrusted(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        checkClientTrusted(chain, authType);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return authority == null ? new X509Certificate[0] : new X509Certificate[] {authority};
    }
}
