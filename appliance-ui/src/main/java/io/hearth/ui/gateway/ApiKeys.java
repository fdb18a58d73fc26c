package io.hearth.ui.gateway;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.hearth.ui.audit.AuditLog;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.Ids;
import io.hearth.ui.core.Json;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.metering.Metering;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/** API keys: made, listed, changed, revoked. Who serves (operator) sees and manages all, others see their own. */
@ApplicationScoped
public class ApiKeys {
    /** How every key begins. */
    public static final String PREFIX = "hk-";

    /** 160 random bits, five each. */
    private static final int RANDOM_CHARACTERS = 32;

    private static final int HINT_CHARACTERS = PREFIX.length() + 5;
    private static final int MAX_NAME = 100;
    private static final int MAX_NOTE = 1000;
    private static final int MAX_MODELS = 200;
    private static final Pattern MODEL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

    /**
     * A key as someone wants it.
     *
     * @param name what people call it
     * @param note what it is for, or null
     * @param models names of deployments that it may use; null: every one
     * @param expires when it ends, milliseconds since 1970, or null
     * @param limits its limits, or null for none
     * @param disabled whether it is refused for the time being
     */
    public record Wish(
            String name, String note, List<String> models, Long expires, KeyLimits limits, boolean disabled) {}

    /**
     * A key that was made.
     *
     * @param id its id
     * @param key the key itself: shown this once, and kept nowhere
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Created(String id, String key) {}

    private final Database database;
    private final AuditLog audit;
    private final News news;
    private final Clock clock;
    private final KeySecret secret;
    private final KeyTable table;
    private final Metering metering;
    private final KeyStore store = new KeyStore();

    public ApiKeys(
            Database database,
            AuditLog audit,
            News news,
            Clock clock,
            KeySecret secret,
            KeyTable table,
            Metering metering) {
        this.database = database;
        this.audit = audit;
        this.news = news;
        this.clock = clock;
        this.secret = secret;
        this.table = table;
        this.metering = metering;
    }

    /** Makes a key. The key itself is in the answer and nowhere else. */
    public Created create(Actor actor, Wish wish) {
        actor.needs(Role.OPERATOR);
        Wish checked = check(wish);
        String plain = PREFIX + Ids.random(RANDOM_CHARACTERS);
        ApiKey key = new ApiKey(
                Ids.next("key"),
                checked.name(),
                actor.id(),
                actor.name(),
                checked.note(),
                plain.substring(0, HINT_CHARACTERS),
                checked.models(),
                checked.limits(),
                clock.millis(),
                checked.expires(),
                checked.disabled(),
                null,
                null);
        database.run(handle -> {
            store.insert(handle, key, secret.hmac(plain));
            metering.name(handle, key.id(), key.name());
            metering.name(handle, actor.id(), actor.name());
            audit.record(handle, actor, "key.create", key.id(), details(key));
        });
        changed(key.id());
        return new Created(key.id(), plain);
    }

    /** Keys that are not revoked, the newest first. */
    public List<ApiKey> list(Actor actor) {
        actor.needs(Role.VIEWER);
        String owner = actor.role().covers(Role.OPERATOR) ? null : actor.id();
        return database.read(handle -> store.list(handle, owner)).stream()
                .map(this::withLastUse)
                .toList();
    }

    /** A key. */
    public ApiKey get(Actor actor, String id) {
        actor.needs(Role.VIEWER);
        ApiKey key = database.read(handle -> existing(handle, id));
        if (!actor.role().covers(Role.OPERATOR) && !key.ownerId().equals(actor.id())) {
            throw Problem.notFound("gateway.key.unknown", id);
        }
        return withLastUse(key);
    }

    /** Changes everything of a key that can change. */
    public ApiKey update(Actor actor, String id, Wish wish) {
        actor.needs(Role.OPERATOR);
        Wish checked = check(wish);
        ApiKey changed = database.write(handle -> {
            ApiKey old = existing(handle, id);
            ApiKey key = new ApiKey(
                    id,
                    checked.name(),
                    old.ownerId(),
                    old.ownerName(),
                    checked.note(),
                    old.hint(),
                    checked.models(),
                    checked.limits(),
                    old.created(),
                    checked.expires(),
                    checked.disabled(),
                    null,
                    old.lastUsed());
            store.update(handle, key);
            metering.name(handle, id, key.name());
            audit.record(handle, actor, "key.update", id, details(key));
            return key;
        });
        changed(id);
        return changed;
    }

    /** Ends a key for good. Requests that run go on to their end. */
    public void revoke(Actor actor, String id) {
        actor.needs(Role.OPERATOR);
        database.run(handle -> {
            ApiKey old = existing(handle, id);
            store.update(
                    handle,
                    new ApiKey(
                            id,
                            old.name(),
                            old.ownerId(),
                            old.ownerName(),
                            old.note(),
                            old.hint(),
                            old.models(),
                            old.limits(),
                            old.created(),
                            old.expires(),
                            old.disabled(),
                            clock.millis(),
                            old.lastUsed()));
            audit.record(handle, actor, "key.revoke", id, Map.of("name", old.name(), "hint", old.hint()));
        });
        changed(id);
    }

    private void changed(String id) {
        table.refresh();
        news.publish(News.Topic.KEYS, id);
    }

    private ApiKey existing(Handle handle, String id) {
        return store.find(handle, id)
                .filter(key -> key.revoked() == null)
                .orElseThrow(() -> Problem.notFound("gateway.key.unknown", id));
    }

    private ApiKey withLastUse(ApiKey key) {
        return new ApiKey(
                key.id(),
                key.name(),
                key.ownerId(),
                key.ownerName(),
                key.note(),
                key.hint(),
                key.models(),
                key.limits(),
                key.created(),
                key.expires(),
                key.disabled(),
                key.revoked(),
                table.lastUsed(key));
    }

    private Wish check(Wish wish) {
        String name = wish.name() == null ? "" : wish.name().strip();
        if (name.isEmpty() || name.length() > MAX_NAME) {
            throw Problem.invalid("gateway.key.name", MAX_NAME);
        }
        String note = wish.note() == null ? "" : wish.note().strip();
        if (note.length() > MAX_NOTE) {
            throw Problem.invalid("gateway.key.note", MAX_NOTE);
        }
        if (wish.expires() != null && wish.expires() <= clock.millis()) {
            throw Problem.invalid("gateway.key.expires");
        }
        List<String> models = wish.models() == null
                ? null
                : List.copyOf(
                        wish.models().stream().map(String::valueOf).collect(Collectors.toCollection(TreeSet::new)));
        if (models != null) {
            if (models.isEmpty() || models.size() > MAX_MODELS) {
                throw Problem.invalid("gateway.key.models", MAX_MODELS);
            }
            for (String model : models) {
                if (!MODEL.matcher(model).matches()) {
                    throw Problem.invalid("gateway.key.model", model);
                }
            }
        }
        KeyLimits limits = wish.limits() == null ? KeyLimits.NONE : wish.limits();
        return new Wish(name, note, models, wish.expires(), limits, wish.disabled());
    }

    private static Map<String, Object> details(ApiKey key) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("name", key.name());
        details.put("hint", key.hint());
        details.put("models", key.models() == null ? "all" : key.models());
        details.put("limits", Json.sparse(key.limits()));
        if (key.expires() != null) {
            details.put("expires", key.expires());
        }
        details.put("disabled", key.disabled());
        return details;
    }
}
