package io.hearth.ui.certificates;

import java.io.StringWriter;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemObject;

/** Certificates of a house, as its authority makes them, right and wrong. */
public final class TestCertificates {
    /** What is asked for. */
    public record Wanted(
            String name,
            List<String> names,
            Instant begins,
            Instant ends,
            boolean authority,
            KeyPurposeId use,
            String hash) {
        public static Wanted server(Instant now, String... names) {
            return new Wanted(
                    "CN=" + names[0],
                    List.of(names),
                    now.minus(Duration.ofDays(1)),
                    now.plus(Duration.ofDays(300)),
                    false,
                    KeyPurposeId.id_kp_serverAuth,
                    "SHA256");
        }

        public static Wanted authority(Instant now, String name) {
            return new Wanted(
                    "CN=" + name,
                    List.of(),
                    now.minus(Duration.ofDays(1)),
                    now.plus(Duration.ofDays(3000)),
                    true,
                    null,
                    "SHA256");
        }

        public Wanted during(Instant from, Instant to) {
            return new Wanted(name, names, from, to, authority, use, hash);
        }

        public Wanted forUse(KeyPurposeId other) {
            return new Wanted(name, names, begins, ends, authority, other, hash);
        }

        public Wanted signedWith(String other) {
            return new Wanted(name, names, begins, ends, authority, use, other);
        }

        public Wanted withoutNames() {
            return new Wanted(name, List.of(), begins, ends, authority, use, hash);
        }
    }

    /** A key with its certificates. */
    public record Made(KeyPair keys, List<X509Certificate> chain) {
        public String chainPem() {
            StringBuilder text = new StringBuilder();
            chain.forEach(one -> text.append(pem(one)));
            return text.toString();
        }

        public String keyPem() {
            return TestCertificates.keyPem(keys);
        }

        public String fingerprint() {
            return Certificates.fingerprint(chain.getFirst());
        }
    }

    public static KeyPair keys(String algorithm, int size) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        if (size > 0) {
            generator.initialize(size);
        }
        return generator.generateKeyPair();
    }

    /** @param signer null: signs itself */
    public static Made make(KeyPair keys, Wanted wanted, Made signer) throws Exception {
        X500Name name = new X500Name(wanted.name());
        X500Name issuer = signer == null
                ? name
                : X500Name.getInstance(
                        signer.chain().getFirst().getSubjectX500Principal().getEncoded());
        JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                issuer,
                BigInteger.valueOf(System.nanoTime()),
                Date.from(wanted.begins()),
                Date.from(wanted.ends()),
                name,
                keys.getPublic());
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(wanted.authority()));
        if (wanted.use() != null) {
            builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(wanted.use()));
        }
        if (!wanted.names().isEmpty()) {
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(
                            wanted.names().stream().map(HostNames::general).toArray(GeneralName[]::new)));
        }
        PrivateKey key = (signer == null ? keys : signer.keys()).getPrivate();
        String algorithm = wanted.hash() + "with" + (key.getAlgorithm().equals("EC") ? "ECDSA" : key.getAlgorithm());
        if (key.getAlgorithm().equals("EdDSA")) {
            algorithm = "Ed25519";
        }
        X509Certificate certificate = new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder(algorithm).build(key)));
        List<X509Certificate> chain = new ArrayList<>(List.of(certificate));
        if (signer != null) {
            chain.addAll(signer.chain());
        }
        return new Made(keys, chain);
    }

    /** A certificate for a server behind an intermediate authority. */
    public static Made ofTheHouse(Instant now, String... names) throws Exception {
        Made root = make(keys("RSA", 2048), Wanted.authority(now, "Example House Root"), null);
        Made between = make(keys("EC", 256), Wanted.authority(now, "Example House Servers"), root);
        return make(keys("RSA", 2048), Wanted.server(now, names), between);
    }

    /** PKCS #8: a curve's key in the older form has no curve in it. */
    static String keyPem(KeyPair keys) {
        return pem(new PemObject("PRIVATE KEY", keys.getPrivate().getEncoded()));
    }

    static String pem(Object part) {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(part);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return text.toString();
    }

    private TestCertificates() {}
}
