package io.hearth.ui.audit;

import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Json;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/**
 * What was done, by whom, and when. Every row holds the hash of the one before it, so that a row that is changed or taken out
 * later is found by {@code verify}.
 */
@ApplicationScoped
public class AuditLog {
    /** Hash before the first row. */
    static final String GENESIS = "0".repeat(64);

    private final Clock clock;

    public AuditLog(Clock clock) {
        this.clock = clock;
    }

    /**
     * Records a mutation, in the transaction that makes it: either both happen or none.
     *
     * @param action feature and verb, such as {@code dataset.delete}
     * @param subject id of what was changed
     * @param details what a person would want to know, without secrets and without content of datasets
     */
    public void record(Handle handle, Actor actor, String action, String subject, Map<String, ?> details) {
        String previous = handle.createQuery("SELECT hash FROM audit ORDER BY sequence DESC LIMIT 1")
                .mapTo(String.class)
                .findOne()
                .orElse(GENESIS);
        long sequence = handle.createQuery("SELECT COALESCE(MAX(sequence), 0) + 1 FROM audit")
                .mapTo(Long.class)
                .one();
        long time = clock.millis();
        String text = Json.write(new TreeMap<>(details));
        handle.createUpdate("INSERT INTO audit (sequence, time, actor_id, actor_name, origin, action, subject, details,"
                        + " previous, hash) VALUES (:sequence, :time, :actorId, :actorName, :origin, :action, :subject, :details,"
                        + " :previous, :hash)")
                .bind("sequence", sequence)
                .bind("time", time)
                .bind("actorId", actor.id())
                .bind("actorName", actor.name())
                .bind("origin", actor.origin())
                .bind("action", action)
                .bind("subject", subject)
                .bind("details", text)
                .bind("previous", previous)
                .bind(
                        "hash",
                        hash(sequence, time, actor.id(), actor.name(), actor.origin(), action, subject, text, previous))
                .execute();
    }

    /** SHA-256 over all that a row says: each part as its length in bytes, a colon, and its bytes. */
    static String hash(Object... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Object part : parts) {
                byte[] bytes = String.valueOf(part).getBytes(StandardCharsets.UTF_8);
                digest.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
                digest.update(bytes);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
