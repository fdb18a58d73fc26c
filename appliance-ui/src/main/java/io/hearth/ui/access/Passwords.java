package io.hearth.ui.access;

import com.password4j.Argon2Function;
import com.password4j.types.Argon2;
import io.hearth.ui.core.Ids;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.text.Normalizer;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Slow hashes of passwords: Argon2id with 19 MiB, two passes and one lane (OWASP's first choice). The parameters are part of a
 * hash, so that they can grow.
 */
final class Passwords {
    private static final Argon2Function ARGON = Argon2Function.getInstance(19 * 1024, 2, 1, 32, Argon2.ID);
    private static final SecureRandom RANDOM = new SecureRandom();

    /** Checked for names that do not exist, so that the answer takes as long. */
    private static final String NOBODY = hash(Ids.random(32));

    /** Guessing must not take all memory and all processors. */
    private static final Semaphore AT_ONCE =
            new Semaphore(Math.max(2, Runtime.getRuntime().availableProcessors() / 2));

    /** What to keep of a password. */
    static String hash(String password) {
        byte[] salt = new byte[16];
        RANDOM.nextBytes(salt);
        return ARGON.hash(bytes(password), salt).getResult();
    }

    /**
     * Whether a password belongs to a hash.
     *
     * @param hash null if there is no such user: takes as long, and is false
     */
    static boolean matches(String password, @Nullable String hash) {
        String against = hash == null ? NOBODY : hash;
        AT_ONCE.acquireUninterruptibly();
        try {
            boolean same = Argon2Function.getInstanceFromHash(against)
                    .check(bytes(password), against.getBytes(StandardCharsets.UTF_8));
            return same && hash != null;
        } finally {
            AT_ONCE.release();
        }
    }

    /** The same characters, however a keyboard composes them. */
    private static byte[] bytes(String password) {
        return Normalizer.normalize(password, Normalizer.Form.NFC).getBytes(StandardCharsets.UTF_8);
    }

    private Passwords() {}
}
