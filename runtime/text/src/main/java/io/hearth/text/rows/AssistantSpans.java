package io.hearth.text.rows;

import io.hearth.text.ChatRenderer;
import io.hearth.text.jinja.JinjaException;
import io.hearth.text.jinja.Template.Rendering;
import io.hearth.text.jinja.Template.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds what the assistant wrote in a rendered conversation. Where the template marks it with {@code generation}
 * blocks, those count. Otherwise each turn is found by rendering: the prompt before it must be a prefix of the text up
 * to it, and that a prefix of the whole. A template that rewrites earlier turns (dropping their thinking, say) breaks
 * the second rule; then each turn is taught in a text of its own, just as a server would have asked for it.
 */
final class AssistantSpans {
    private final ChatRenderer renderer;
    private final Set<String> specialTokens;

    AssistantSpans(ChatRenderer renderer) {
        this.renderer = renderer;
        this.specialTokens = renderer.tokenizer().specialTokens();
    }

    /** One text with all turns, or one for each turn. */
    List<MaskedText> find(Row.Conversation row, boolean lastTurnOnly) {
        List<Integer> turns = trainedTurns(row, lastTurnOnly);
        Rendering whole;
        try {
            whole = render(row, row.messages().size(), false);
        } catch (JinjaException e) {
            throw new BadRow(RowFault.TEMPLATE_REFUSES, e.getMessage());
        }
        if (!whole.generated().isEmpty()) {
            return List.of(marked(row, whole, turns));
        }
        List<MaskedText> alone = new ArrayList<>();
        List<Span> together = new ArrayList<>();
        for (int turn : turns) {
            MaskedText text = alone(row, turn);
            alone.add(text);
            Span span = text.trained().getFirst();
            if (whole.text().startsWith(text.text().substring(0, span.end()))) {
                together.add(span);
            }
        }
        if (together.size() < turns.size()) {
            return alone;
        }
        return List.of(new MaskedText(whole.text(), together, alone.getLast().endsTurn()));
    }

    private static List<Integer> trainedTurns(Row.Conversation row, boolean lastTurnOnly) {
        List<Integer> turns = new ArrayList<>();
        for (int i = 0; i < row.messages().size(); i++) {
            Map<String, Object> message = row.messages().get(i);
            boolean weighted = !(message.get("weight") instanceof Number weight) || weight.doubleValue() != 0;
            if ("assistant".equals(message.get("role")) && weighted) {
                turns.add(i);
            }
        }
        if (turns.isEmpty()) {
            throw new BadRow(RowFault.NO_WEIGHT);
        }
        return lastTurnOnly ? List.of(turns.getLast()) : turns;
    }

    private MaskedText marked(Row.Conversation row, Rendering whole, List<Integer> turns) {
        List<Integer> all = new ArrayList<>();
        for (int i = 0; i < row.messages().size(); i++) {
            if ("assistant".equals(row.messages().get(i).get("role"))) {
                all.add(i);
            }
        }
        if (all.size() == turns.size()) {
            return new MaskedText(whole.text(), whole.generated(), true);
        }
        if (all.size() != whole.generated().size()) {
            throw new BadRow(RowFault.TEMPLATE_MARKS_OTHERS, whole.generated().size(), all.size());
        }
        List<Span> chosen = turns.stream()
                .map(turn -> whole.generated().get(all.indexOf(turn)))
                .toList();
        return new MaskedText(whole.text(), chosen, true);
    }

    /** The conversation up to and with a turn, of which only that turn is learnt. */
    private MaskedText alone(Row.Conversation row, int turn) {
        String prompt;
        try {
            prompt = render(row, turn, true).text();
        } catch (JinjaException e) {
            throw new BadRow(RowFault.TEMPLATE_NO_PROMPT, turn + 1, e.getMessage());
        }
        String answered = render(row, turn + 1, false).text();
        if (!answered.startsWith(prompt)) {
            throw new BadRow(RowFault.TEMPLATE_NOT_CONTINUED, turn + 1);
        }
        int end = endOfTurn(answered, prompt.length());
        if (end <= prompt.length()) {
            throw new BadRow(RowFault.TEMPLATE_WRITES_NOTHING, turn + 1);
        }
        boolean endsTurn = specialTokens.stream().anyMatch(answered.substring(prompt.length(), end)::endsWith);
        return new MaskedText(answered.substring(0, end), List.of(new Span(prompt.length(), end)), endsTurn);
    }

    /** Right after the end-of-turn token; whitespace that follows it belongs to the frame, not to the turn. */
    private int endOfTurn(String text, int start) {
        String stripped = text.substring(start).stripTrailing();
        boolean special = specialTokens.stream().anyMatch(stripped::endsWith);
        return special ? start + stripped.length() : text.length();
    }

    private Rendering render(Row.Conversation row, int messages, boolean addGenerationPrompt) {
        return renderer.render(
                row.messages().subList(0, messages), row.tools(), addGenerationPrompt, row.templateArguments());
    }
}
