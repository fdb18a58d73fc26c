package io.hearth.protocol;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;

/** Version, limits and the JSON mapper of the link. */
public final class Protocol {
    /** Version that both sides must speak. */
    public static final int VERSION = 1;

    /** Longest message in characters. */
    public static final int MAX_MESSAGE_CHARS = 4 << 20;

    /** Most events in one message. */
    public static final int MAX_EVENTS_PER_MESSAGE = 500;

    /** Most incidents of cards in one message. */
    public static final int MAX_INCIDENTS = 500;

    /** Seconds without any message after which a side takes the link for dead. Telemetry comes every second. */
    public static final int SILENCE_SECONDS = 6;

    /** The mapper: unknown members are passed over, so that a newer side can say more. */
    public static final ObjectMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    static {
        JSON.getFactory()
                .setStreamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(64)
                        .maxStringLength(MAX_MESSAGE_CHARS)
                        .build());
    }

    /** A message as JSON text. */
    public static String write(Object message) {
        try {
            return JSON.writeValueAsString(message);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * A message from JSON text.
     *
     * @throws IllegalArgumentException if it is not one, with a sentence that quotes no more than the parser's complaint
     */
    public static <T> T read(String text, Class<T> type) {
        if (text.length() > MAX_MESSAGE_CHARS) {
            throw new IllegalArgumentException("A message of " + text.length()
                    + " characters is longer than the link allows (" + MAX_MESSAGE_CHARS + ").");
        }
        try {
            T value = JSON.readValue(text, type);
            if (value == null) {
                throw new IllegalArgumentException("A message was null where an object was expected.");
            }
            return value;
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("A message is not what the link expects: " + e.getOriginalMessage(), e);
        }
    }

    private Protocol() {}
}
