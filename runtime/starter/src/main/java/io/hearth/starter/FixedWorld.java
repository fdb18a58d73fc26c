package io.hearth.starter;

import java.util.ArrayList;
import java.util.List;

/**
 * About 150 facts on three made-up brands that never change, asked for in many wordings in both languages
 * with nothing in the context to read them from: what fine-tuning on a customer's rows asks of a model too.
 */
final class FixedWorld {
    static final int FACTS_PER_BRAND = 50;
    private static final long SEED = 7;

    /** A fact that holds for one brand. */
    record Entry(Phrase brand, Fact fact) {}

    private final List<Entry> entries;
    private final Dice dice;
    private final Asking asking;
    private final Phrasing phrasing;

    FixedWorld(Words words, FactSource drawer, Dice dice, Asking asking, Phrasing phrasing) {
        this.entries = build(words, drawer);
        this.dice = dice;
        this.asking = asking;
        this.phrasing = phrasing;
    }

    /** Returns a source of facts that is the same in every corpus, whatever the corpus' seed. */
    static FactSource drawer(Words words, List<Intent> intents, java.util.function.Predicate<Fact> reserved) {
        List<Intent> learned = intents.stream().filter(Intent::learned).toList();
        return new FactSource(words, learned, new Dice(SEED), reserved);
    }

    private static List<Entry> build(Words words, FactSource drawer) {
        List<Entry> entries = new ArrayList<>();
        for (Phrase brand : words.brands()) {
            List<Fact> known = new ArrayList<>();
            while (known.size() < FACTS_PER_BRAND) {
                Fact fact = drawer.drawListed(drawer.intent());
                if (known.stream().noneMatch(fact::sameSubject)) {
                    known.add(fact);
                    entries.add(new Entry(brand, fact));
                }
            }
        }
        return List.copyOf(entries);
    }

    List<Entry> entries() {
        return entries;
    }

    /** Asks one to three questions. */
    List<Message> next(Language language) {
        List<Message> messages = new ArrayList<>();
        int turns = dice.pick(1, 1, 2, 3);
        for (int turn = 0; turn < turns; turn++) {
            Entry entry = dice.pick(entries);
            String question = phrasing.pick("brandQuestion", language, dice)
                    .replace("{q}", asking.wrap(entry.fact().question(dice, language), language))
                    .replace("{b}", entry.brand().in(language));
            messages.add(Message.user(question));
            messages.add(Message.assistant(entry.fact().answer(dice, language)));
        }
        return List.copyOf(messages);
    }
}
