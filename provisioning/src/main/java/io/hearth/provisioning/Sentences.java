package io.hearth.provisioning;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.ValidationMessage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;

/** What the validator has found, in words that say what to write instead. */
final class Sentences {
    private Sentences() {}

    static String of(ValidationMessage message, JsonNode value) {
        JsonNode schema = message.getSchemaNode();
        String name = name(message);
        return switch (message.getType()) {
            case "required" ->
                "\"" + message.getProperty() + "\" is missing" + (name.equals("the file") ? "." : " in " + name + ".");
            case "additionalProperties" -> unknown(message);
            case "enum" -> name + " is " + shown(value) + "; it must be one of " + list(schema) + ".";
            case "const" -> name + " is " + shown(value) + "; it must be " + schema.asText() + ".";
            case "pattern" -> name + " is " + shown(value) + "; it " + words(message) + ".";
            case "type" -> name + " is " + shown(value) + "; it must be " + kind(schema.asText()) + ".";
            case "minimum", "maximum" ->
                name + " is " + shown(value) + "; it must be at "
                        + (message.getType().equals("minimum") ? "least " : "most ") + schema.asText() + ".";
            case "minItems" -> name + " needs at least " + schema.asText() + " entries.";
            case "maxItems" -> name + " takes at most " + schema.asText() + " entries.";
            case "uniqueItems" -> name + " holds an entry twice.";
            case "minLength" -> name + " is empty.";
            case "maxLength" -> name + " is too long; at most " + schema.asText() + " characters.";
            default -> name + ": " + message.getMessage();
        };
    }

    /** The validator gives the value of the keyword; the words for a pattern stand beside it, as its comment. */
    private static String words(ValidationMessage message) {
        JsonNode words = ProvisionFile.schemaTree()
                .at(message.getSchemaLocation()
                        .getFragment()
                        .toString()
                        .replaceFirst("/pattern$", Matcher.quoteReplacement("/$comment")));
        return words.isMissingNode() ? "does not look right" : words.asText();
    }

    private static String unknown(ValidationMessage message) {
        String name = message.getProperty();
        JsonNode around = ProvisionFile.schemaTree()
                .at(message.getSchemaLocation()
                        .getFragment()
                        .toString()
                        .replaceFirst("/additionalProperties$", "/properties"));
        List<String> known = new ArrayList<>();
        around.fieldNames().forEachRemaining(known::add);
        String nearest = known.stream()
                .min(Comparator.comparingInt(one -> distance(one, name)))
                .orElse("");
        boolean near = !nearest.isEmpty() && distance(nearest, name) <= Math.max(2, nearest.length() / 3);
        return "\"" + name + "\" is not known here"
                + (near ? "; did you mean \"" + nearest + "\"?" : ". There are: " + String.join(", ", known) + ".");
    }

    private static String name(ValidationMessage message) {
        String path = message.getInstanceLocation().toString();
        String plain = path.startsWith("$") ? path.substring(1) : path.replace('/', '.');
        plain = plain.startsWith(".") ? plain.substring(1) : plain;
        return plain.isEmpty() ? "the file" : "\"" + plain + "\"";
    }

    private static String shown(JsonNode value) {
        String text = value.isNull()
                ? "empty"
                : value.isValueNode() ? value.asText() : value.isArray() ? "a list" : "a group of names";
        return value.isTextual() ? "\"" + (text.length() > 80 ? text.substring(0, 77) + "..." : text) + "\"" : text;
    }

    private static String list(JsonNode options) {
        List<String> all = new ArrayList<>();
        options.forEach(option -> all.add(option.asText()));
        return String.join(", ", all);
    }

    private static String kind(String type) {
        return switch (type) {
            case "string" -> "a text (in quotation marks, where it looks like a number)";
            case "boolean" -> "true or false";
            case "integer" -> "a whole number";
            case "array" -> "a list";
            default -> "a group of names with values";
        };
    }

    /** Levenshtein's distance. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int corner = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                int changed = corner + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(Math.min(row[j], row[j - 1]) + 1, changed);
                corner = above;
            }
        }
        return row[b.length()];
    }
}
