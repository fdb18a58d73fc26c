package io.hearth.starter;

import java.util.ArrayList;
import java.util.List;

/**
 * Writes the conversations the starter model is trained on, without end: 55 % English, 45 % Chinese; half
 * on facts given in the conversation, a fifth on a {@link FixedWorld} learned by heart, the rest questions
 * that cannot be answered, instructions and everyday talk. The same seed gives the same conversations.
 *
 * <p>Nothing of {@link PumpDataset} occurs: a subject it uses is never drawn for the same kind of fact.
 */
public final class StarterCorpus {
    private static final double CHINESE = 0.45;
    private static final double SYSTEM_MESSAGE = 0.15;

    private final Words words = Words.load();
    private final Phrasing phrasing = new Phrasing();
    private final Dice dice;
    private final Asking asking;
    private final FactSource facts;
    private final ContextTalk contextTalk;
    private final FixedWorld fixedWorld;
    private final Instructions instructions;
    private final Everyday everyday;

    /** Starts the corpus that belongs to {@code seed}. */
    public StarterCorpus(long seed) {
        List<Intent> intents = Intent.loadAll();
        PumpFacts pump = PumpFacts.load();
        dice = new Dice(seed);
        asking = new Asking(words, dice);
        facts = new FactSource(words, intents, dice, pump::reserves);
        contextTalk = new ContextTalk(dice, facts, asking, phrasing);
        fixedWorld = new FixedWorld(words, FixedWorld.drawer(words, intents, pump::reserves), dice, asking, phrasing);
        instructions = new Instructions(words, dice, facts, phrasing);
        everyday = new Everyday(dice, phrasing);
    }

    /** Returns the next conversation: an optional system message, then user and assistant in turns. */
    public List<Message> next() {
        Language language = dice.chance(CHINESE) ? Language.CHINESE : Language.ENGLISH;
        double kind = dice.unit();
        if (kind < 0.50) {
            return contextTalk.next(language);
        }
        if (kind < 0.70) {
            return withSystem(fixedWorld.next(language), language);
        }
        if (kind < 0.74) {
            return withSystem(unanswerable(language), language);
        }
        return withSystem(kind < 0.88 ? instructions.next(language) : everyday.next(language), language);
    }

    FixedWorld fixedWorld() {
        return fixedWorld;
    }

    private List<Message> unanswerable(Language language) {
        Fact fact = facts.draw(facts.intent());
        return List.of(
                Message.user(asking.wrap(fact.question(dice, language), language)),
                Message.assistant(phrasing.pick("unknown", language, dice)));
    }

    private List<Message> withSystem(List<Message> messages, Language language) {
        if (!dice.chance(SYSTEM_MESSAGE)) {
            return messages;
        }
        List<Message> longer = new ArrayList<>();
        longer.add(Message.system(dice.pick(words.system()).in(language)));
        longer.addAll(messages);
        return List.copyOf(longer);
    }
}
