package io.hearth.provisioning;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A {@code provision.yaml} that has been understood: it fits {@code provision.schema.json}, and its parts fit each other. */
public final class ProvisionFile {
    /** Longest file that is looked at. */
    static final int MOST_BYTES = 64 * 1024;

    private static final JsonSchema SCHEMA = schema();

    private final JsonNode tree;
    private final YamlText yaml;

    private ProvisionFile(YamlText yaml) {
        this.tree = yaml.tree();
        this.yaml = yaml;
    }

    /**
     * Reads a file.
     *
     * @throws Mistakes with all that is wrong with it
     * @throws IOException if it cannot be read
     */
    public static ProvisionFile read(Path file) throws Mistakes, IOException {
        if (Files.size(file) > MOST_BYTES) {
            throw new Mistakes(
                    "The file has more than " + MOST_BYTES / 1024 + " KiB; a provision.yaml is some lines long.");
        }
        byte[] bytes = Files.readAllBytes(file);
        try {
            return parse(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException e) {
            throw new Mistakes("The file is not written in UTF-8.");
        }
    }

    /** @throws Mistakes with all that is wrong with it */
    public static ProvisionFile parse(String text) throws Mistakes {
        YamlText yaml = YamlText.read(text);
        record Found(int line, String sentence) {}
        List<Found> found = new ArrayList<>();
        for (ValidationMessage message : SCHEMA.validate(yaml.tree())) {
            String pointer = pointer(message);
            found.add(new Found(
                    yaml.line(pointer),
                    Sentences.of(
                            message,
                            yaml.tree().at(pointer(message.getInstanceLocation().toString())))));
        }
        if (found.isEmpty()) {
            for (Rules.Broken broken : Rules.brokenBy(yaml.tree())) {
                found.add(new Found(yaml.line(broken.pointer()), broken.sentence()));
            }
        }
        if (!found.isEmpty()) {
            throw new Mistakes(found.stream()
                    .distinct()
                    .sorted(Comparator.comparingInt(Found::line).thenComparing(Found::sentence))
                    .map(one -> "line " + one.line() + ": " + one.sentence())
                    .toList());
        }
        return new ProvisionFile(yaml);
    }

    /** Where the mistake is; of an unknown name, the name. */
    private static String pointer(ValidationMessage message) {
        String at = pointer(message.getInstanceLocation().toString());
        return message.getType().equals("additionalProperties") ? at + "/" + message.getProperty() : at;
    }

    /** A JSON pointer from the validator's notation, {@code $.network.dns[0]}. */
    private static String pointer(String location) {
        if (!location.startsWith("$")) {
            return location;
        }
        return location.substring(1)
                .replace("['", "/")
                .replace("']", "")
                .replace('.', '/')
                .replace("[", "/")
                .replace("]", "");
    }

    private static JsonSchema schema() {
        try (InputStream in = ProvisionFile.class.getResourceAsStream("provision.schema.json")) {
            return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                    .getSchema(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The schema, for documentation and for editors. */
    static JsonNode schemaTree() {
        return SCHEMA.getSchemaNode();
    }

    /** Line, from 1, of the value at a JSON pointer. */
    int line(String pointer) {
        return yaml.line(pointer);
    }

    /** A text of the file, or null where it stands not there. */
    String text(String pointer) {
        JsonNode node = tree.at(pointer);
        return node.isMissingNode() ? null : node.asText();
    }

    boolean flag(String pointer) {
        return tree.at(pointer).asBoolean(false);
    }

    boolean has(String pointer) {
        return !tree.at(pointer).isMissingNode();
    }

    List<String> texts(String pointer) {
        List<String> all = new ArrayList<>();
        tree.at(pointer).forEach(item -> all.add(item.asText()));
        return all;
    }

    /** Whether this machine becomes the first node. */
    public boolean first() {
        return tree.path("role").asText().equals("first");
    }
}
