package io.hearth.ui.nodes;

import io.hearth.protocol.JoinCode;
import io.hearth.ui.audit.AuditLog;
import io.hearth.ui.certificates.Certificates;
import io.hearth.ui.certificates.PrivateFile;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.HearthHome;
import io.hearth.ui.core.Ids;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jdbi.v3.core.Handle;

/**
 * One-time codes by which nodes join. A code is shown once and kept as an HMAC. Until a node of this machine has joined, one more
 * code lies in {@code keys/local-join-code}, for the agent beside the control plane.
 */
@ApplicationScoped
public class JoinCodes {
    /** Longest validity of a code: a week. */
    static final int MAX_MINUTES = 7 * 24 * 60;

    private static final int MAX_NOTE = 200;

    private final Database database;
    private final Certificates certificates;
    private final AuditLog audit;
    private final News news;
    private final Clock clock;
    private final byte[] key;
    private final Path localFile;

    public JoinCodes(
            Database database, HearthHome home, Certificates certificates, AuditLog audit, News news, Clock clock) {
        this.database = database;
        this.certificates = certificates;
        this.audit = audit;
        this.news = news;
        this.clock = clock;
        this.localFile = home.keys().resolve("local-join-code");
        this.key = key(home.keys().resolve("join-code.key"));
    }

    /**
     * A new code.
     *
     * @param code what to type on the node
     * @param expires when it is no longer accepted, milliseconds since 1970
     */
    public record Made(String id, String code, long expires) {}

    /**
     * A code that can still be used.
     *
     * @param note what it is for
     * @param createdBy name of who made it
     */
    public record Open(String id, String note, String createdBy, long created, long expires) {}

    /**
     * A code that a node has shown.
     *
     * @param local whether it is the one for the agent on this machine
     * @param node the node that has used it before with the same key, or null
     */
    record Shown(String id, boolean local, String node) {}

    /** Makes a code. */
    public Made create(Actor actor, String note, int minutes) {
        actor.needs(Role.ADMINISTRATOR);
        if (minutes < 1 || minutes > MAX_MINUTES) {
            throw Problem.invalid("nodes.join.minutes", MAX_MINUTES);
        }
        String text = note == null ? "" : note.strip();
        if (text.length() > MAX_NOTE) {
            throw Problem.invalid("nodes.join.note", MAX_NOTE);
        }
        JoinCode code = newCode();
        String id = Ids.next("join");
        long expires = clock.millis() + minutes * 60_000L;
        database.run(h -> {
            insert(h, id, code, text, false, actor.name(), expires);
            audit.record(h, actor, "node.join-code", id, Map.of("note", text, "expires", expires));
        });
        news.publish(News.Topic.NODES, "");
        return new Made(id, code.toString(), expires);
    }

    /** Codes that can still be used, the newest first. */
    public List<Open> open(Handle handle) {
        return handle.createQuery("SELECT * FROM join_code WHERE local = 0 AND used IS NULL AND withdrawn IS NULL AND"
                        + " expires > :now ORDER BY created DESC")
                .bind("now", clock.millis())
                .map((row, context) -> new Open(
                        row.getString("id"),
                        row.getString("note"),
                        row.getString("created_by"),
                        row.getLong("created"),
                        row.getLong("expires")))
                .list();
    }

    /** Makes a code worthless. Idempotent. */
    public void withdraw(Actor actor, String id) {
        actor.needs(Role.ADMINISTRATOR);
        database.run(h -> {
            int rows = h.createUpdate("UPDATE join_code SET withdrawn = :now WHERE id = :id AND withdrawn IS NULL AND"
                            + " used IS NULL")
                    .bind("now", clock.millis())
                    .bind("id", id)
                    .execute();
            if (rows > 0) {
                audit.record(h, actor, "node.join-code.withdraw", id, Map.of());
            }
        });
        news.publish(News.Topic.NODES, "");
    }

    /**
     * Looks up the secret that a node shows. A code that was used is accepted once more only from the same key, so that a node
     * whose answer was lost on the way can ask again.
     *
     * @param keyHash hash of the node's public key
     */
    Optional<Shown> show(Handle handle, String secret, String keyHash) {
        String plain;
        try {
            plain = new JoinCode(secret.replaceAll("[\\s-]", "").toUpperCase(Locale.ROOT), "0".repeat(20)).secret();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        return handle.createQuery("SELECT id, local, node_id FROM join_code WHERE hmac = :hmac AND withdrawn IS NULL"
                        + " AND expires > :now AND (used IS NULL OR key = :key)")
                .bind("hmac", hmac(plain))
                .bind("now", clock.millis())
                .bind("key", keyHash)
                .map((row, context) ->
                        new Shown(row.getString("id"), row.getInt("local") != 0, row.getString("node_id")))
                .findOne();
    }

    void used(Handle handle, Shown code, String node, String keyHash) {
        handle.createUpdate("UPDATE join_code SET used = :now, node_id = :node, key = :key WHERE id = :id")
                .bind("now", clock.millis())
                .bind("node", node)
                .bind("key", keyHash)
                .bind("id", code.id())
                .execute();
    }

    /**
     * Sees to it that the file for the agent on this machine is there until its node has joined, and not after that: a node that
     * was revoked must not come back by itself.
     */
    synchronized void keepLocalCode() {
        try {
            boolean joined = database.read(h -> h.createQuery("SELECT COUNT(*) FROM node WHERE local = 1")
                            .mapTo(Integer.class)
                            .one()
                    > 0);
            if (joined) {
                Files.deleteIfExists(localFile);
            } else if (!usable()) {
                JoinCode code = newCode();
                database.run(h -> {
                    h.createUpdate("UPDATE join_code SET withdrawn = :now WHERE local = 1 AND used IS NULL AND"
                                    + " withdrawn IS NULL")
                            .bind("now", clock.millis())
                            .execute();
                    insert(h, Ids.next("join"), code, "", true, Actor.SYSTEM.name(), Long.MAX_VALUE);
                });
                PrivateFile.write(localFile, (code + "\n").getBytes(StandardCharsets.US_ASCII));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The join code for this machine cannot be kept in " + localFile + ".", e);
        }
    }

    private boolean usable() throws IOException {
        if (!Files.exists(localFile)) {
            return false;
        }
        try {
            JoinCode code = JoinCode.parse(Files.readString(localFile));
            return code.names(certificates.authority())
                    && database.read(h -> show(h, code.secret(), "")).isPresent();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private JoinCode newCode() {
        return new JoinCode(Ids.random(20).toUpperCase(Locale.ROOT), certificates.authorityFingerprint());
    }

    private void insert(Handle handle, String id, JoinCode code, String note, boolean local, String by, long expires) {
        handle.createUpdate("INSERT INTO join_code (id, hmac, note, local, created, created_by, expires)"
                        + " VALUES (:id, :hmac, :note, :local, :created, :by, :expires)")
                .bind("id", id)
                .bind("hmac", hmac(code.secret()))
                .bind("note", note)
                .bind("local", local ? 1 : 0)
                .bind("created", clock.millis())
                .bind("by", by)
                .bind("expires", expires)
                .execute();
    }

    private String hmac(String secret) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(secret.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] key(Path file) {
        try {
            if (!Files.exists(file)) {
                byte[] made = new byte[32];
                new SecureRandom().nextBytes(made);
                PrivateFile.write(file, made);
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException("The key of the join codes cannot be read from " + file + ".", e);
        }
    }
}
