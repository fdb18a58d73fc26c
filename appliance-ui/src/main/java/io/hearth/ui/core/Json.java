package io.hearth.ui.core;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;

/** The one JSON mapper of the control plane, for the REST API and for what is kept as JSON in the database. */
public final class Json {
    /** Times as ISO 8601 text; unknown members are refused, because a mistyped option must not be passed over. */
    public static final ObjectMapper MAPPER = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** For text that this program wrote itself, perhaps in another version. */
    private static final ObjectMapper LENIENT =
            MAPPER.copy().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    /** A value without its null members, for requests and files. */
    private static final ObjectMapper SPARSE = MAPPER.copy().setDefaultPropertyInclusion(JsonInclude.Include.NON_NULL);

    /** A value as JSON text. */
    public static String write(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A value as a JSON tree without null members. */
    public static JsonNode sparse(Object value) {
        return SPARSE.valueToTree(value);
    }

    /** A value from text that this program wrote. */
    public static <T> T read(String text, Class<T> type) {
        try {
            return LENIENT.readValue(text, type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("What is stored as " + type.getSimpleName() + " cannot be read.", e);
        }
    }

    /** A value from a tree that this program or a node wrote. */
    public static <T> T read(JsonNode tree, Class<T> type) {
        try {
            return LENIENT.treeToValue(tree, type);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("A " + type.getSimpleName() + " is not what was expected.", e);
        }
    }

    private Json() {}
}
