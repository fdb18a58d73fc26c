package io.hearth.agent.enrolment;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;
import org.bouncycastle.util.io.pem.PemWriter;

/**
 * The node's key, its certificate, and the authority that signed it: the only one the node trusts.
 *
 * @param key private key
 * @param certificate the node's certificate
 * @param authority the control plane's certificate authority
 */
public record NodeIdentity(PrivateKey key, X509Certificate certificate, X509Certificate authority) {

    /** Id of the node: the certificate's common name. */
    public String nodeId() {
        return CommonName.of(certificate);
    }

    /** When the next certificate is due: at two thirds of this one's life. */
    public Instant renewAt() {
        Instant begin = certificate.getNotBefore().toInstant();
        Instant end = certificate.getNotAfter().toInstant();
        return begin.plus(Duration.between(begin, end).multipliedBy(2).dividedBy(3));
    }

    /** Private key in PEM (PKCS#8). */
    public String keyPem() {
        return pem("PRIVATE KEY", key.getEncoded());
    }

    /** The node's certificate and the authority in PEM. */
    public String chainPem() {
        return certificatePem(certificate) + certificatePem(authority);
    }

    /** Everything in PEM, as it lies in the file. */
    byte[] toBytes() {
        return (keyPem() + chainPem()).getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Reads what {@link #toBytes} made.
     *
     * @throws IOException if it is damaged, with a sentence
     */
    static NodeIdentity read(Path file, byte[] content) throws IOException {
        try (PemReader reader = new PemReader(new StringReader(new String(content, StandardCharsets.US_ASCII)))) {
            PrivateKey key = null;
            List<X509Certificate> certificates = new ArrayList<>();
            for (PemObject part = reader.readPemObject(); part != null; part = reader.readPemObject()) {
                if (part.getType().equals("PRIVATE KEY")) {
                    key = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(part.getContent()));
                } else {
                    certificates.add(certificate(part.getContent()));
                }
            }
            if (key == null || certificates.size() != 2) {
                throw new IOException("a part is missing");
            }
            return new NodeIdentity(key, certificates.get(0), certificates.get(1));
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            throw new IOException(
                    "The file " + file
                            + " does not hold this node's key and certificate any more. Remove it and let the node join again"
                            + " with a new join code.",
                    e);
        }
    }

    /** A key pair in PEM. */
    static String keysPem(KeyPair keys) {
        return pem("PRIVATE KEY", keys.getPrivate().getEncoded())
                + pem("PUBLIC KEY", keys.getPublic().getEncoded());
    }

    /** What {@link #keysPem} made; empty if it is damaged. */
    static Optional<KeyPair> readKeys(byte[] content) {
        try (PemReader reader = new PemReader(new StringReader(new String(content, StandardCharsets.US_ASCII)))) {
            KeyFactory factory = KeyFactory.getInstance("EC");
            byte[] privateKey = reader.readPemObject().getContent();
            byte[] publicKey = reader.readPemObject().getContent();
            return Optional.of(new KeyPair(
                    factory.generatePublic(new X509EncodedKeySpec(publicKey)),
                    factory.generatePrivate(new PKCS8EncodedKeySpec(privateKey))));
        } catch (IOException | GeneralSecurityException | RuntimeException damaged) {
            return Optional.empty();
        }
    }

    /** A certificate in PEM. */
    static String certificatePem(X509Certificate certificate) {
        try {
            return pem("CERTIFICATE", certificate.getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * A certificate from PEM.
     *
     * @throws IOException if it is not one
     */
    static X509Certificate certificate(String pem) throws IOException {
        try (PemReader reader = new PemReader(new StringReader(pem))) {
            PemObject part = reader.readPemObject();
            if (part == null) {
                throw new IOException("The control plane sent no certificate.");
            }
            return certificate(part.getContent());
        } catch (GeneralSecurityException e) {
            throw new IOException("What the control plane sent is not a certificate.", e);
        }
    }

    private static X509Certificate certificate(byte[] der) throws GeneralSecurityException {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new java.io.ByteArrayInputStream(der));
    }

    static String pem(String type, byte[] content) {
        StringWriter text = new StringWriter();
        try (PemWriter writer = new PemWriter(text)) {
            writer.writeObject(new PemObject(type, content));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return text.toString();
    }
}
