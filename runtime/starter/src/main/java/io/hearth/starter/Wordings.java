package io.hearth.starter;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * The ways one language has to state, ask for and answer a kind of fact. <code>{k}</code> stands for the
 * subject, <code>{K}</code> for the subject at the start of a sentence, <code>{n}</code> for the subject
 * without its article, <code>{v}</code> for the value.
 */
record Wordings(List<String> statements, List<String> questions, List<String> answers) {
    static Wordings read(JsonNode node) {
        return new Wordings(
                Resources.strings(node.required("statements")),
                Resources.strings(node.required("questions")),
                Resources.strings(node.required("answers")));
    }

    static String fill(String wording, String key, String value) {
        String capital = key.substring(0, 1).toUpperCase(java.util.Locale.ROOT) + key.substring(1);
        return wording.replace("{K}", capital)
                .replace("{k}", key)
                .replace("{n}", withoutArticle(key))
                .replace("{v}", value);
    }

    static String withoutArticle(String english) {
        return english.startsWith("the ") ? english.substring("the ".length()) : english;
    }
}
