package io.hearth.starter;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * A kind of fact people ask about, with its wordings.
 *
 * @param name what the sample dataset calls the same kind
 * @param weight how often it is drawn, relative to the others
 * @param key what its subjects are
 * @param value what its values are
 * @param learned whether the fixed world that is learned by heart holds such facts
 */
record Intent(
        String name, int weight, KeyKind key, ValueKind value, boolean learned, Wordings english, Wordings chinese) {

    /** What a fact is about. */
    enum KeyKind {
        ERROR_CODE,
        PART,
        TASK,
        GOOD,
        NAME,
        SHOP
    }

    /** What is known of it. */
    enum ValueKind {
        FAULT,
        TORQUE,
        INTERVAL,
        PART_NUMBER,
        PRICE,
        COLOUR,
        TOWN,
        OPENING_TIME
    }

    Wordings in(Language language) {
        return language == Language.ENGLISH ? english : chinese;
    }

    static List<Intent> loadAll() {
        List<Intent> intents = new ArrayList<>();
        for (JsonNode node : Resources.read("intents.json")) {
            intents.add(new Intent(
                    node.required("name").asText(),
                    node.required("weight").asInt(),
                    KeyKind.valueOf(node.required("key").asText()),
                    ValueKind.valueOf(node.required("value").asText()),
                    node.required("learned").asBoolean(),
                    Wordings.read(node.required("en")),
                    Wordings.read(node.required("zh"))));
        }
        return List.copyOf(intents);
    }
}
