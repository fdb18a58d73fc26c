package io.hearth.ui.gateway;

import io.hearth.ui.core.Database;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Every API key in memory, so that a request waits for no database. Times of last use are written down from time to time. */
@ApplicationScoped
public class KeyTable {
    private final Database database;
    private final KeySecret secret;
    private final Clock clock;
    private final KeyStore store = new KeyStore();
    private final Map<String, Long> used = new ConcurrentHashMap<>();
    private volatile Map<String, ApiKey> keys;

    public KeyTable(Database database, KeySecret secret, Clock clock) {
        this.database = database;
        this.secret = secret;
        this.clock = clock;
    }

    /** Reads all keys again. Called after every change. */
    public synchronized void refresh() {
        keys = Map.copyOf(database.read(store::byHmac));
    }

    /** The key that was presented, whatever its state, or null if it is none of ours; notes that it was used. */
    public ApiKey present(String presented) {
        Map<String, ApiKey> known = keys;
        if (known == null) {
            refresh();
            known = keys;
        }
        ApiKey key = known.get(secret.hmac(presented));
        if (key != null) {
            used.put(key.id(), clock.millis());
        }
        return key;
    }

    /** When a key was last used, if that is not written down yet. */
    public Long lastUsed(ApiKey key) {
        Long now = used.get(key.id());
        return now == null ? key.lastUsed() : now;
    }

    /** Writes down when keys were last used. */
    @Scheduled(every = "10s", delayed = "10s", identity = "gateway-keys-used")
    public void note() {
        Map<String, Long> noted = new HashMap<>(used);
        if (noted.isEmpty()) {
            return;
        }
        database.run(handle -> noted.forEach((id, time) -> store.used(handle, id, time)));
        refresh();
        noted.forEach(used::remove);
    }
}
