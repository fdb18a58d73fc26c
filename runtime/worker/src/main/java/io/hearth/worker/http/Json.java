package io.hearth.worker.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** The server's one JSON mapper: strict about what comes in. */
final class Json {
    private static final int MAX_DEPTH = 64;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxStringLength(Integer.MAX_VALUE)
                            .maxNumberLength(100)
                            .maxNameLength(10_000)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private Json() {}

    /**
     * Reads one JSON object.
     *
     * @throws ApiException 400 with a sentence if it is anything else
     */
    static ObjectNode parseObject(byte[] body) {
        JsonNode node;
        try {
            node = MAPPER.readTree(body);
        } catch (StreamConstraintsException e) {
            throw ApiException.badRequest(
                    null,
                    "The request's JSON goes beyond the limits of this server: at most " + MAX_DEPTH
                            + " levels of nesting, names of 10000 and numbers of 100 characters.");
        } catch (MismatchedInputException e) {
            throw ApiException.badRequest(null, "The request is not valid JSON: something follows after its end.");
        } catch (JsonProcessingException e) {
            // The parser adds in parentheses where a bracket was opened, in words that name its own classes.
            String reason = e.getOriginalMessage().replaceFirst(" \\(start marker at .*", "");
            String where = e.getLocation() == null
                    ? ""
                    : " (line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr() + ")";
            throw ApiException.badRequest(null, "The request is not valid JSON: " + reason + where + ".");
        } catch (IOException e) {
            throw ApiException.badRequest(null, "The request is not valid JSON in UTF-8: " + e.getMessage() + ".");
        }
        if (node instanceof ObjectNode object) {
            return object;
        }
        throw ApiException.badRequest(null, "The request must be a JSON object.");
    }

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    static ArrayNode array() {
        return MAPPER.createArrayNode();
    }

    static byte[] bytes(JsonNode node) {
        try {
            return MAPPER.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a JSON tree could not be written", e);
        }
    }

    /** An object as plain values (String, Number, Boolean, List, Map, null). */
    @SuppressWarnings("unchecked")
    static Map<String, Object> plainObject(JsonNode object) {
        return MAPPER.convertValue(object, Map.class);
    }

    @SuppressWarnings("unchecked")
    static List<Object> plainList(JsonNode array) {
        return MAPPER.convertValue(array, List.class);
    }
}
