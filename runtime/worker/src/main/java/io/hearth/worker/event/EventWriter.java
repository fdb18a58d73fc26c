package io.hearth.worker.event;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hearth.contract.Event;
import io.hearth.worker.process.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Writes events as lines of JSON, each at once. A number that is not finite is written as null. If nobody reads any more,
 * the work goes on: the loss of the reader is logged once.
 */
public final class EventWriter implements Consumer<Event> {
    private static final System.Logger LOG = System.getLogger(EventWriter.class.getName());

    private final OutputStream out;
    private final Clock clock;
    private boolean readerGone;

    public EventWriter(OutputStream out, Clock clock) {
        this.out = out;
        this.clock = clock;
    }

    @Override
    public synchronized void accept(Event event) {
        if (readerGone) {
            return;
        }
        try {
            out.write((line(event, clock.millis()) + "\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
        } catch (IOException e) {
            readerGone = true;
            LOG.log(System.Logger.Level.WARNING, "Nobody reads the events any more; the work goes on.");
        }
    }

    /**
     * The event as one line of JSON, without the line's end.
     *
     * @param time of the event in milliseconds since 1970, the member {@code time}
     */
    public static String line(Event event, long time) {
        ObjectNode object = Json.MAPPER.createObjectNode();
        object.put("event", event.name());
        object.put("time", time);
        ObjectNode members = Json.MAPPER.valueToTree(event);
        finiteOnly(members);
        object.setAll(members);
        try {
            return Json.MAPPER.writeValueAsString(object);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void finiteOnly(ObjectNode object) {
        for (Map.Entry<String, JsonNode> member : object.properties()) {
            if (member.getValue() instanceof ObjectNode inner) {
                finiteOnly(inner);
            } else if (member.getValue().isDouble()
                    && !Double.isFinite(member.getValue().doubleValue())) {
                member.setValue(object.nullNode());
            }
        }
    }
}
