package io.hearth.provisioning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StickFilesTest {
    private static final String TEXT = """
            version: 1
            role: first
            disk: {transport: nvme}
            certificate:
              file: box.pem
              key: box.key
            models:
              - small
            """;

    @TempDir
    Path stick;

    /** A key with a certificate that it has signed itself, as the JDK's own program makes them, into two files. */
    private void makeCertificate(String name, String algorithm) throws Exception {
        Path store = stick.resolve(name + ".p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "x",
                        "-keyalg",
                        algorithm,
                        "-dname",
                        "CN=box-1.house.example",
                        "-validity",
                        "30",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        "password",
                        "-keypass",
                        "password")
                .redirectErrorStream(true)
                .start();
        String said = new String(keytool.getInputStream().readAllBytes());
        assertThat(keytool.waitFor()).as(said).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, "password".toCharArray());
        }
        write(name + ".pem", "CERTIFICATE", keys.getCertificate("x").getEncoded());
        write(
                name + ".key",
                "PRIVATE KEY",
                keys.getKey("x", "password".toCharArray()).getEncoded());
        Files.delete(store);
    }

    private void write(String name, String kind, byte[] content) throws Exception {
        Files.writeString(
                stick.resolve(name),
                "-----BEGIN " + kind + "-----\n" + Base64.getMimeEncoder().encodeToString(content) + "\n-----END "
                        + kind + "-----\n");
    }

    private void makeModel() throws Exception {
        Files.createDirectories(stick.resolve("small"));
        Files.writeString(stick.resolve("small/config.json"), "{}");
        Files.write(stick.resolve("small/model.safetensors"), new byte[1000]);
    }

    private StickFiles read(Clock clock) throws Exception {
        return StickFiles.read(ProvisionFile.parse(TEXT), stick, clock);
    }

    @Test
    void aCertificateBecomesWhatTheControlPlaneReads() throws Exception {
        makeModel();
        for (String algorithm : List.of("RSA", "EC", "Ed25519")) {
            makeCertificate("box", algorithm);
            assertThat(read(Clock.systemUTC()).identity())
                    .startsWith("-----BEGIN PRIVATE KEY-----\n")
                    .contains("-----BEGIN CERTIFICATE-----\n");
        }
        assertThat(read(Clock.systemUTC()).bytes()).isEqualTo(1002);
        Path settings = stick.resolve("settings");
        ProvisionFile file = ProvisionFile.parse(TEXT);
        MachineSettings.write(file, read(Clock.systemUTC()), settings);
        assertThat(settings.resolve("models")).hasContent("small");
        assertThat(Files.getPosixFilePermissions(settings.resolve("certificate.pem")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void whatIsMissingIsNamedWithTheLineThatAsksForIt() {
        assertThatThrownBy(() -> read(Clock.systemUTC()))
                .isInstanceOf(Mistakes.class)
                .hasMessageContaining("line 5: there is no file \"box.pem\" beside provision.yaml.")
                .hasMessageContaining("line 6: there is no file \"box.key\"")
                .hasMessageContaining("line 8: there is no folder \"small\"");
    }

    @Test
    void aKeyOfAnotherCertificateIsRefused() throws Exception {
        makeModel();
        makeCertificate("other", "EC");
        makeCertificate("box", "EC");
        Files.copy(
                stick.resolve("other.key"),
                stick.resolve("box.key"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertThatThrownBy(() -> read(Clock.systemUTC()))
                .hasMessage("line 6: \"box.key\" is not the key of the certificate in \"box.pem\".");
        makeCertificate("other", "RSA");
        Files.copy(
                stick.resolve("other.key"),
                stick.resolve("box.key"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertThatThrownBy(() -> read(Clock.systemUTC())).hasMessageContaining("is not the key");
    }

    @Test
    void whatCannotBeUsedIsToldWithWhatToDo() throws Exception {
        makeModel();
        makeCertificate("box", "EC");
        assertThatThrownBy(() -> read(Clock.offset(Clock.systemUTC(), Duration.ofDays(31))))
                .hasMessageContaining("line 5: the certificate in \"box.pem\" has ended on 2");
        // A machine whose clock was never set still takes it.
        assertThat(read(Clock.offset(Clock.systemUTC(), Duration.ofDays(-9000))).identity())
                .isNotEmpty();
        for (String kind : List.of("ENCRYPTED PRIVATE KEY", "RSA PRIVATE KEY")) {
            write("box.key", kind, new byte[40]);
            assertThatThrownBy(() -> read(Clock.systemUTC())).hasMessageContaining("openssl pkey -in OLD -out NEW");
        }
        Files.writeString(stick.resolve("box.key"), "nothing");
        assertThatThrownBy(() -> read(Clock.systemUTC())).hasMessageContaining("holds no private key in PEM");
        Files.writeString(stick.resolve("box.pem"), "nothing");
        assertThatThrownBy(() -> read(Clock.systemUTC())).hasMessageContaining("holds no certificate in PEM");
        Files.delete(stick.resolve("small/config.json"));
        assertThatThrownBy(() -> read(Clock.systemUTC()))
                .hasMessageContaining("line 8: the folder \"small\" holds no model");
    }
}
