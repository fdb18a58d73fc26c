package io.hearth.ui.certificates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hearth.protocol.JoinCode;
import io.hearth.ui.core.HearthHome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificatesTest {
    private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");

    @TempDir
    Path folder;

    @Test
    void keysAreMadeOnceAndOnlyForTheirOwner() throws Exception {
        Certificates first = certificates(START);
        Certificates again = certificates(START.plus(Duration.ofDays(1)));

        assertThat(again.authority()).isEqualTo(first.authority());
        assertThat(again.fingerprint()).isEqualTo(first.fingerprint());
        assertThat(Duration.between(START, first.authorityEnds())).isEqualTo(Authority.VALIDITY);
        try (var files = Files.list(folder.resolve("keys"))) {
            List<Path> all = files.toList();
            assertThat(all).hasSize(5);
            for (Path file : all) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .as("%s", file)
                        .isEqualTo("rw-------");
            }
        }
    }

    @Test
    void whatACrashLeftHalfWrittenIsMadeAnew() throws Exception {
        Path keys = Files.createDirectories(folder.resolve("keys"));
        Files.writeString(keys.resolve("authority.pem.part"), "-----BEGIN PRIVATE");
        Certificates first = certificates(START);
        Files.delete(keys.resolve("server.pem"));
        Certificates again = certificates(START);
        assertThat(again.authority()).isEqualTo(first.authority());
        assertThat(again.fingerprint()).isNotEqualTo(first.fingerprint());
    }

    @Test
    void aDamagedAuthorityIsNeverReplacedInSilence() throws Exception {
        certificates(START);
        Files.writeString(folder.resolve("keys/authority.pem"), "garbage");
        assertThatThrownBy(() -> certificates(START)).hasMessageContaining("Put it back from a backup");
    }

    @Test
    void theServerCertificateIsRenewedNearItsEndAndForNewNames() throws Exception {
        Certificates first = certificates(START);
        assertThat(first.refresh()).isFalse();
        X509Certificate server = Identity.read(first.serverFile()).certificate();
        assertThat(server.getSubjectX500Principal().getName()).isEqualTo("CN=hearth");
        assertThat(server.getSubjectAlternativeNames())
                .extracting(name -> String.valueOf(name.get(1)))
                .contains("localhost", "127.0.0.1", "0:0:0:0:0:0:0:1", "hearth");
        server.verify(first.authority().getPublicKey());

        Certificates later = certificates(START.plus(Duration.ofDays(350)));
        assertThat(later.fingerprint()).isNotEqualTo(first.fingerprint());
        assertThat(later.authority()).isEqualTo(first.authority());

        Certificates named = certificates(START.plus(Duration.ofDays(351)), "llm.example.internal", "10.1.2.3");
        assertThat(named.fingerprint()).isNotEqualTo(later.fingerprint());
        assertThat(Identity.read(named.serverFile()).certificate().getSubjectAlternativeNames())
                .extracting(name -> String.valueOf(name.get(1)))
                .contains("llm.example.internal", "10.1.2.3");
    }

    @Test
    void aCertificateOfTheHouseIsShownToBrowsersUntilItEnds() throws Exception {
        Certificates own = certificates(START);
        assertThat(own.pagesFile()).hasSameTextualContentAs(own.serverFile());
        // Another appliance's server certificate: a key with a certificate that this one has not made.
        Path elsewhere = Files.createDirectories(folder.resolve("elsewhere"));
        Certificates other = new Certificates(
                new HearthHome(elsewhere),
                Clock.fixed(START, ZoneOffset.UTC),
                Optional.of(List.of("box.house.example")));
        Files.copy(other.serverFile(), folder.resolve("keys/house.pem"));

        Certificates with = certificates(START);
        assertThat(with.pagesFile()).hasSameTextualContentAs(folder.resolve("keys/house.pem"));
        assertThat(with.fingerprint()).isEqualTo(other.fingerprint()).isNotEqualTo(own.fingerprint());
        assertThat(with.serverEnds()).isEqualTo(other.serverEnds());
        // Nodes go on knowing the appliance's own.
        assertThat(Identity.read(with.serverFile()).chain().getLast()).isEqualTo(with.authority());

        Certificates late = certificates(START.plus(Duration.ofDays(398)));
        assertThat(late.pagesFile()).hasSameTextualContentAs(late.serverFile());
        assertThat(late.fingerprint()).isNotEqualTo(other.fingerprint());
    }

    @Test
    void oneThatIsGivenIsShownAtOnceAndTheCopyIsMadeAnew() throws Exception {
        Certificates own = certificates(START);
        String fingerprint = own.fingerprint();
        TestCertificates.Made made = TestCertificates.ofTheHouse(START, "llm.house.example");
        own.show(HouseCertificate.of(made.chainPem(), made.keyPem(), "", Clock.fixed(START, ZoneOffset.UTC))
                .identity());
        assertThat(own.fingerprint()).isEqualTo(made.fingerprint());
        assertThat(Identity.read(own.pagesFile()).chain()).hasSize(3);
        Files.writeString(own.pagesFile(), "half");
        Certificates again = certificates(START);
        assertThat(again.fingerprint()).isEqualTo(made.fingerprint());
        assertThat(Identity.read(again.pagesFile()).certificate())
                .isEqualTo(made.chain().getFirst());
        again.showOwn();
        assertThat(again.fingerprint()).isEqualTo(fingerprint);
        assertThat(folder.resolve("keys/house.pem")).doesNotExist();
        assertThat(certificates(START).fingerprint()).isEqualTo(fingerprint);
    }

    @Test
    void aDamagedCertificateOfTheHouseIsToldAtTheStart() throws Exception {
        certificates(START);
        Files.writeString(folder.resolve("keys/house.pem"), "garbage");
        assertThatThrownBy(() -> certificates(START)).hasMessageContaining("house.pem cannot be read as a key");
    }

    @Test
    void aNodeGetsItsIdAsItsOnlyName() throws Exception {
        Certificates certificates = certificates(START);
        KeyPair keys = keys("EC", 256);
        X509Certificate signed = certificates.signNode("node-1", request(keys, "CN=control-plane"));
        signed.verify(certificates.authority().getPublicKey());
        assertThat(signed.getPublicKey()).isEqualTo(keys.getPublic());
        assertThat(signed.getSubjectX500Principal().getName()).isEqualTo("CN=node-1");
        assertThat(signed.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.1");
        assertThat(signed.getBasicConstraints()).isEqualTo(-1);
        assertThat(signed.getNotAfter().toInstant()).isEqualTo(START.plus(Certificates.NODE_VALIDITY));
        assertThat(new JoinCode("0".repeat(20), certificates.authorityFingerprint()).names(certificates.authority()))
                .isTrue();
    }

    @Test
    void weakOrForgedRequestsAreRefusedWithASentence() throws Exception {
        Certificates certificates = certificates(START);
        assertThatThrownBy(() -> certificates.signNode("node-1", "hello")).hasMessageContaining("not a PKCS#10");
        assertThatThrownBy(() -> certificates.signNode("node-1", request(keys("RSA", 1024), "CN=x")))
                .hasMessageContaining("too weak");
        KeyPair other = keys("EC", 256);
        PKCS10CertificationRequest forged = new JcaPKCS10CertificationRequestBuilder(
                        new X500Name("CN=x"), keys("EC", 256).getPublic())
                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(other.getPrivate()));
        assertThatThrownBy(() -> certificates.signNode("node-1", pem(forged)))
                .hasMessageContaining("not signed with its own key");
    }

    private Certificates certificates(Instant now, String... names) {
        return new Certificates(new HearthHome(folder), Clock.fixed(now, ZoneOffset.UTC), Optional.of(List.of(names)));
    }

    private static KeyPair keys(String algorithm, int size) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        generator.initialize(size);
        return generator.generateKeyPair();
    }

    private static String request(KeyPair keys, String name) throws Exception {
        String signature = keys.getPrivate().getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA";
        return pem(new JcaPKCS10CertificationRequestBuilder(new X500Name(name), keys.getPublic())
                .build(new JcaContentSignerBuilder(signature).build(keys.getPrivate())));
    }

    private static String pem(Object request) throws Exception {
        java.io.StringWriter text = new java.io.StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(request);
        }
        return text.toString();
    }
}
