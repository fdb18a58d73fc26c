package io.hearth.ui.support;

import io.hearth.ui.certificates.PrivateFile;
import io.hearth.ui.core.HearthHome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Stands for names in bundles: the same name has the same alias in every bundle of this appliance, and nobody without the secret
 * in {@code keys/support-alias-secret} can try names. A lost secret only means new aliases.
 */
final class Aliases {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int BYTES = 32;
    private static final int SHOWN = 5;

    private final SecretKeySpec secret;

    Aliases(HearthHome home) {
        Path file = home.keys().resolve("support-alias-secret");
        try {
            if (!Files.exists(file) || Files.size(file) != BYTES) {
                byte[] fresh = new byte[BYTES];
                new SecureRandom().nextBytes(fresh);
                PrivateFile.write(file, fresh);
            }
            secret = new SecretKeySpec(Files.readAllBytes(file), ALGORITHM);
        } catch (IOException e) {
            throw new UncheckedIOException("The secret " + file + " cannot be read or made.", e);
        }
    }

    /** The alias of a name, such as {@code node#8f31c0ab77}. */
    String of(String kind, String name) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(secret);
            byte[] hash = mac.doFinal((kind + ":" + name).getBytes(StandardCharsets.UTF_8));
            return kind + "#" + HexFormat.of().formatHex(hash, 0, SHOWN);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
