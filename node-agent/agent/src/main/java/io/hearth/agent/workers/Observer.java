package io.hearth.agent.workers;

import com.fasterxml.jackson.databind.JsonNode;
import io.hearth.protocol.Protocol;
import java.io.IOException;

/** What an attempt has said so far, as far as the agent needs it. */
final class Observer {
    private static final int LINES = 1_000;

    private final EventCursor cursor;
    private boolean spoken;
    private String url;
    private String outcome;
    private String reason;

    /** @param first sequence of the attempt's first event */
    Observer(EventSpool spool, long first) {
        this.cursor = new EventCursor(spool, first);
    }

    /** Reads what is new. Returns whether anything was. */
    boolean look() throws IOException {
        boolean news = false;
        for (var lines = cursor.read(LINES, 1 << 20); !lines.isEmpty(); lines = cursor.read(LINES, 1 << 20)) {
            news = true;
            for (EventCursor.Line line : lines) {
                hear(line);
            }
        }
        return news;
    }

    /** Last event that was seen. */
    long last() {
        return cursor.next() - 1;
    }

    /** Whether it has said anything. */
    boolean spoken() {
        return spoken;
    }

    /** Where it listens, or null if it is not ready. */
    String url() {
        return url;
    }

    /** The event by which it has ended ({@code done}, {@code failed}, {@code stopped}, {@code planned}), or null. */
    String outcome() {
        return outcome;
    }

    /** Why it has failed in its own words, or null. */
    String reason() {
        return reason;
    }

    private void hear(EventCursor.Line line) {
        spoken = true;
        JsonNode event;
        try {
            event = Protocol.JSON.readTree(line.bytes());
        } catch (IOException unreadable) {
            return;
        }
        switch (event.path("event").asText()) {
            case "ready" -> url = event.path("url").asText(null);
            case "failed" -> {
                outcome = "failed";
                reason = event.path("reason").asText(null);
            }
            case "done", "stopped", "planned" -> outcome = event.path("event").asText();
            default -> {}
        }
    }
}
