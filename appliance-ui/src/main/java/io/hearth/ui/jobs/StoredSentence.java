package io.hearth.ui.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import io.hearth.ui.core.Json;
import io.hearth.ui.core.Sentence;
import java.util.ArrayList;
import java.util.List;

/** Sentences in the database: kept as what they say, not as the words of one language. */
final class StoredSentence {
    static String write(Sentence sentence) {
        return sentence == null ? null : Json.write(sentence);
    }

    static Sentence read(String text) {
        return text == null ? null : read(Json.read(text, JsonNode.class));
    }

    private static Sentence read(JsonNode node) {
        List<Object> arguments = new ArrayList<>();
        for (JsonNode argument : node.path("arguments")) {
            if (argument.isObject() && argument.has("key")) {
                arguments.add(read(argument));
            } else if (argument.isIntegralNumber()) {
                arguments.add(argument.longValue());
            } else if (argument.isNumber()) {
                arguments.add(argument.doubleValue());
            } else {
                arguments.add(argument.asText());
            }
        }
        return new Sentence(node.path("key").asText(), List.copyOf(arguments));
    }

    private StoredSentence() {}
}
