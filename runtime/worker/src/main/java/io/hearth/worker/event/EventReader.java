package io.hearth.worker.event;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hearth.contract.Event;
import io.hearth.worker.process.Json;
import java.util.Map;
import java.util.Optional;

/** Reads the lines that {@link EventWriter} writes. Members and events of a newer worker are passed over. */
public final class EventReader {
    private static final Map<String, Class<? extends Event>> TYPES = Map.ofEntries(
            Map.entry("phase", Event.Phase.class),
            Map.entry("step", Event.Step.class),
            Map.entry("evaluation", Event.Evaluation.class),
            Map.entry("checkpoint", Event.Checkpoint.class),
            Map.entry("warning", Event.Warning.class),
            Map.entry("ready", Event.Ready.class),
            Map.entry("done", Event.Done.class),
            Map.entry("stopped", Event.Stopped.class),
            Map.entry("failed", Event.Failed.class),
            Map.entry("planned", Event.Planned.class),
            Map.entry("answered", Event.Answered.class),
            Map.entry("parity-checked", Event.ParityChecked.class),
            Map.entry("usage", Event.Usage.class));
    private static final ObjectReader READER =
            Json.MAPPER.reader().without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    private EventReader() {}

    /** The event of a line; empty for a line that is not one. */
    public static Optional<Event> read(String line) {
        try {
            JsonNode node = READER.readTree(line);
            if (!(node instanceof ObjectNode object)
                    || !TYPES.containsKey(object.path("event").asText())) {
                return Optional.empty();
            }
            Class<? extends Event> type = TYPES.get(object.remove("event").asText());
            return Optional.of(READER.treeToValue(object, type));
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }
}
