package io.hearth.provisioning;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * A YAML text as a tree, which remembers on which line each value stands. Only what JSON knows is taken: no tags of one's own, no
 * anchors, no second document.
 */
final class YamlText {
    private static final int MOST_DEPTH = 10;

    private final JsonNode tree;
    private final Map<String, Integer> lines;

    private YamlText(JsonNode tree, Map<String, Integer> lines) {
        this.tree = tree;
        this.lines = lines;
    }

    /** @throws Mistakes if it is no YAML, or more than JSON knows */
    static YamlText read(String text) throws Mistakes {
        LoadSettings settings = LoadSettings.builder()
                .setAllowDuplicateKeys(false)
                .setMaxAliasesForCollections(0)
                .build();
        Optional<Node> root;
        try {
            root = new Compose(settings).composeString(text);
        } catch (MarkedYamlEngineException e) {
            throw new Mistakes(
                    "line " + e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1) + ": this is no YAML: "
                            + e.getProblem());
        } catch (YamlEngineException e) {
            throw new Mistakes("This is no YAML: " + e.getMessage());
        }
        if (root.isEmpty()) {
            throw new Mistakes("line 1: the file is empty.");
        }
        Map<String, Integer> lines = new HashMap<>();
        return new YamlText(json(root.get(), "", 0, lines), lines);
    }

    JsonNode tree() {
        return tree;
    }

    /** Line, from 1, of the value at a JSON pointer, or of the nearest value around it. */
    int line(String pointer) {
        String at = pointer;
        while (!lines.containsKey(at) && !at.isEmpty()) {
            at = at.substring(0, at.lastIndexOf('/'));
        }
        return lines.getOrDefault(at, 1);
    }

    private static JsonNode json(Node node, String pointer, int depth, Map<String, Integer> lines) throws Mistakes {
        int line = node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
        lines.putIfAbsent(pointer, line);
        if (depth > MOST_DEPTH) {
            throw new Mistakes("line " + line + ": values lie within each other too deeply.");
        }
        if (node.getAnchor().isPresent()) {
            throw new Mistakes("line " + line + ": anchors (&) are not taken here.");
        }
        boolean plain = node instanceof ScalarNode
                || node.getTag().equals(Tag.MAP)
                || node.getTag().equals(Tag.SEQ);
        if (!plain) {
            throw new Mistakes("line " + line + ": the tag " + node.getTag() + " is not taken here.");
        }
        return switch (node) {
            case MappingNode mapping -> object(mapping, pointer, depth, lines);
            case SequenceNode sequence -> array(sequence, pointer, depth, lines);
            case ScalarNode scalar -> scalar(scalar, line);
            default -> throw new Mistakes("line " + line + ": references (*) are not taken here.");
        };
    }

    private static ObjectNode object(MappingNode mapping, String pointer, int depth, Map<String, Integer> lines)
            throws Mistakes {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        for (NodeTuple entry : mapping.getValue()) {
            int line = entry.getKeyNode()
                    .getStartMark()
                    .map(mark -> mark.getLine() + 1)
                    .orElse(1);
            if (!(entry.getKeyNode() instanceof ScalarNode key)) {
                throw new Mistakes("line " + line + ": a name must be a single word.");
            }
            String child = pointer + "/" + key.getValue();
            lines.put(child, line);
            if (object.has(key.getValue())) {
                throw new Mistakes("line " + line + ": \"" + key.getValue() + "\" stands here a second time.");
            }
            object.set(key.getValue(), json(entry.getValueNode(), child, depth + 1, lines));
        }
        return object;
    }

    private static ArrayNode array(SequenceNode sequence, String pointer, int depth, Map<String, Integer> lines)
            throws Mistakes {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        int index = 0;
        for (Node item : sequence.getValue()) {
            array.add(json(item, pointer + "/" + index++, depth + 1, lines));
        }
        return array;
    }

    private static JsonNode scalar(ScalarNode scalar, int line) throws Mistakes {
        String value = scalar.getValue();
        Tag tag = scalar.getTag();
        if (tag.equals(Tag.STR)) {
            return JsonNodeFactory.instance.textNode(value);
        } else if (tag.equals(Tag.BOOL)) {
            return JsonNodeFactory.instance.booleanNode(value.equalsIgnoreCase("true"));
        } else if (tag.equals(Tag.INT) && value.matches("[-+]?[0-9]{1,18}")) {
            return JsonNodeFactory.instance.numberNode(new BigInteger(value));
        } else if (tag.equals(Tag.NULL)) {
            return JsonNodeFactory.instance.nullNode();
        } else if (tag.equals(Tag.INT) || tag.equals(Tag.FLOAT)) {
            // Nothing takes fractions: a serial number, say, that looks like one.
            throw new Mistakes("line " + line + ": " + value
                    + " is neither a whole number nor a text; a text that looks like a number needs quotation marks.");
        }
        throw new Mistakes("line " + line + ": the tag " + tag + " is not taken here.");
    }
}
