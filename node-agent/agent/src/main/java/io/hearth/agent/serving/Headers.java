package io.hearth.agent.serving;

import io.vertx.core.MultiMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/** Which headers go through a proxy. */
final class Headers {
    /** Those of one connection (RFC 9110, 7.6.1). */
    private static final Set<String> HOP = Set.of(
            "connection",
            "keep-alive",
            "proxy-authenticate",
            "proxy-authorization",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    private Headers() {}

    /** Copies what goes through, but for these. */
    static void copy(MultiMap from, MultiMap to, Set<String> without) {
        Set<String> dropped = new HashSet<>(without);
        for (String connection : from.getAll("Connection")) {
            for (String name : connection.split(",")) {
                dropped.add(name.strip().toLowerCase(Locale.ROOT));
            }
        }
        from.forEach(header -> {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (!HOP.contains(name) && !dropped.contains(name)) {
                to.add(header.getKey(), header.getValue());
            }
        });
    }
}
