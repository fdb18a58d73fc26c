package io.hearth.ui.certificates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.hearth.ui.certificates.TestCertificates.Made;
import io.hearth.ui.certificates.TestCertificates.Wanted;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Sentence;
import java.security.KeyPair;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.util.io.pem.PemObject;
import org.junit.jupiter.api.Test;

/** A certificate of the house is taken if browsers would take it; else a sentence says what is wrong with it. */
class HouseCertificateTest {
    private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");
    private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

    @Test
    void aWholeChainIsTakenAndShown() throws Exception {
        Made made = TestCertificates.ofTheHouse(NOW, "llm.house.example", "10.0.0.5");
        HouseCertificate checked = HouseCertificate.of(made.chainPem(), made.keyPem(), "llm.house.example", CLOCK);
        assertThat(checked.names()).containsExactly("10.0.0.5", "llm.house.example");
        assertThat(checked.issuer()).isEqualTo("CN=Example House Servers");
        assertThat(checked.keyType()).isEqualTo("RSA 2048");
        assertThat(checked.length()).isEqualTo(3);
        assertThat(checked.remarks()).isEmpty();
        assertThat(checked.toString()).doesNotContain("PRIVATE");
        // Key and certificates in one text, as some authorities send them.
        assertThat(HouseCertificate.of(made.keyPem() + made.chainPem(), "", "10.0.0.5", CLOCK)
                        .fingerprint())
                .isEqualTo(made.fingerprint());
    }

    @Test
    void curvesAreTakenAsWell() throws Exception {
        Made root = TestCertificates.make(ec(), Wanted.authority(NOW, "Root"), null);
        Made made = TestCertificates.make(TestCertificates.keys("EC", 384), Wanted.server(NOW, "a.example"), root);
        assertThat(HouseCertificate.of(made.chainPem(), made.keyPem(), "", CLOCK)
                        .keyType())
                .isEqualTo("EC 384");
    }

    @Test
    void whatBrowsersWouldOnlyWarnOfIsARemark() throws Exception {
        Made made = TestCertificates.make(
                ec(), Wanted.server(NOW, "*.house.example").during(NOW, NOW.plus(Duration.ofDays(9))), null);
        assertThat(remarks(made, "llm.house.example"))
                .containsExactly("certificates.remark.soon", "certificates.remark.self");
        assertThat(remarks(made, "llm.other.example")).contains("certificates.remark.host");
        assertThat(remarks(made, "deep.llm.house.example")).contains("certificates.remark.host");
        Made root = TestCertificates.make(ec(), Wanted.authority(NOW, "Root"), null);
        Made alone = TestCertificates.make(ec(), Wanted.server(NOW, "a.example"), root);
        assertThat(remarks(new Made(alone.keys(), List.of(alone.chain().getFirst())), "a.example"))
                .containsExactly("certificates.remark.alone");
    }

    @Test
    void eachMistakeOfTheCertificatesIsASentence() throws Exception {
        Made root = TestCertificates.make(ec(), Wanted.authority(NOW, "Root"), null);
        Made good = TestCertificates.make(ec(), Wanted.server(NOW, "a.example"), root);
        assertThat(wrong("", good.keyPem())).isEqualTo("certificates.chain.none");
        assertThat(wrong("hello", good.keyPem())).isEqualTo("certificates.chain.none");
        assertThat(wrong(good.chainPem().replace("MII", "???"), good.keyPem()))
                .isEqualTo("certificates.chain.unreadable");
        assertThat(wrong(
                        TestCertificates.pem(good.chain().getLast())
                                + TestCertificates.pem(good.chain().getFirst()),
                        good.keyPem()))
                .isEqualTo("certificates.chain.order");
        Made stranger = TestCertificates.make(ec(), Wanted.authority(NOW, "Root"), null);
        assertThat(wrong(TestCertificates.pem(good.chain().getFirst()) + stranger.chainPem(), good.keyPem()))
                .as("a signer of the same name with another key")
                .isEqualTo("certificates.chain.order");
        assertThat(wrong(
                        root,
                        Wanted.server(NOW, "a.example")
                                .during(NOW.minus(Duration.ofDays(9)), NOW.minus(Duration.ofDays(1)))))
                .isEqualTo("certificates.chain.ended");
        assertThat(wrong(
                        root,
                        Wanted.server(NOW, "a.example")
                                .during(NOW.plus(Duration.ofDays(1)), NOW.plus(Duration.ofDays(9)))))
                .isEqualTo("certificates.chain.early");
        assertThat(wrong(root, Wanted.server(NOW, "a.example").forUse(KeyPurposeId.id_kp_clientAuth)))
                .isEqualTo("certificates.chain.use");
        assertThat(wrong(root, Wanted.server(NOW, "a.example").withoutNames())).isEqualTo("certificates.chain.names");
        assertThat(wrong(root, Wanted.server(NOW, "a.example").signedWith("SHA1")))
                .isEqualTo("certificates.chain.hash");
        assertThat(wrong(root.chainPem(), root.keyPem())).isEqualTo("certificates.chain.authority");
        Made weak = TestCertificates.make(TestCertificates.keys("RSA", 1024), Wanted.server(NOW, "a.example"), root);
        assertThat(wrong(weak.chainPem(), weak.keyPem())).isEqualTo("certificates.chain.weak");
        Made edwards = TestCertificates.make(TestCertificates.keys("Ed25519", 0), Wanted.server(NOW, "a"), root);
        assertThat(wrong(edwards.chainPem(), edwards.keyPem())).isEqualTo("certificates.chain.type");
    }

    @Test
    void eachMistakeOfTheKeyIsASentenceThatNamesNothingOfIt() throws Exception {
        Made good = TestCertificates.ofTheHouse(NOW, "a.example");
        String other = TestCertificates.ofTheHouse(NOW, "a.example").keyPem();
        assertThat(wrong(good.chainPem(), "")).isEqualTo("certificates.key.none");
        assertThat(wrong(good.chainPem(), other)).isEqualTo("certificates.key.other");
        assertThat(wrong(good.chainPem(), TestCertificates.keyPem(ec()))).isEqualTo("certificates.key.other");
        assertThat(wrong(good.chainPem(), good.keyPem() + other)).isEqualTo("certificates.key.many");
        assertThat(wrong(good.chainPem(), encrypted())).isEqualTo("certificates.key.encrypted");
        String broken = good.keyPem().replace("MII", "MIIcanary");
        assertThat(wrong(good.chainPem(), broken)).isEqualTo("certificates.key.unreadable");
        assertThatThrownBy(() -> HouseCertificate.of(good.chainPem(), broken, "", CLOCK))
                .hasMessageNotContaining("canary")
                .hasNoCause();
    }

    private static KeyPair ec() throws Exception {
        return TestCertificates.keys("EC", 256);
    }

    private static List<String> remarks(Made made, String host) {
        return HouseCertificate.of(made.chainPem(), made.keyPem(), host, CLOCK).remarks().stream()
                .map(Sentence::key)
                .toList();
    }

    private static String wrong(Made signer, Wanted wanted) throws Exception {
        Made made = TestCertificates.make(ec(), wanted, signer);
        return wrong(made.chainPem(), made.keyPem());
    }

    private static String wrong(String chain, String key) {
        Problem problem = catchThrowableOfType(Problem.class, () -> HouseCertificate.of(chain, key, "", CLOCK));
        assertThat(problem).as("something is wrong").isNotNull();
        assertThat(problem.kind()).isEqualTo(Problem.Kind.INVALID);
        return problem.sentence().key();
    }

    /** What such a key looks like from outside: nobody opens it. */
    private static String encrypted() throws Exception {
        return TestCertificates.pem(new PemObject(
                "ENCRYPTED PRIVATE KEY",
                new EncryptedPrivateKeyInfo(
                                new AlgorithmIdentifier(PKCSObjectIdentifiers.id_PBES2, DERNull.INSTANCE), new byte[48])
                        .getEncoded()));
    }
}
