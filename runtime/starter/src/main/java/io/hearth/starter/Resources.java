package io.hearth.starter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads the word lists and wordings that lie beside the classes as JSON. */
final class Resources {
    static final ObjectMapper JSON = new ObjectMapper();

    private Resources() {}

    static JsonNode read(String name) {
        try {
            return JSON.readTree(text(name));
        } catch (IOException e) {
            throw new UncheckedIOException("The resource " + name + " of the starter module is not JSON", e);
        }
    }

    static String text(String name) {
        try (InputStream in = Resources.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("The resource " + name + " is missing from the starter module");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("The resource " + name + " of the starter module cannot be read", e);
        }
    }

    static List<String> strings(JsonNode array) {
        List<String> result = new ArrayList<>();
        array.forEach(node -> result.add(node.asText()));
        return List.copyOf(result);
    }

    /** Reads {@code [english, chinese]}. */
    static Phrase phrase(JsonNode pair) {
        return new Phrase(pair.get(0).asText(), pair.get(1).asText());
    }

    static List<Phrase> phrases(JsonNode array) {
        List<Phrase> result = new ArrayList<>();
        array.forEach(node -> result.add(phrase(node)));
        return List.copyOf(result);
    }
}
