package io.hearth.starter;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Conversations whose answers stand in the conversation itself: facts are given, then asked for. */
final class ContextTalk {
    private static final double UNANSWERABLE = 0.08;

    private final Dice dice;
    private final FactSource facts;
    private final Asking asking;
    private final Phrasing phrasing;

    ContextTalk(Dice dice, FactSource facts, Asking asking, Phrasing phrasing) {
        this.dice = dice;
        this.facts = facts;
        this.asking = asking;
        this.phrasing = phrasing;
    }

    List<Message> next(Language language) {
        List<Fact> given = given();
        String text = given.stream()
                .map(fact -> fact.statement(dice, language))
                .collect(Collectors.joining(separator(language)));
        List<Message> messages = new ArrayList<>();
        Fact previous = null;
        int turns = dice.pick(1, 1, 2, 2, 3, 4);
        for (int turn = 0; turn < turns; turn++) {
            boolean unanswerable = dice.chance(UNANSWERABLE);
            Fact asked = unanswerable ? missingFrom(given) : dice.pick(given);
            boolean valueOnly = dice.chance(0.12);
            String question = valueOnly
                    ? asked.question(dice, language) + phrasing.pick("valueOnly", language, dice)
                    : question(asked, previous, language);
            messages.add(Message.user(question));
            messages.add(Message.assistant(answer(asked, unanswerable, valueOnly, language)));
            previous = asked;
        }
        place(text, messages, language);
        return List.copyOf(messages);
    }

    private List<Fact> given() {
        int count = dice.pick(1, 1, 2, 3, 4, 5);
        boolean oneKind = dice.chance(0.5);
        Intent first = facts.intent();
        List<Fact> given = new ArrayList<>();
        while (given.size() < count) {
            Fact fact = facts.draw(oneKind ? first : facts.intent());
            if (given.stream().noneMatch(fact::sameSubject)) {
                given.add(fact);
            }
        }
        return given;
    }

    private Fact missingFrom(List<Fact> given) {
        while (true) {
            Fact fact = facts.draw(dice.pick(given).intent());
            if (given.stream().noneMatch(fact::sameSubject)) {
                return fact;
            }
        }
    }

    private String question(Fact asked, Fact previous, Language language) {
        // A follow-up leaves the kind of fact to be understood from the turn before.
        if (previous != null && previous.intent() == asked.intent() && dice.chance(0.3)) {
            return asked.fill(phrasing.pick("followUp", language, dice), language);
        }
        return asking.wrap(asked.question(dice, language), language);
    }

    private String answer(Fact asked, boolean unanswerable, boolean valueOnly, Language language) {
        if (unanswerable) {
            return phrasing.pick("unknown", language, dice);
        }
        return valueOnly ? asked.value().in(language) : asked.answer(dice, language);
    }

    private String separator(Language language) {
        return switch (dice.below(10)) {
            case 0, 1, 2 -> "\n";
            case 3 -> "\n- ";
            default -> language.choose(" ", "");
        };
    }

    /** Puts the given facts into a system message, or before or after the first question. */
    private void place(String text, List<Message> messages, Language language) {
        double where = dice.unit();
        if (where < 0.35) {
            messages.addFirst(Message.system(text));
            return;
        }
        String gap = dice.chance(0.5) ? "\n" : language.choose(" ", "");
        String question = messages.getFirst().content();
        messages.set(0, Message.user(where < 0.88 ? text + gap + question : question + "\n" + text));
    }
}
