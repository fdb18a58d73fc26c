package io.hearth.agent.enrolment;

import io.hearth.agent.common.LogText;
import io.hearth.protocol.Enrolment;
import io.hearth.protocol.JoinCode;
import io.hearth.protocol.NodePaths;
import io.hearth.protocol.Protocol;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** Gets the node's first certificate with a join code, and each next one with the present one. Keys never leave the node. */
public final class Enroller {
    private static final Duration ANSWER = Duration.ofSeconds(30);

    private final URI control;

    /** @param control address of the control plane's node port */
    public Enroller(URI control) {
        this.control = control;
    }

    /**
     * Joins.
     *
     * @param keys the key to be signed. Asked again with the same code and key, the control plane gives the same node its
     *     certificate again: so the key is kept before it asks, and an answer that was lost costs no second code
     * @throws EnrolmentRefused if the control plane says no, such as to a code that was used or is too old
     * @throws IOException if it cannot be reached or is not the one that the code names
     */
    public NodeIdentity enrol(JoinCode code, String nodeName, KeyPair keys)
            throws IOException, EnrolmentRefused, InterruptedException {
        try (HttpClient client = Tls.client(PinnedTrust.ofCode(code), null)) {
            Enrolment.Granted granted = post(
                    client, NodePaths.ENROL, new Enrolment.Request(code.secret(), nodeName, request(keys, nodeName)));
            X509Certificate authority = NodeIdentity.certificate(granted.authority());
            if (!code.names(authority)) {
                throw new IOException(
                        "The control plane sent another certificate authority than the join code names. Nothing was kept.");
            }
            return checked(keys, granted, authority);
        }
    }

    /**
     * Gets the next certificate, for a new key.
     *
     * @throws EnrolmentRefused if the control plane says no: the node was revoked
     */
    public NodeIdentity renew(NodeIdentity present) throws IOException, EnrolmentRefused, InterruptedException {
        KeyPair keys = newKeys();
        try (HttpClient client = Tls.client(PinnedTrust.of(present.authority()), present)) {
            Enrolment.Granted granted =
                    post(client, NodePaths.RENEW, new Enrolment.Renewal(request(keys, present.nodeId())));
            NodeIdentity next = checked(keys, granted, present.authority());
            if (!next.nodeId().equals(present.nodeId())) {
                throw new IOException("The control plane sent the certificate of another node. It was not kept.");
            }
            return next;
        }
    }

    private Enrolment.Granted post(HttpClient client, String path, Object body)
            throws IOException, EnrolmentRefused, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(control.resolve(path))
                .timeout(ANSWER)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(Protocol.write(body)))
                .build();
        HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        try {
            if (answer.statusCode() / 100 == 2) {
                return Protocol.read(answer.body(), Enrolment.Granted.class);
            }
        } catch (IllegalArgumentException e) {
            throw new IOException("The control plane's answer cannot be read: " + LogText.safe(e.getMessage()), e);
        }
        if (answer.statusCode() >= 500) {
            throw new IOException("The control plane has a fault (status " + answer.statusCode() + ").");
        }
        throw new EnrolmentRefused(answer.statusCode(), reason(answer));
    }

    private static String reason(HttpResponse<String> answer) {
        try {
            String error = Protocol.read(answer.body(), Enrolment.Refused.class).error();
            if (error != null && !error.isBlank()) {
                return LogText.safe(error);
            }
        } catch (IllegalArgumentException notOurs) {
            return "Status " + answer.statusCode() + " from something that does not answer like a control plane.";
        }
        return "Status " + answer.statusCode() + ".";
    }

    private static NodeIdentity checked(KeyPair keys, Enrolment.Granted granted, X509Certificate authority)
            throws IOException {
        X509Certificate certificate = NodeIdentity.certificate(granted.certificate());
        try {
            certificate.verify(authority.getPublicKey());
        } catch (GeneralSecurityException e) {
            throw new IOException("The control plane sent a certificate that its authority did not sign.", e);
        }
        if (!certificate.getPublicKey().equals(keys.getPublic())) {
            throw new IOException("The control plane sent a certificate for another key.");
        }
        return new NodeIdentity(keys.getPrivate(), certificate, authority);
    }

    /** A new key on P-256. */
    static KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String request(KeyPair keys, String name) {
        try {
            byte[] request = new JcaPKCS10CertificationRequestBuilder(
                            new X500NameBuilder(BCStyle.INSTANCE)
                                    .addRDN(BCStyle.CN, name)
                                    .build(),
                            keys.getPublic())
                    .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()))
                    .getEncoded();
            return NodeIdentity.pem("CERTIFICATE REQUEST", request);
        } catch (IOException | OperatorCreationException e) {
            throw new IllegalStateException("A certificate request cannot be made.", e);
        }
    }
}
