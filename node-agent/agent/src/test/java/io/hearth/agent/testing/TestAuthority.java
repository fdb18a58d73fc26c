package io.hearth.agent.testing;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.StringReader;
import java.io.StringWriter;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;

/** A certificate authority as a control plane has one. */
public final class TestAuthority {
    private static final KeyPurposeId[] BOTH = {KeyPurposeId.id_kp_clientAuth, KeyPurposeId.id_kp_serverAuth};

    private final KeyPair keys;
    private final X509Certificate certificate;

    public TestAuthority() throws Exception {
        keys = newKeys();
        certificate = sign(keys.getPublic(), "Hearth authority test", true, Duration.ofDays(10), BOTH);
    }

    public X509Certificate certificate() {
        return certificate;
    }

    /** Key and certificate of a server or client of the control plane, or of a node. */
    public PemKeyCertOptions identity(String name, KeyPurposeId... uses) throws Exception {
        KeyPair own = newKeys();
        X509Certificate signed = sign(own.getPublic(), name, false, Duration.ofDays(1), uses.length == 0 ? BOTH : uses);
        return new PemKeyCertOptions()
                .addKeyValue(Buffer.buffer(pem("PRIVATE KEY", own.getPrivate().getEncoded())))
                .addCertValue(Buffer.buffer(pem(signed) + pem(certificate)));
    }

    /** Signs a node's request; valid from a while ago until later. */
    public X509Certificate signRequest(String nodeId, String request, Duration validity) throws Exception {
        try (PEMParser parser = new PEMParser(new StringReader(request))) {
            PKCS10CertificationRequest read = (PKCS10CertificationRequest) parser.readObject();
            return sign(new JcaPKCS10CertificationRequest(read).getPublicKey(), nodeId, false, validity, BOTH);
        }
    }

    public static String pem(X509Certificate certificate) throws Exception {
        return pem("CERTIFICATE", certificate.getEncoded());
    }

    private static String pem(String type, byte[] content) throws Exception {
        StringWriter text = new StringWriter();
        try (PemWriter writer = new PemWriter(text)) {
            writer.writeObject(new PemObject(type, content));
        }
        return text.toString();
    }

    private X509Certificate sign(PublicKey key, String name, boolean authority, Duration validity, KeyPurposeId... uses)
            throws Exception {
        X500Name issuer = authority
                ? new X500Name("CN=" + name)
                : X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
        Instant now = Instant.now();
        JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                issuer,
                new BigInteger(64, new SecureRandom()),
                Date.from(now.minusSeconds(60)),
                Date.from(now.plus(validity)),
                new X500Name("CN=" + name),
                key);
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
        if (!authority) {
            builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(uses))
                    .addExtension(
                            Extension.subjectAlternativeName,
                            false,
                            new GeneralNames(new GeneralName(GeneralName.dNSName, name)));
        }
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
    }

    private static KeyPair newKeys() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }
}
