package io.hearth.starter;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The wordings of {@code phrasing.json} that belong to no kind of fact, by name and language. */
final class Phrasing {
    private final Map<String, Map<Language, List<String>>> texts = new TreeMap<>();

    Phrasing() {
        JsonNode root = Resources.read("phrasing.json");
        root.fieldNames().forEachRemaining(name -> texts.put(name, byLanguage(root.get(name))));
    }

    static Map<Language, List<String>> byLanguage(JsonNode node) {
        return Map.of(
                Language.ENGLISH, Resources.strings(node.required("en")),
                Language.CHINESE, Resources.strings(node.required("zh")));
    }

    List<String> all(String name, Language language) {
        Map<Language, List<String>> found = texts.get(name);
        if (found == null) {
            throw new IllegalArgumentException("phrasing.json has no entry " + name);
        }
        return found.get(language);
    }

    String pick(String name, Language language, Dice dice) {
        return dice.pick(all(name, language));
    }
}
