package io.hearth.ui.datasets.views;

import com.fasterxml.jackson.databind.JsonNode;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.Pre;
import com.vaadin.flow.component.html.Span;
import io.hearth.ui.core.Json;
import io.hearth.ui.shell.Language;

/** A row as a person reads it: who says what. */
final class RowCards {
    private static final int SHOWN = 4000;

    /** The turns or fields of a canonical row. */
    static Div of(JsonNode row) {
        Div card = new Div();
        card.getStyle().set("display", "grid").set("gap", "0.35rem").set("min-width", "0");
        if (row == null || row.isNull()) {
            card.add(new Span("–"));
        } else if (row.has("messages")) {
            row.get("messages").forEach(message -> {
                JsonNode content = message.path("content");
                String text = content.isTextual() ? content.asText() : content.isNull() ? "" : Json.write(content);
                if (message.has("tool_calls")) {
                    text = (text + "\n" + Json.write(message.get("tool_calls"))).strip();
                }
                card.add(turn(message.path("role").asText(), text));
            });
        } else {
            row.properties()
                    .forEach(field -> card.add(turn(
                            field.getKey(),
                            field.getValue().isTextual() ? field.getValue().asText() : Json.write(field.getValue()))));
        }
        return card;
    }

    private static Div turn(String who, String text) {
        Span role = new Span(role(who));
        role.addClassName("hearth-secondary");
        Pre said = new Pre(text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text);
        said.getStyle()
                .set("margin", "0")
                .set("white-space", "pre-wrap")
                .set("overflow-wrap", "anywhere")
                .set("font", "inherit");
        return new Div(role, said);
    }

    private static String role(String who) {
        return switch (who) {
            case "system", "developer" -> Language.say("datasets.role.system");
            case "user", "prompt" -> Language.say("datasets.role.user");
            case "assistant", "completion" -> Language.say("datasets.role.assistant");
            case "tool" -> Language.say("datasets.role.tool");
            case "text" -> Language.say("datasets.role.text");
            default -> who;
        };
    }

    private RowCards() {}
}
