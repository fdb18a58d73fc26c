package io.hearth.text;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The one JSON mapper of this module: strict about duplicate keys and about text after the value. */
public final class JsonText {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_INTEGER_FOR_INTS)
            .build();

    static {
        MAPPER.getFactory()
                .setStreamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(200)
                        .maxStringLength(64 << 20)
                        .build());
    }

    private JsonText() {}

    /** Reads one JSON value as plain Java: Map, List, String, BigInteger, Double, Boolean or null. */
    public static Object plain(String json) throws JsonProcessingException {
        return MAPPER.readValue(json, Object.class);
    }

    /** Writes a plain value as one line, members in the order of their map. */
    public static String line(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not a value of JSON", e);
        }
    }

    static JsonParser parser(Path file) throws IOException {
        return MAPPER.getFactory().createParser(file.toFile());
    }

    /**
     * Reads a small JSON file that must hold an object.
     *
     * @throws TextException naming the file, if it cannot be read or is not a JSON object
     */
    static JsonNode object(Path file) {
        try {
            JsonNode node = MAPPER.readTree(Files.readString(file));
            if (node.isObject()) {
                return node;
            }
        } catch (JsonProcessingException e) {
            throw new TextException(
                    "The file " + file + " is not valid JSON (line "
                            + e.getLocation().getLineNr() + "): copy it again from the model's source.",
                    e);
        } catch (IOException e) {
            throw new TextException("The file " + file + " cannot be read as UTF-8 text: " + e.getMessage(), e);
        }
        throw new TextException(
                "The file " + file + " does not hold a JSON object: copy it again from the model's source.");
    }
}
