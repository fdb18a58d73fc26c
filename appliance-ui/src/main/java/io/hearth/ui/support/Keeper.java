package io.hearth.ui.support;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hearth.ui.core.Json;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.core.Texts;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Decides what of a value may go into a bundle. What is not named by its caller never reaches it. */
final class Keeper {
    /** Codes and states as programs write them; nothing with a blank. */
    private static final Pattern CODE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/+#@-]{0,79}");

    /** What machines and cards call themselves. */
    private static final Pattern MAKER = Pattern.compile("[A-Za-z0-9][A-Za-z0-9 ._:/,()@+-]{0,79}");

    private final Phrases phrases;
    private final @Nullable Aliases aliases;

    Keeper(Phrases phrases, Aliases aliases) {
        this(aliases, phrases);
    }

    private Keeper(@Nullable Aliases aliases, Phrases phrases) {
        this.phrases = phrases;
        this.aliases = aliases;
    }

    /** One that has no aliases: names are left out. */
    static Keeper withoutNames(Phrases phrases) {
        return new Keeper(null, phrases);
    }

    /** An identifier, state or code that programs of ours chose. */
    JsonNode code(@Nullable String value) {
        return text(value, value != null && CODE.matcher(value).matches() ? value : Phrases.LEFT_OUT);
    }

    /** What a machine, its system or a card is called by its maker. */
    JsonNode maker(@Nullable String value) {
        return text(value, value != null && MAKER.matcher(value).matches() ? value : Phrases.LEFT_OUT);
    }

    /** Stands for a name. */
    JsonNode alias(String kind, @Nullable String name) {
        return text(name, name == null || aliases == null ? Phrases.LEFT_OUT : aliases.of(kind, name));
    }

    /** A text for people: kept as far as it is a phrase of our programs. */
    JsonNode phrase(@Nullable String said) {
        return text(said, said == null ? "" : phrases.keep(said).orElse(Phrases.LEFT_OUT));
    }

    /** A sentence as it is stored: its key, what may be kept of what fills it, and both in English. */
    JsonNode sentence(@Nullable JsonNode stored) {
        Sentence kept = stored == null || stored.isNull() ? null : kept(stored);
        if (kept == null) {
            return Json.MAPPER.nullNode();
        }
        ObjectNode node = Json.MAPPER.createObjectNode();
        node.put("key", kept.key());
        node.put("english", Redactor.clean(Texts.english(kept)));
        return node;
    }

    /** A sentence, in the same way. */
    JsonNode sentence(@Nullable Sentence sentence) {
        return sentence(sentence == null ? null : Json.MAPPER.<JsonNode>valueToTree(sentence));
    }

    /** Numbers and truth values of an object, and those of its texts that {@link #code} keeps for the members named. */
    ObjectNode figures(@Nullable JsonNode object, String... codes) {
        ObjectNode node = Json.MAPPER.createObjectNode();
        if (object != null) {
            object.properties().forEach(member -> {
                JsonNode value = member.getValue();
                boolean known = List.of(codes).contains(member.getKey());
                if (CODE.matcher(member.getKey()).matches() && (value.isNumber() || value.isBoolean())) {
                    node.set(member.getKey(), value);
                } else if (known && value.isTextual()) {
                    node.set(member.getKey(), code(value.asText()));
                }
            });
        }
        return node;
    }

    /** What was found of a card: its code and what it means, without names of programs. */
    JsonNode finding(@Nullable JsonNode finding) {
        if (finding == null || finding.isNull()) {
            return Json.MAPPER.nullNode();
        }
        ObjectNode node = Json.MAPPER.createObjectNode();
        for (String member : List.of("code", "level", "origin", "action")) {
            node.set(member, code(finding.path(member).textValue()));
        }
        ArrayNode arguments = node.putArray("arguments");
        finding.path("arguments").forEach(argument -> arguments.add(phrases.keepValue(argument.asText())));
        return node;
    }

    private @Nullable Sentence kept(JsonNode stored) {
        String key = stored.path("key").asText();
        if (!Texts.has(key)) {
            return null;
        }
        List<Object> arguments = new ArrayList<>();
        for (JsonNode argument : stored.path("arguments")) {
            arguments.add(argument(argument));
        }
        return new Sentence(key, List.copyOf(arguments));
    }

    private Object argument(JsonNode argument) {
        if (argument.isObject() && argument.has("key")) {
            Sentence inner = kept(argument);
            return inner == null ? Phrases.LEFT_OUT : inner;
        }
        if (argument.isIntegralNumber()) {
            return argument.longValue();
        }
        return argument.isNumber() ? (Object) argument.doubleValue() : phrases.keepValue(argument.asText());
    }

    /** The last step for every text: null stays null, and what has the form of a secret goes. */
    private static JsonNode text(@Nullable String was, String kept) {
        return was == null
                ? Json.MAPPER.nullNode()
                : Json.MAPPER.getNodeFactory().textNode(Redactor.clean(kept));
    }

    static ArrayNode list() {
        return Json.MAPPER.createArrayNode();
    }
}
