package io.hearth.engine.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** The JSON files that lie beside weights: read with a bound on their size, every fault a sentence. */
public final class JsonFiles {
    /** The one mapper of this package. A key that comes twice is an error: which of the two counts would be a guess. */
    public static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    private JsonFiles() {}

    /**
     * Reads a file that holds one JSON object.
     *
     * @param maxBytes a longer file is refused unread
     * @throws CheckpointException if the file is missing, too long, not UTF-8, not JSON, or not an object
     */
    public static ObjectNode readObject(Path file, long maxBytes) {
        String text;
        try {
            long size = Files.size(file);
            if (size > maxBytes) {
                throw new CheckpointException(
                        "%s has %d bytes; no such file is longer than %d bytes, so it is not what its name says."
                                .formatted(file, size, maxBytes));
            }
            text = Files.readString(file, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            throw new CheckpointException("%s is missing.".formatted(file), e);
        } catch (CharacterCodingException e) {
            throw new CheckpointException("%s is not UTF-8 text.".formatted(file), e);
        } catch (IOException e) {
            throw new CheckpointException("%s cannot be read: %s".formatted(file, e.getMessage()), e);
        }
        JsonNode node;
        try {
            node = MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new CheckpointException("%s is not valid JSON%s: %s".formatted(file, place(e), reason(e)), e);
        }
        if (node instanceof ObjectNode object) {
            return object;
        }
        throw new CheckpointException("%s must hold a JSON object.".formatted(file));
    }

    /** Where in the text a parser stopped, as " (line 3, column 7)", or nothing where it does not know. */
    static String place(JsonProcessingException e) {
        return e.getLocation() == null
                ? ""
                : " (line %d, column %d)"
                        .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr());
    }

    /** The parser's first line without its own location, cut to a readable length. */
    static String reason(JsonProcessingException e) {
        String line = e.getOriginalMessage().lines().findFirst().orElse("it cannot be parsed");
        String shorter = line.length() > 200 ? line.substring(0, 200) + "…" : line;
        return shorter.endsWith(".") ? shorter : shorter + ".";
    }
}
