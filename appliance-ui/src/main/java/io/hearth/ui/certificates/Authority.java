package io.hearth.ui.certificates;

import io.hearth.protocol.JoinCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** The certificate authority of this appliance: EC P-256, valid for ten years, signs certificates and nothing else. */
final class Authority {
    /** Validity of the authority. */
    static final Duration VALIDITY = Duration.ofDays(3653);

    /** Clocks of nodes may be a little behind. */
    private static final Duration BACKDATED = Duration.ofHours(1);

    private static final SecureRandom RANDOM = new SecureRandom();

    private final Identity identity;
    private final Clock clock;

    private Authority(Identity identity, Clock clock) {
        this.identity = identity;
        this.clock = clock;
    }

    /** Reads the authority from a file, or makes it if the file is not there. */
    static Authority open(Path file, Clock clock) {
        if (Files.exists(file)) {
            return new Authority(Identity.read(file), clock);
        }
        try {
            KeyPair keys = newKeys();
            X500Name name = new X500NameBuilder(BCStyle.INSTANCE)
                    .addRDN(BCStyle.CN, "Hearth authority " + tail())
                    .build();
            Instant now = clock.instant();
            JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    name,
                    serial(),
                    Date.from(now.minus(BACKDATED)),
                    Date.from(now.plus(VALIDITY)),
                    name,
                    keys.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
                    .addExtension(
                            Extension.subjectKeyIdentifier,
                            false,
                            new JcaX509ExtensionUtils().createSubjectKeyIdentifier(keys.getPublic()));
            X509Certificate certificate = new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
            Identity made = new Identity(keys.getPrivate(), List.of(certificate));
            made.write(file);
            return new Authority(made, clock);
        } catch (IOException e) {
            throw new UncheckedIOException("The certificate authority cannot be written to " + file + ".", e);
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException("The certificate authority cannot be made.", e);
        }
    }

    /** Its certificate. */
    X509Certificate certificate() {
        return identity.certificate();
    }

    /** The part of a join code that names it. */
    String fingerprint() {
        return JoinCode.fingerprint(certificate());
    }

    /** A key of its own with a certificate of this authority. */
    Identity issue(String name, Collection<GeneralName> alternatives, List<KeyPurposeId> uses, Duration validity) {
        KeyPair keys = newKeys();
        X509Certificate signed = sign(keys.getPublic(), name, alternatives, uses, validity);
        return new Identity(keys.getPrivate(), List.of(signed, certificate()));
    }

    /** A certificate for someone else's key. Never outlives the authority. */
    X509Certificate sign(
            PublicKey key,
            String name,
            Collection<GeneralName> alternatives,
            List<KeyPurposeId> uses,
            Duration validity) {
        try {
            Instant now = clock.instant();
            Instant end = now.plus(validity);
            Instant last = certificate().getNotAfter().toInstant();
            JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    X500Name.getInstance(certificate().getSubjectX500Principal().getEncoded()),
                    serial(),
                    Date.from(now.minus(BACKDATED)),
                    Date.from(end.isAfter(last) ? last : end),
                    new X500NameBuilder(BCStyle.INSTANCE)
                            .addRDN(BCStyle.CN, name)
                            .build(),
                    key);
            JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                    .addExtension(
                            Extension.extendedKeyUsage, false, new ExtendedKeyUsage(uses.toArray(new KeyPurposeId[0])))
                    .addExtension(Extension.subjectKeyIdentifier, false, extensions.createSubjectKeyIdentifier(key))
                    .addExtension(
                            Extension.authorityKeyIdentifier,
                            false,
                            extensions.createAuthorityKeyIdentifier(
                                    certificate().getPublicKey()));
            if (!alternatives.isEmpty()) {
                builder.addExtension(
                        Extension.subjectAlternativeName,
                        false,
                        new GeneralNames(alternatives.toArray(new GeneralName[0])));
            }
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(identity.key())));
        } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException("A certificate for " + name + " cannot be signed.", e);
        }
    }

    private static KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static BigInteger serial() {
        return new BigInteger(127, RANDOM).add(BigInteger.ONE);
    }

    /** A short random tail that tells authorities of several appliances apart in a browser's list. */
    private static String tail() {
        return String.format("%06x", RANDOM.nextInt(1 << 24));
    }
}
