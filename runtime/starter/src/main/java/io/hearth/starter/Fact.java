package io.hearth.starter;

/** One thing to know: the torque of the lid is 12 Nm. */
record Fact(Intent intent, Phrase key, Phrase value) {
    String fill(String wording, Language language) {
        return Wordings.fill(wording, key.in(language), value.in(language));
    }

    String question(Dice dice, Language language) {
        return fill(dice.pick(intent.in(language).questions()), language);
    }

    String statement(Dice dice, Language language) {
        return fill(dice.pick(intent.in(language).statements()), language);
    }

    String answer(Dice dice, Language language) {
        return fill(dice.pick(intent.in(language).answers()), language);
    }

    /** Returns whether both are about the same thing, whatever the value. */
    boolean sameSubject(Fact other) {
        return intent == other.intent && key.equals(other.key);
    }
}
