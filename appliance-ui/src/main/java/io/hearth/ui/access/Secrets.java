package io.hearth.ui.access;

import io.hearth.ui.core.HearthHome;
import io.hearth.ui.core.Ids;
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
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Makes secrets, and what is kept of them. */
@ApplicationScoped
public class Secrets {
    /** Characters of five random bits each: 260 bits. */
    private static final int LENGTH = 52;

    private final byte[] tokenKey;

    public Secrets(HearthHome home) {
        Path file = home.keys().resolve("token-secret");
        if (!Files.exists(file)) {
            write(file, Ids.random(LENGTH));
        }
        try {
            this.tokenKey = Files.readString(file).strip().getBytes(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("The secret " + file + " cannot be read.", e);
        }
        if (tokenKey.length < LENGTH) {
            throw new IllegalStateException("The secret " + file
                    + " is too short. Put back its backup, or delete it: then" + " all API tokens must be made anew.");
        }
    }

    /** A new secret of at least 256 random bits. */
    static String make(String prefix) {
        return prefix + Ids.random(LENGTH);
    }

    /** What is kept of a session's secret: SHA-256, which is enough for what nobody can guess. */
    static String hash(String secret) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What is kept of a token: HMAC-SHA-256 with a secret that is not in the database. */
    String tokenHash(String secret) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(tokenKey, "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(secret.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Writes a file that only its owner can read, whole or not at all. */
    static void write(Path file, String text) {
        Path temporary = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.deleteIfExists(temporary);
            try (FileChannel channel = FileChannel.open(
                    temporary,
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
                ByteBuffer bytes = ByteBuffer.wrap((text + "\n").getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("The secret " + file + " cannot be written.", e);
        }
    }
}
