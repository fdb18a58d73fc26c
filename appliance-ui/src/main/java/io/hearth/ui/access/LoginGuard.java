package io.hearth.ui.access;

import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Sentence;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Slows down those who guess. Five attempts are free; each one after that doubles a wait, up to a quarter of an hour.
 *
 * <p>An attempt is counted before the password is looked at, so that many at once gain nothing, and taken back when the password
 * was right. From an address where a user has come in before, only attempts from there count for that user: strangers can make
 * others wait who come from new addresses, never those at their usual place. Names that do not exist are counted like others.
 */
final class LoginGuard {
    /** Attempts on one user before waits begin. */
    static final int FREE = 5;

    /** Attempts from one address before waits begin: several people may share one. */
    static final int FREE_OF_ADDRESS = 30;

    static final Duration FIRST_WAIT = Duration.ofSeconds(30);
    static final Duration LONGEST_WAIT = Duration.ofMinutes(15);

    /** After so long without an attempt, those before are forgotten. */
    static final Duration MEMORY = Duration.ofHours(12);

    /** After so long without a login an address is no longer known. */
    static final Duration KNOWN = Duration.ofDays(90);

    /**
     * What one attempt counts against.
     *
     * @param subjects rows of the table
     * @param locked those that this attempt has locked: the next one must wait
     */
    record Attempt(List<String> subjects, boolean locked) {}

    /**
     * Counts an attempt to sign in.
     *
     * @param name the name as typed
     * @param user who that is; null if nobody
     * @throws Problem of kind LIMITED if the wait is not over
     */
    static Attempt attempt(Handle handle, String name, @Nullable User user, String address, long now) {
        String place = place(address);
        boolean known = user != null && known(handle, user.id(), place, now);
        String who = Secrets.hash(User.key(name));
        List<Subject> subjects = List.of(
                new Subject(known ? "known " + who + " " + place : "user " + who, FREE),
                new Subject("address " + place, FREE_OF_ADDRESS));
        return count(handle, subjects, now);
    }

    /** Counts an attempt at the first-run code, by address. */
    static Attempt attemptAtSetup(Handle handle, String address, long now) {
        return count(handle, List.of(new Subject("setup " + place(address), FREE)), now);
    }

    /** Takes an attempt back that was right, and remembers the place. */
    static void succeeded(Handle handle, Attempt attempt, User user, String address, long now) {
        String place = place(address);
        for (String subject : attempt.subjects()) {
            if (subject.startsWith("address ")) {
                handle.createUpdate("UPDATE login_attempts SET failures = failures - 1, locked_until = 0"
                                + " WHERE subject = :subject AND failures > 0")
                        .bind("subject", subject)
                        .execute();
            } else {
                handle.createUpdate("DELETE FROM login_attempts WHERE subject = :subject")
                        .bind("subject", subject)
                        .execute();
            }
        }
        handle.createUpdate(
                        "DELETE FROM known_addresses WHERE (user_id = :user AND address = :place) OR last < :before")
                .bind("user", user.id())
                .bind("place", place)
                .bind("before", now - KNOWN.toMillis())
                .execute();
        handle.createUpdate("INSERT INTO known_addresses (user_id, address, last) VALUES (:user, :place, :now)")
                .bind("user", user.id())
                .bind("place", place)
                .bind("now", now)
                .execute();
    }

    /** Takes attempts at the first-run code back: it was right. */
    static void forgiveSetup(Handle handle, String address) {
        handle.createUpdate("DELETE FROM login_attempts WHERE subject = :subject")
                .bind("subject", "setup " + place(address))
                .execute();
    }

    /** Lets a user try again at once. */
    static void forgive(Handle handle, User user) {
        String who = Secrets.hash(User.key(user.name()));
        handle.createUpdate("DELETE FROM login_attempts WHERE subject = :user OR subject LIKE :known")
                .bind("user", "user " + who)
                .bind("known", "known " + who + " %")
                .execute();
    }

    /** An address as it is counted: an IPv6 customer has a whole /64 network. */
    static String place(String address) {
        if (!address.contains(":") || address.contains(".")) {
            return address;
        }
        try {
            byte[] bytes = InetAddress.getByName(address).getAddress();
            return bytes.length == 16 && !address.equals("0:0:0:0:0:0:0:1") && !address.equals("::1")
                    ? HexFormat.of().formatHex(bytes, 0, 8) + "/64"
                    : address;
        } catch (UnknownHostException e) {
            return address;
        }
    }

    private record Subject(String name, int free) {}

    private static Attempt count(Handle handle, List<Subject> subjects, long now) {
        handle.createUpdate("DELETE FROM login_attempts WHERE last < :before")
                .bind("before", now - MEMORY.toMillis())
                .execute();
        long wait = 0;
        for (Subject subject : subjects) {
            wait = Math.max(wait, lockedUntil(handle, subject.name()) - now);
        }
        if (wait > 0) {
            throw new Problem(Problem.Kind.LIMITED, Sentence.of("access.login.wait", (wait + 59_999) / 60_000));
        }
        boolean locked = false;
        List<String> names = new ArrayList<>();
        for (Subject subject : subjects) {
            names.add(subject.name());
            locked |= add(handle, subject, now);
        }
        return new Attempt(names, locked);
    }

    private static boolean known(Handle handle, String user, String place, long now) {
        return handle.createQuery("SELECT COUNT(*) FROM known_addresses WHERE user_id = :user AND address = :place"
                                + " AND last >= :since")
                        .bind("user", user)
                        .bind("place", place)
                        .bind("since", now - KNOWN.toMillis())
                        .mapTo(Long.class)
                        .one()
                > 0;
    }

    private static long lockedUntil(Handle handle, String subject) {
        return handle.createQuery("SELECT locked_until FROM login_attempts WHERE subject = :subject")
                .bind("subject", subject)
                .mapTo(Long.class)
                .findOne()
                .orElse(0L);
    }

    private static boolean add(Handle handle, Subject subject, long now) {
        int failures = 1
                + handle.createQuery("SELECT failures FROM login_attempts WHERE subject = :subject")
                        .bind("subject", subject.name())
                        .mapTo(Integer.class)
                        .findOne()
                        .orElse(0);
        boolean locks = failures >= subject.free();
        long wait = locks
                ? Math.min(LONGEST_WAIT.toMillis(), FIRST_WAIT.toMillis() << Math.min(20, failures - subject.free()))
                : 0;
        handle.createUpdate("DELETE FROM login_attempts WHERE subject = :subject")
                .bind("subject", subject.name())
                .execute();
        handle.createUpdate("INSERT INTO login_attempts (subject, failures, last, locked_until)"
                        + " VALUES (:subject, :failures, :now, :until)")
                .bind("subject", subject.name())
                .bind("failures", failures)
                .bind("now", now)
                .bind("until", locks ? now + wait : 0)
                .execute();
        return locks;
    }

    private LoginGuard() {}
}
