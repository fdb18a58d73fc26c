package io.hearth.engine.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hearth.engine.checkpoint.CheckpointException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Typed reading of one configuration object; a value of the wrong kind or size is a sentence that names it. */
final class ConfigFields {
    private final Path file;
    private final ObjectNode node;

    ConfigFields(Path file, ObjectNode node) {
        this.file = file;
        this.node = node;
    }

    /** An error about this file: its path, then the sentence. */
    CheckpointException fault(String sentence, Object... values) {
        return new CheckpointException(file + ": " + sentence.formatted(values));
    }

    /** Whether the key is there at all, be it as null. */
    boolean has(String key) {
        return node.has(key);
    }

    /** Whether the key is there and not null. */
    boolean isSet(String key) {
        return node.hasNonNull(key);
    }

    int requiredInt(String key, int max) {
        if (!isSet(key)) {
            throw fault("%s is missing.", key);
        }
        return wholeNumber(key, node.get(key), 1, max);
    }

    int intOr(String key, int max, int fallback) {
        return isSet(key) ? wholeNumber(key, node.get(key), 1, max) : fallback;
    }

    /** Like {@link #intOr}, but 0 is allowed. */
    int countOr(String key, int max, int fallback) {
        return isSet(key) ? wholeNumber(key, node.get(key), 0, max) : fallback;
    }

    private int wholeNumber(String key, JsonNode value, int min, int max) {
        if (!value.isIntegralNumber()) {
            throw fault("%s must be a whole number, not %s.", key, shown(value));
        }
        if (!value.canConvertToInt() || value.intValue() < min || value.intValue() > max) {
            throw fault("%s is %s; it must be from %d to %d.", key, shown(value), min, max);
        }
        return value.intValue();
    }

    double positiveOr(String key, double fallback) {
        return isSet(key) ? requiredPositive(key) : fallback;
    }

    double requiredPositive(String key) {
        if (!isSet(key)) {
            throw fault("%s is missing.", key);
        }
        JsonNode value = node.get(key);
        // What cannot be told from 0 or infinity in float32 would turn every later number into NaN.
        float single = value.isNumber() ? (float) value.doubleValue() : Float.NaN;
        if (!(single > 0) || Float.isInfinite(single)) {
            throw fault("%s must be a positive number, not %s.", key, shown(value));
        }
        return value.doubleValue();
    }

    boolean booleanOr(String key, boolean fallback) {
        if (!isSet(key)) {
            return fallback;
        }
        if (!node.get(key).isBoolean()) {
            throw fault("%s must be true or false, not %s.", key, shown(node.get(key)));
        }
        return node.get(key).booleanValue();
    }

    String textOr(String key, String fallback) {
        if (!isSet(key)) {
            return fallback;
        }
        if (!node.get(key).isTextual()) {
            throw fault("%s must be text, not %s.", key, shown(node.get(key)));
        }
        return node.get(key).textValue();
    }

    List<String> texts(String key) {
        JsonNode value = node.get(key);
        if (!value.isArray()) {
            throw fault("%s must be a list, not %s.", key, shown(value));
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode element : value) {
            if (!element.isTextual()) {
                throw fault("%s must be a list of texts; it holds %s.", key, shown(element));
            }
            texts.add(element.textValue());
        }
        return texts;
    }

    /** One token id or a list of them; empty where the key is absent or null. */
    List<Integer> tokenIds(String key) {
        if (!isSet(key)) {
            return List.of();
        }
        JsonNode value = node.get(key);
        List<Integer> ids = new ArrayList<>();
        for (JsonNode id : value.isArray() ? value : List.of(value)) {
            ids.add(wholeNumber(key, id, 0, Integer.MAX_VALUE));
        }
        return ids;
    }

    /** A nested object, or an empty one where the key is absent or null. */
    ConfigFields object(String key) {
        if (!isSet(key)) {
            return new ConfigFields(file, node.objectNode());
        }
        if (node.get(key) instanceof ObjectNode object) {
            return new ConfigFields(file, object);
        }
        throw fault("%s must be an object, not %s.", key, shown(node.get(key)));
    }

    boolean isEmpty() {
        return node.isEmpty();
    }

    /** Whether any value of this object is itself an object. */
    boolean hasNestedObject() {
        return node.valueStream().anyMatch(JsonNode::isObject);
    }

    /** The value as it stands in the file, for a message. */
    String shown(String key) {
        return shown(node.get(key));
    }

    private static String shown(JsonNode value) {
        String text = value.toString();
        return text.length() > 60 ? text.substring(0, 60) + "…" : text;
    }
}
