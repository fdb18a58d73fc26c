package io.hearth.provisioning;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** The documentation of the file, made of its schema. */
final class SchemaText {
    private SchemaText() {}

    static String markdown(JsonNode schema) {
        StringBuilder text = new StringBuilder("| name | values | |\n| --- | --- | --- |\n");
        rows(schema, "", text);
        return text.toString();
    }

    private static void rows(JsonNode schema, String prefix, StringBuilder text) {
        List<String> required = new ArrayList<>();
        schema.path("required").forEach(name -> required.add(name.asText()));
        schema.path("properties").fields().forEachRemaining(property -> {
            JsonNode kind = property.getValue();
            text.append("| `%s%s`%s | %s | %s |\n"
                    .formatted(
                            prefix,
                            property.getKey(),
                            required.contains(property.getKey()) ? " (required)" : "",
                            values(kind),
                            kind.path("description").asText("")));
            if (kind.has("properties")) {
                rows(kind, prefix + property.getKey() + ".", text);
            }
        });
    }

    private static String values(JsonNode kind) {
        if (kind.has("enum")) {
            List<String> all = new ArrayList<>();
            kind.path("enum").forEach(one -> all.add("`" + one.asText() + "`"));
            return String.join(", ", all);
        } else if (kind.has("const")) {
            return "`" + kind.path("const").asText() + "`";
        } else if (kind.has("minimum")) {
            return kind.path("minimum").asText() + " to " + kind.path("maximum").asText();
        }
        return switch (kind.path("type").asText()) {
            case "boolean" -> "`true`, `false`";
            case "array" -> "list";
            case "object" -> "group";
            default -> "text";
        };
    }
}
