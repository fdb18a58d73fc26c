package io.hearth.worker.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Typed access to the members of a request. A member that is absent or null has its default; one of the wrong type or out
 * of range is a {@link ApiException 400} that names it.
 */
record Fields(ObjectNode object) {
    /** The member, or null if it is absent or JSON's null. */
    JsonNode get(String name) {
        JsonNode node = object.get(name);
        return node == null || node.isNull() ? null : node;
    }

    boolean has(String name) {
        return get(name) != null;
    }

    String requiredText(String name) {
        JsonNode node = get(name);
        if (node == null) {
            throw ApiException.badRequest(name, "The parameter " + name + " is missing.");
        }
        if (!node.isTextual()) {
            throw wrongType(name, "a string", node);
        }
        return node.textValue();
    }

    boolean flag(String name) {
        JsonNode node = get(name);
        if (node == null) {
            return false;
        }
        if (!node.isBoolean()) {
            throw wrongType(name, "true or false", node);
        }
        return node.booleanValue();
    }

    double number(String name, double min, double max, double fallback) {
        JsonNode node = get(name);
        if (node == null) {
            return fallback;
        }
        if (!node.isNumber()) {
            throw wrongType(name, "a number", node);
        }
        double value = node.doubleValue();
        if (!(value >= min && value <= max)) {
            throw ApiException.badRequest(
                    name,
                    "The parameter " + name + " must be between " + shortest(min) + " and " + shortest(max) + ", not "
                            + node + ".");
        }
        return value;
    }

    /** A whole number, or null if it is absent. Written as {@code 5} or {@code 5.0}. */
    Long integer(String name, long min, long max) {
        JsonNode node = get(name);
        if (node == null) {
            return null;
        }
        if (!node.isNumber()) {
            throw wrongType(name, "an integer", node);
        }
        boolean whole = node.canConvertToExactIntegral();
        if (!whole) {
            throw wrongType(name, "an integer", node);
        }
        if (!node.canConvertToLong() || node.longValue() < min || node.longValue() > max) {
            throw ApiException.badRequest(
                    name, "The parameter " + name + " must be between " + min + " and " + max + ", not " + node + ".");
        }
        return node.longValue();
    }

    static ApiException wrongType(String name, String wanted, JsonNode node) {
        return ApiException.badRequest(
                name, "The parameter " + name + " must be " + wanted + ", not " + describe(node) + ".");
    }

    private static String describe(JsonNode node) {
        JsonNodeType type = node.getNodeType();
        return switch (type) {
            case STRING -> "a string";
            case NUMBER -> "the number " + node;
            case BOOLEAN -> node.toString();
            case ARRAY -> "a list";
            case OBJECT -> "an object";
            default -> "null";
        };
    }

    private static String shortest(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }
}
