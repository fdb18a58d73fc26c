package io.hearth.starter;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** The word lists of {@code words.json}. */
record Words(
        List<Phrase> parts,
        List<Phrase> goods,
        List<Phrase> shops,
        List<Phrase> colours,
        List<Phrase> machines,
        List<Phrase> faults,
        List<Phrase> fixes,
        List<Phrase> tasks,
        List<Phrase> brands,
        List<Phrase> greetings,
        List<Phrase> closings,
        List<Phrase> system) {

    static Words load() {
        JsonNode root = Resources.read("words.json");
        return new Words(
                list(root, "parts"),
                list(root, "goods"),
                list(root, "shops"),
                list(root, "colours"),
                list(root, "machines"),
                list(root, "faults"),
                list(root, "fixes"),
                list(root, "tasks"),
                list(root, "brands"),
                list(root, "greetings"),
                list(root, "closings"),
                list(root, "system"));
    }

    private static List<Phrase> list(JsonNode root, String name) {
        return Resources.phrases(root.required(name));
    }
}
