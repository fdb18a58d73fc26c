package io.hearth.text;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Tokens and ids as {@code tokenizer.json} lists them.
 *
 * @param ids id of every token, added tokens included
 * @param special the added tokens that are marked as special
 * @param size one more than the largest id
 */
record Vocabulary(Map<String, Integer> ids, Set<String> special, int size) {
    private static final int LARGEST_ID = 100_000_000;

    /** Reads the file as a stream, since it may be tens of megabytes. */
    static Vocabulary read(Path file) {
        Map<String, Integer> ids = new HashMap<>();
        Set<String> special = new HashSet<>();
        try (JsonParser parser = JsonText.parser(file)) {
            // The native library reads the same file and is the judge of what is valid in it.
            parser.disable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw broken(file, null);
            }
            for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
                parser.nextToken();
                switch (field) {
                    case "added_tokens" -> addedTokens(parser, ids, special);
                    case "model" -> model(parser, ids);
                    default -> parser.skipChildren();
                }
            }
        } catch (JsonProcessingException e) {
            throw broken(file, e);
        } catch (IOException e) {
            throw new TextException("The file " + file + " cannot be read: " + e.getMessage(), e);
        }
        if (ids.values().stream().anyMatch(id -> id < 0 || id > LARGEST_ID)) {
            throw broken(file, null);
        }
        int size = ids.values().stream().mapToInt(Integer::intValue).max().orElse(-1) + 1;
        return new Vocabulary(Map.copyOf(ids), Set.copyOf(special), size);
    }

    private static TextException broken(Path file, Exception cause) {
        return new TextException(
                "The file " + file + " is not a tokenizer: copy it again from the model's source.", cause);
    }

    private static void addedTokens(JsonParser parser, Map<String, Integer> ids, Set<String> special)
            throws IOException {
        while (parser.nextToken() == JsonToken.START_OBJECT) {
            int id = -1;
            String content = null;
            boolean isSpecial = false;
            for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
                parser.nextToken();
                switch (field) {
                    case "id" -> id = parser.getIntValue();
                    case "content" -> content = parser.getText();
                    case "special" -> isSpecial = parser.getBooleanValue();
                    default -> parser.skipChildren();
                }
            }
            if (content != null && id >= 0) {
                ids.put(content, id);
                if (isSpecial && !content.isEmpty()) {
                    special.add(content);
                }
            }
        }
    }

    private static void model(JsonParser parser, Map<String, Integer> ids) throws IOException {
        for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
            JsonToken value = parser.nextToken();
            if (!field.equals("vocab")) {
                parser.skipChildren();
            } else if (value == JsonToken.START_OBJECT) {
                for (String token = parser.nextFieldName(); token != null; token = parser.nextFieldName()) {
                    parser.nextToken();
                    ids.put(token, parser.getIntValue());
                }
            } else {
                scoredTokens(parser, ids);
            }
        }
    }

    /** A unigram model lists {@code [token, score]} in the order of the ids. */
    private static void scoredTokens(JsonParser parser, Map<String, Integer> ids) throws IOException {
        for (int id = 0; parser.nextToken() == JsonToken.START_ARRAY; id++) {
            parser.nextToken();
            ids.put(parser.getText(), id);
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                parser.skipChildren();
            }
        }
    }
}
