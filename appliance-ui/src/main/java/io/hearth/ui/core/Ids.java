package io.hearth.ui.core;

import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Identifiers: a prefix that tells what it is, then 16 characters of Crockford's base 32 in lower case, the first nine of which
 * are the time in milliseconds, so that sorting by identifier sorts by age.
 */
public final class Ids {
    private static final String DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final AtomicLong LAST = new AtomicLong();

    /** A new one, such as {@code job-01jd0k3f7w9x2y4z}; later than every one before it in this process. */
    public static String next(String prefix) {
        long time = LAST.accumulateAndGet(System.currentTimeMillis(), (last, now) -> Math.max(last + 1, now));
        StringBuilder id = new StringBuilder(prefix).append('-');
        for (int shift = 40; shift >= 0; shift -= 5) {
            id.append(DIGITS.charAt((int) (time >>> shift) & 31));
        }
        return id.append(random(7)).toString();
    }

    /** Random characters of Crockford's base 32 in lower case, five bits each, fit for secrets. */
    public static String random(int characters) {
        StringBuilder text = new StringBuilder(characters);
        for (int i = 0; i < characters; i++) {
            text.append(DIGITS.charAt(RANDOM.nextInt(32)));
        }
        return text.toString();
    }

    private Ids() {}
}
