package io.hearth.ui.gateway;

import io.hearth.ui.core.HearthHome;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The secret with which API keys are hashed: {@code keys/api-key-secret}, made on first use. Whoever has a copy of the database
 * alone can neither use the keys nor try guesses. If the file is lost, every API key is.
 */
@ApplicationScoped
public class KeySecret {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int BYTES = 32;

    private final SecretKeySpec secret;

    public KeySecret(HearthHome home) {
        this.secret = new SecretKeySpec(read(home.keys().resolve("api-key-secret")), ALGORITHM);
    }

    /** The HMAC-SHA-256 of a key, as it is kept. */
    public String hmac(String key) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(secret);
            return HexFormat.of().formatHex(mac.doFinal(key.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] read(Path file) {
        try {
            if (!Files.exists(file)) {
                make(file);
            }
            byte[] secret = HexFormat.of().parseHex(Files.readString(file).strip());
            if (secret.length != BYTES) {
                throw new IllegalStateException(file + " does not hold a secret of " + BYTES
                        + " bytes. Put it back from" + " a backup; without it no API key is known.");
            }
            return secret;
        } catch (IOException e) {
            throw new UncheckedIOException("The secret " + file + " cannot be read or made.", e);
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException(file + " is damaged. Put it back from a backup.", e);
        }
    }

    private static void make(Path file) throws IOException {
        byte[] secret = new byte[BYTES];
        new SecureRandom().nextBytes(secret);
        Path temporary = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(temporary);
        try (FileChannel out = FileChannel.open(
                temporary,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            out.write(ByteBuffer.wrap(HexFormat.of().formatHex(secret).getBytes(StandardCharsets.US_ASCII)));
            out.force(true);
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
