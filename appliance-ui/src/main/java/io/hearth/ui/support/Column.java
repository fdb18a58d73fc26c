package io.hearth.ui.support;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hearth.ui.core.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A column of the database that goes into a bundle, and what of it.
 *
 * @param name its name
 * @param kind how its values are kept
 * @param sql what is selected
 */
record Column(String name, Kind kind, String sql) {
    /** How values are kept. */
    enum Kind {
        /** Identifiers, states, codes that programs chose. */
        CODE,
        /** Whole numbers and fractions. */
        NUMBER,
        /** Milliseconds since 1970. */
        TIME,
        /** A text of a program: its phrases alone. */
        PHRASE,
        /** JSON of a sentence. */
        SENTENCE,
        /** JSON of which the numbers are kept. */
        FIGURES,
        /** A name: its alias. */
        NAME,
        /** JSON of a worker's status: state, attempt, exit code, and of its reason the phrases. */
        STATUS,
        /** JSON of something found of a card. */
        FINDING,
        /** Arguments of a sentence whose key is in the column {@code key}. */
        SAID
    }

    JsonNode of(ResultSet row, Keeper keeper) throws SQLException {
        String text = row.getString(name);
        if (text == null) {
            return Json.MAPPER.nullNode();
        }
        return switch (kind) {
            case CODE -> keeper.code(text);
            case NUMBER -> number(row.getObject(name));
            case TIME ->
                Json.MAPPER
                        .getNodeFactory()
                        .textNode(Instant.ofEpochMilli(row.getLong(name)).toString());
            case PHRASE -> keeper.phrase(text);
            case SENTENCE -> keeper.sentence(Json.read(text, JsonNode.class));
            case FIGURES -> keeper.figures(Json.read(text, JsonNode.class), "method", "objective", "schedule", "dtype");
            case NAME -> keeper.alias(name, text);
            case STATUS -> status(Json.read(text, JsonNode.class), keeper);
            case FINDING -> keeper.finding(Json.read(text, JsonNode.class));
            case SAID -> {
                ObjectNode sentence = Json.MAPPER.createObjectNode().put("key", row.getString("key"));
                sentence.set("arguments", Json.read(text, JsonNode.class));
                yield keeper.sentence(sentence);
            }
        };
    }

    private static JsonNode status(JsonNode status, Keeper keeper) {
        ObjectNode kept = Json.MAPPER.createObjectNode();
        kept.set("state", keeper.code(status.path("state").asText()));
        kept.setAll(keeper.figures(status));
        kept.set("reason", keeper.phrase(status.path("reason").textValue()));
        return kept;
    }

    private static JsonNode number(@Nullable Object value) {
        return switch (value) {
            case Integer whole -> Json.MAPPER.getNodeFactory().numberNode(whole);
            case Long whole -> Json.MAPPER.getNodeFactory().numberNode(whole);
            case Double real -> Json.MAPPER.getNodeFactory().numberNode(real);
            case null, default -> Json.MAPPER.nullNode();
        };
    }
}
