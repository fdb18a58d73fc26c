package io.hearth.ui.models.check;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reads a JSON object from a file that nobody vouches for. */
final class JsonFile {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    static {
        MAPPER.getFactory()
                .setStreamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(64)
                        .maxNumberLength(64)
                        .build());
    }

    /** The object, or null with a finding. */
    static ObjectNode read(Path folder, String name, long maxBytes, List<Finding> problems) {
        Path file = folder.resolve(name);
        try {
            if (Files.size(file) > maxBytes) {
                problems.add(Finding.of(name, "models.check.large", maxBytes));
                return null;
            }
            JsonNode tree = MAPPER.readTree(Files.readAllBytes(file));
            if (tree instanceof ObjectNode object) {
                return object;
            }
            problems.add(Finding.of(name, "models.check.object"));
        } catch (JsonProcessingException e) {
            int line = e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getLineNr());
            problems.add(Finding.of(name, "models.check.json", line));
        } catch (IOException e) {
            problems.add(Finding.of(name, "models.check.unreadable"));
        }
        return null;
    }

    private JsonFile() {}
}
