package io.hearth.starter;

/** Wraps a bare question in what people say around it, and drops what they forget. */
final class Asking {
    private final Words words;
    private final Dice dice;

    Asking(Words words, Dice dice) {
        this.words = words;
        this.dice = dice;
    }

    String wrap(String question, Language language) {
        String text = question;
        if (language == Language.ENGLISH && dice.chance(0.1)) {
            text = text.substring(0, 1).toLowerCase(java.util.Locale.ROOT) + text.substring(1);
        }
        if (dice.chance(0.08)) {
            text = text.replaceAll("[?.\\uff1f\\u3002]+$", "");
        }
        if (language == Language.CHINESE && dice.chance(0.12)) {
            text = text.replace('\uff1f', '?').replace('\uff0c', ',').replace('\uff1a', ':');
        }
        if (dice.chance(0.3)) {
            text = dice.pick(words.greetings()).in(language) + text;
        }
        if (dice.chance(0.12)) {
            text = text + dice.pick(words.closings()).in(language);
        }
        return text;
    }
}
