package io.hearth.provisioning;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What lies beside a {@code provision.yaml} and is named in it: the certificate of the pages with its key, and models. */
final class StickFiles {
    private static final int MOST_BYTES = 64 * 1024;
    private static final Pattern KEY =
            Pattern.compile("-----BEGIN ([A-Z ]*)PRIVATE KEY-----([A-Za-z0-9+/=\\s]*)-----END [A-Z ]*PRIVATE KEY-----");

    private final ProvisionFile file;
    private final Path folder;
    private final Clock clock;
    private final List<Broken> broken = new ArrayList<>();
    private String identity = "";
    private long bytes;

    private record Broken(int line, String sentence) {}

    private StickFiles(ProvisionFile file, Path folder, Clock clock) {
        this.file = file;
        this.folder = folder;
        this.clock = clock;
    }

    /**
     * Looks at everything that the file names.
     *
     * @param folder where the file lies
     * @throws Mistakes with all that is missing or does not fit, each with the line that names it
     */
    static StickFiles read(ProvisionFile file, Path folder, Clock clock) throws Mistakes, IOException {
        StickFiles files = new StickFiles(file, folder, clock);
        if (file.has("/certificate")) {
            files.certificate();
        }
        for (int i = 0; i < file.texts("/models").size(); i++) {
            files.model(i);
        }
        if (!files.broken.isEmpty()) {
            throw new Mistakes(files.broken.stream()
                    .map(one -> "line " + one.line() + ": " + one.sentence())
                    .toList());
        }
        return files;
    }

    /** Private key and certificates in PEM, as the control plane reads them; empty without a certificate. */
    String identity() {
        return identity;
    }

    /** Bytes of all that is to be imported. */
    long bytes() {
        return bytes;
    }

    private void say(String pointer, String sentence) {
        broken.add(new Broken(file.line(pointer), sentence));
    }

    private void certificate() throws IOException {
        String certificateText = text("/certificate/file");
        String keyText = text("/certificate/key");
        if (certificateText == null || keyText == null) {
            return;
        }
        List<X509Certificate> chain = chain(certificateText);
        PrivateKey key = key(keyText, chain);
        if (chain.isEmpty() || key == null) {
            return;
        }
        if (!belong(key, chain.getFirst().getPublicKey())) {
            say(
                    "/certificate/key",
                    named("/certificate/key") + " is not the key of the certificate in " + named("/certificate/file")
                            + ".");
        }
        StringBuilder pem = new StringBuilder(block("PRIVATE KEY", key.getEncoded()));
        for (X509Certificate one : chain) {
            try {
                pem.append(block("CERTIFICATE", one.getEncoded()));
            } catch (GeneralSecurityException e) {
                throw new IOException(e);
            }
        }
        identity = pem.toString();
    }

    private String named(String pointer) {
        return "\"" + file.text(pointer) + "\"";
    }

    private String text(String pointer) throws IOException {
        Path path = folder.resolve(file.text(pointer));
        if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            say(pointer, "there is no file " + named(pointer) + " beside provision.yaml.");
            return null;
        } else if (Files.size(path) > MOST_BYTES) {
            say(pointer, named(pointer) + " is too large for a certificate or a key.");
            return null;
        }
        return new String(Files.readAllBytes(path), StandardCharsets.ISO_8859_1);
    }

    private List<X509Certificate> chain(String text) throws IOException {
        String pointer = "/certificate/file";
        List<X509Certificate> chain = new ArrayList<>();
        try (InputStream in = new java.io.ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1))) {
            Collection<? extends Certificate> found =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            found.forEach(one -> chain.add((X509Certificate) one));
        } catch (GeneralSecurityException e) {
            chain.clear();
        }
        if (chain.isEmpty() || !text.contains("-----BEGIN CERTIFICATE-----")) {
            say(pointer, named(pointer) + " holds no certificate in PEM; it begins with -----BEGIN CERTIFICATE-----.");
            return List.of();
        }
        for (int i = 1; i < chain.size(); i++) {
            if (!chain.get(i - 1).getIssuerX500Principal().equals(chain.get(i).getSubjectX500Principal())) {
                say(
                        pointer,
                        "the certificates in " + named(pointer)
                                + " are not in order: first the machine's own, then each that has signed the one before.");
                break;
            }
        }
        try {
            // A clock that was never set is before every certificate; what has ended, has ended by any clock.
            chain.getFirst().checkValidity(java.util.Date.from(clock.instant()));
        } catch (CertificateExpiredException e) {
            say(
                    pointer,
                    "the certificate in " + named(pointer) + " has ended on "
                            + chain.getFirst()
                                    .getNotAfter()
                                    .toInstant()
                                    .toString()
                                    .substring(0, 10) + ".");
        } catch (GeneralSecurityException e) {
            // Not valid yet: the clock of a new machine may be wrong.
        }
        return chain;
    }

    private PrivateKey key(String text, List<X509Certificate> chain) {
        String pointer = "/certificate/key";
        Matcher key = KEY.matcher(text);
        if (!key.find()) {
            say(
                    pointer,
                    named(pointer)
                            + (text.contains("ENCRYPTED")
                                    ? " is encrypted, and nobody can be asked for its password. Take it off: openssl pkey -in OLD -out NEW"
                                    : " holds no private key in PEM; it begins with -----BEGIN PRIVATE KEY-----."));
            return null;
        } else if (!key.group(1).isEmpty()) {
            say(
                    pointer,
                    named(pointer)
                            + (key.group(1).equals("ENCRYPTED ")
                                    ? " is encrypted, and nobody can be asked for its password. Take it off: openssl pkey -in OLD -out NEW"
                                    : " is in an older form. Make PKCS #8 of it: openssl pkey -in OLD -out NEW"));
            return null;
        } else if (chain.isEmpty()) {
            return null;
        }
        try {
            byte[] encoded = Base64.getMimeDecoder().decode(key.group(2));
            return KeyFactory.getInstance(chain.getFirst().getPublicKey().getAlgorithm())
                    .generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            say(pointer, named(pointer) + " is not the key of the certificate in " + named("/certificate/file") + ".");
            return null;
        }
    }

    /** Whether what one signs, the other confirms. */
    private static boolean belong(PrivateKey key, PublicKey certified) {
        String algorithm = switch (key.getAlgorithm()) {
            case "EC" -> "SHA256withECDSA";
            case "RSA" -> "SHA256withRSA";
            default -> key.getAlgorithm();
        };
        byte[] message = "hearth".getBytes(StandardCharsets.US_ASCII);
        try {
            Signature signing = Signature.getInstance(algorithm);
            signing.initSign(key);
            signing.update(message);
            Signature checking = Signature.getInstance(algorithm);
            checking.initVerify(certified);
            checking.update(message);
            return checking.verify(signing.sign());
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static String block(String name, byte[] content) {
        return "-----BEGIN " + name + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content) + "\n-----END " + name
                + "-----\n";
    }

    private void model(int index) throws IOException {
        String pointer = "/models/" + index;
        Path model = folder.resolve(file.text(pointer));
        if (!Files.isDirectory(model, LinkOption.NOFOLLOW_LINKS)) {
            say(pointer, "there is no folder " + named(pointer) + " beside provision.yaml.");
            return;
        }
        if (!Files.isRegularFile(model.resolve("config.json"))) {
            say(pointer, "the folder " + named(pointer) + " holds no model: there is no config.json in it.");
        }
        try (Stream<Path> all = Files.walk(model)) {
            for (Path one : all.filter(Files::isRegularFile).toList()) {
                bytes += Files.size(one);
            }
        }
    }
}
