package io.hearth.agent.workers;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hearth.protocol.FromNode;
import io.hearth.protocol.Protocol;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * One worker's events on their way to the control plane: in order, from the first that is not stored there, with a bounded number
 * under way. After a new link nothing is sent until the control plane has said where to go on.
 */
final class EventFeed {
    private static final System.Logger LOG = System.getLogger(EventFeed.class.getName());
    private static final int LINES_UNDER_WAY = 4 * Protocol.MAX_EVENTS_PER_MESSAGE;
    private static final long BYTES_UNDER_WAY = 4L << 20;
    private static final long BYTES_PER_MESSAGE = 512L << 10;
    private static final long PATIENCE_MILLIS = 5_000;
    private static final long HASTE_MILLIS = 500;
    private static final int LONGEST_LINE = 3 << 20;

    private final EventSpool spool;
    private final Deque<Sent> underWay = new ArrayDeque<>();
    private EventCursor cursor;
    private long stored;
    private long bytesUnderWay;
    private long progressAt;

    private record Sent(long sequence, int bytes) {}

    /** @param fresh whether the worker is new, so that the control plane has nothing of it */
    EventFeed(EventSpool spool, boolean fresh) {
        this.spool = spool;
        if (fresh) {
            cursor = new EventCursor(spool, 1);
        }
    }

    /** A new link: the control plane will say where to go on. */
    synchronized void relink() {
        cursor = null;
        stored = 0;
        clear();
    }

    /**
     * The control plane has stored everything up to this event.
     *
     * @param observed last event that this agent itself has seen: what it has not seen yet stays
     */
    synchronized void stored(long sequence, long observed) throws IOException {
        // Told the same again while more is under way, the control plane has passed something over.
        boolean stuck = sequence == stored && !underWay.isEmpty() && waited() > HASTE_MILLIS;
        if (cursor == null || sequence < stored || stuck) {
            clear();
            cursor = new EventCursor(spool, sequence + 1);
        }
        stored = sequence;
        if (sequence >= cursor.next()) {
            clear();
            cursor = new EventCursor(spool, sequence + 1);
        }
        while (!underWay.isEmpty() && underWay.peekFirst().sequence() <= sequence) {
            bytesUnderWay -= underWay.removeFirst().bytes();
            progressAt = System.nanoTime();
        }
        spool.forget(Math.min(sequence, observed));
    }

    /** Last event that is stored, as far as this link knows. */
    synchronized long stored() {
        return stored;
    }

    /** Whether the control plane has said on this link where to go on: whether it knows the worker. */
    synchronized boolean known() {
        return cursor != null;
    }

    /**
     * The next events to send; empty if there are none or enough are under way. What was sent and not stored for a while is sent
     * again: the control plane may have had to pass it over.
     */
    synchronized List<FromNode.EventLine> next() throws IOException {
        if (!underWay.isEmpty() && waited() > PATIENCE_MILLIS) {
            clear();
            cursor = new EventCursor(spool, stored + 1);
        }
        if (underWay.isEmpty()) {
            progressAt = System.nanoTime();
        }
        int lines = Math.min(Protocol.MAX_EVENTS_PER_MESSAGE, LINES_UNDER_WAY - underWay.size());
        if (cursor == null || lines <= 0 || bytesUnderWay >= BYTES_UNDER_WAY) {
            return List.of();
        }
        long asked = cursor.next();
        List<FromNode.EventLine> batch = new ArrayList<>();
        for (EventCursor.Line line : cursor.read(lines, BYTES_PER_MESSAGE)) {
            if (batch.isEmpty() && line.sequence() != asked) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "The control plane asks for event {0}, which was forgotten after it had stored it; {1} is the first one left.",
                        asked,
                        line.sequence());
            }
            underWay.add(new Sent(line.sequence(), line.bytes().length));
            bytesUnderWay += line.bytes().length;
            batch.add(new FromNode.EventLine(line.sequence(), event(line)));
        }
        return batch;
    }

    private long waited() {
        return (System.nanoTime() - progressAt) / 1_000_000;
    }

    private void clear() {
        underWay.clear();
        bytesUnderWay = 0;
    }

    private static JsonNode event(EventCursor.Line line) {
        if (line.bytes().length > LONGEST_LINE) {
            return instead("An event of " + line.bytes().length + " bytes was too long to be sent.");
        }
        try {
            JsonNode event = Protocol.JSON.readTree(line.bytes());
            return event instanceof ObjectNode ? event : instead("The worker wrote an event that is not one.");
        } catch (JsonProcessingException e) {
            return instead("The worker wrote an event that cannot be read.");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Takes the number of an event that cannot be sent, so that the numbers have no gap. */
    private static JsonNode instead(String message) {
        return Protocol.JSON
                .createObjectNode()
                .put("event", "warning")
                .put("time", System.currentTimeMillis())
                .put("message", message);
    }
}
