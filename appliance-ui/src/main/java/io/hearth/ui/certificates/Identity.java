package io.hearth.ui.certificates;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.util.io.pem.PemObject;

/**
 * A private key with its certificates, the own one first and then those that signed it. In one PEM file, so that key and
 * certificate can never be of different ages.
 *
 * @param key private key
 * @param chain certificates
 */
record Identity(PrivateKey key, List<X509Certificate> chain) {

    /** The own certificate. */
    X509Certificate certificate() {
        return chain.getFirst();
    }

    /** Private key in PEM (PKCS#8). */
    String keyPem() {
        return pem(new PemObject("PRIVATE KEY", key.getEncoded()));
    }

    /** All certificates in PEM. */
    String chainPem() {
        StringBuilder text = new StringBuilder();
        chain.forEach(certificate -> text.append(pem(certificate)));
        return text.toString();
    }

    /** Writes key and certificates to one file that only the owner reads. */
    void write(Path file) throws IOException {
        PrivateFile.write(file, (keyPem() + chainPem()).getBytes(StandardCharsets.US_ASCII));
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws IllegalStateException if the file is damaged
     */
    static Identity read(Path file) {
        try (PEMParser parser = new PEMParser(new StringReader(Files.readString(file)))) {
            PrivateKey key = null;
            List<X509Certificate> chain = new ArrayList<>();
            for (Object part = parser.readObject(); part != null; part = parser.readObject()) {
                switch (part) {
                    case PrivateKeyInfo info -> key = new JcaPEMKeyConverter().getPrivateKey(info);
                    case PEMKeyPair pair -> key = new JcaPEMKeyConverter().getPrivateKey(pair.getPrivateKeyInfo());
                    case X509CertificateHolder holder ->
                        chain.add(new JcaX509CertificateConverter().getCertificate(holder));
                    default -> throw new IOException("It holds something unexpected.");
                }
            }
            if (key == null || chain.isEmpty()) {
                throw new IOException("It lacks a key or a certificate.");
            }
            return new Identity(key, List.copyOf(chain));
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            throw new IllegalStateException(
                    "The file " + file + " cannot be read as a key with its certificate. Put it back from a backup.",
                    e);
        }
    }

    /** A certificate in PEM. */
    static String pem(X509Certificate certificate) {
        return pem((Object) certificate);
    }

    private static String pem(Object part) {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(part);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return text.toString();
    }
}
