package io.hearth.ui.certificates;

import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Sentence;
import java.io.IOException;
import java.io.StringReader;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;

/**
 * A certificate of the house with its key, as somebody has given it, after everything that browsers would refuse was looked for. Its text
 * names no part of the key.
 */
public final class HouseCertificate {
    /** Longest text that is looked at. */
    static final int MOST_CHARS = 128 * 1024;

    private static final String SERVER = "1.3.6.1.5.5.7.3.1";
    private static final String ANY = "2.5.29.37.0";
    private static final int LEAST_RSA = 2048;
    private static final Duration SOON = Duration.ofDays(30);

    private final Identity identity;
    private final List<Sentence> remarks;

    private HouseCertificate(Identity identity, List<Sentence> remarks) {
        this.identity = identity;
        this.remarks = List.copyOf(remarks);
    }

    /**
     * Looks at a certificate and a key.
     *
     * @param certificates in PEM: the own one, then those that signed it
     * @param key its private key in PEM, not encrypted; may also stand with the certificates
     * @param host name or address by which pages are opened now; empty if that is not known
     * @throws Problem of kind INVALID with what is wrong: {@code certificates.chain…} or {@code certificates.key…}
     */
    public static HouseCertificate of(String certificates, String key, String host, Clock clock) {
        Parts parts = new Parts();
        parts.read(certificates, "certificates.chain.unreadable");
        parts.read(key, "certificates.key.unreadable");
        if (parts.chain.isEmpty()) {
            throw Problem.invalid("certificates.chain.none");
        } else if (parts.keys.isEmpty()) {
            throw Problem.invalid(parts.encrypted ? "certificates.key.encrypted" : "certificates.key.none");
        } else if (parts.keys.size() > 1) {
            throw Problem.invalid("certificates.key.many");
        }
        Identity identity = new Identity(parts.keys.getFirst(), List.copyOf(parts.chain));
        checkKey(identity);
        checkOrder(identity.chain());
        checkValidity(identity.chain(), clock.instant());
        checkUse(identity.certificate());
        return new HouseCertificate(identity, remarks(identity, host, clock.instant()));
    }

    /** Names and addresses that it is for. */
    public Set<String> names() {
        return names(identity.certificate());
    }

    /** Who has signed it. */
    public String issuer() {
        return identity.certificate().getIssuerX500Principal().getName();
    }

    /** Since when it is valid. */
    public Instant begins() {
        return identity.certificate().getNotBefore().toInstant();
    }

    /** Until when. */
    public Instant ends() {
        return identity.certificate().getNotAfter().toInstant();
    }

    /** SHA-256, as browsers show it. */
    public String fingerprint() {
        return Certificates.fingerprint(identity.certificate());
    }

    /** Its kind of key, such as {@code RSA 2048}. */
    public String keyType() {
        return switch (identity.certificate().getPublicKey()) {
            case RSAPublicKey rsa -> "RSA " + rsa.getModulus().bitLength();
            case ECPublicKey ec -> "EC " + ec.getParams().getOrder().bitLength();
            default -> "";
        };
    }

    /** How many certificates are shown. */
    public int length() {
        return identity.chain().size();
    }

    /** What speaks against it and does not forbid it. */
    public List<Sentence> remarks() {
        return remarks;
    }

    Identity identity() {
        return identity;
    }

    @Override
    public String toString() {
        return "HouseCertificate " + fingerprint();
    }

    /** What stands in a text, in its order. */
    private static final class Parts {
        private final List<X509Certificate> chain = new ArrayList<>();
        private final List<PrivateKey> keys = new ArrayList<>();
        private boolean encrypted;

        void read(String text, String unreadable) {
            if (text.length() > MOST_CHARS) {
                throw Problem.invalid(unreadable);
            }
            // The reader's messages may quote what they could not read: they are not passed on.
            try (PEMParser parser = new PEMParser(new StringReader(text))) {
                for (Object part = parser.readObject(); part != null; part = parser.readObject()) {
                    switch (part) {
                        case X509CertificateHolder holder ->
                            chain.add(new JcaX509CertificateConverter().getCertificate(holder));
                        case PrivateKeyInfo info -> keys.add(new JcaPEMKeyConverter().getPrivateKey(info));
                        // Without its public half, which not everybody writes.
                        case PEMKeyPair pair ->
                            keys.add(new JcaPEMKeyConverter().getPrivateKey(pair.getPrivateKeyInfo()));
                        case PKCS8EncryptedPrivateKeyInfo locked -> encrypted = true;
                        case PEMEncryptedKeyPair locked -> encrypted = true;
                        default -> {
                            // Such as the parameters that openssl writes before a key.
                        }
                    }
                }
            } catch (IOException | GeneralSecurityException | RuntimeException e) {
                throw Problem.invalid(unreadable);
            }
        }
    }

    private static void checkKey(Identity identity) {
        PublicKey key = identity.certificate().getPublicKey();
        switch (key) {
            case RSAPublicKey rsa -> {
                if (rsa.getModulus().bitLength() < LEAST_RSA) {
                    throw Problem.invalid(
                            "certificates.chain.weak", rsa.getModulus().bitLength());
                }
            }
            case ECPublicKey ec -> {
                int bits = ec.getParams().getOrder().bitLength();
                if (bits != 256 && bits != 384 && bits != 521) {
                    throw Problem.invalid("certificates.chain.type", "EC " + bits);
                }
            }
            default -> throw Problem.invalid("certificates.chain.type", key.getAlgorithm());
        }
        if (belong(identity.key(), key)) {
            return;
        }
        boolean another = identity.chain().stream().anyMatch(one -> belong(identity.key(), one.getPublicKey()));
        throw Problem.invalid(another ? "certificates.chain.order" : "certificates.key.other");
    }

    private static boolean belong(PrivateKey key, PublicKey open) {
        if (!key.getAlgorithm()
                .replace("ECDSA", "EC")
                .equals(open.getAlgorithm().replace("ECDSA", "EC"))) {
            return false;
        }
        try {
            String algorithm = open instanceof RSAPublicKey ? "SHA256withRSA" : "SHA256withECDSA";
            byte[] text = new byte[32];
            new SecureRandom().nextBytes(text);
            Signature signing = Signature.getInstance(algorithm);
            signing.initSign(key);
            signing.update(text);
            byte[] signed = signing.sign();
            Signature checking = Signature.getInstance(algorithm);
            checking.initVerify(open);
            checking.update(text);
            return checking.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static void checkOrder(List<X509Certificate> chain) {
        for (int i = 1; i < chain.size(); i++) {
            if (!signed(chain.get(i - 1), chain.get(i))) {
                throw Problem.invalid("certificates.chain.order");
            }
        }
    }

    private static boolean signed(X509Certificate certificate, X509Certificate signer) {
        if (!certificate.getIssuerX500Principal().equals(signer.getSubjectX500Principal())
                || signer.getBasicConstraints() < 0) {
            return false;
        }
        try {
            certificate.verify(signer.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static void checkValidity(List<X509Certificate> chain, Instant now) {
        for (X509Certificate one : chain) {
            String name = one.getSubjectX500Principal().getName();
            if (one.getNotAfter().toInstant().isBefore(now)) {
                throw Problem.invalid(
                        "certificates.chain.ended", name, day(one.getNotAfter().toInstant()));
            } else if (one.getNotBefore().toInstant().isAfter(now)) {
                throw Problem.invalid(
                        "certificates.chain.early", name, day(one.getNotBefore().toInstant()));
            }
            String hash = one.getSigAlgName().toUpperCase(Locale.ROOT);
            boolean root = one.getIssuerX500Principal().equals(one.getSubjectX500Principal());
            if (!root && (hash.startsWith("SHA1") || hash.startsWith("MD"))) {
                throw Problem.invalid("certificates.chain.hash", name, one.getSigAlgName());
            }
        }
    }

    private static void checkUse(X509Certificate certificate) {
        if (certificate.getBasicConstraints() >= 0) {
            throw Problem.invalid("certificates.chain.authority");
        }
        try {
            List<String> uses = certificate.getExtendedKeyUsage();
            if (uses != null && !uses.contains(SERVER) && !uses.contains(ANY)) {
                throw Problem.invalid("certificates.chain.use");
            }
        } catch (GeneralSecurityException e) {
            throw Problem.invalid("certificates.chain.unreadable");
        }
        if (names(certificate).isEmpty()) {
            throw Problem.invalid("certificates.chain.names");
        }
    }

    private static List<Sentence> remarks(Identity identity, String host, Instant now) {
        List<Sentence> remarks = new ArrayList<>();
        X509Certificate own = identity.certificate();
        if (!host.isEmpty() && !covers(names(own), host)) {
            remarks.add(Sentence.of("certificates.remark.host", host));
        }
        if (own.getNotAfter().toInstant().isBefore(now.plus(SOON))) {
            remarks.add(Sentence.of(
                    "certificates.remark.soon", day(own.getNotAfter().toInstant())));
        }
        if (own.getIssuerX500Principal().equals(own.getSubjectX500Principal())) {
            remarks.add(Sentence.of("certificates.remark.self"));
        } else if (identity.chain().size() == 1) {
            remarks.add(Sentence.of("certificates.remark.alone"));
        }
        return remarks;
    }

    /** Whether one of the names is a host's; a star stands for one label. */
    static boolean covers(Set<String> names, String host) {
        String asked = host.toLowerCase(Locale.ROOT);
        String parent = asked.contains(".") ? "*" + asked.substring(asked.indexOf('.')) : "";
        return names.stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .anyMatch(name -> name.equals(asked) || name.equals(parent));
    }

    private static Set<String> names(X509Certificate certificate) {
        try {
            return new TreeSet<>(Certificates.namesOf(certificate));
        } catch (IllegalStateException e) {
            return Collections.emptySet();
        }
    }

    private static String day(Instant time) {
        return time.toString().substring(0, 10);
    }
}
