package io.hearth.starter;

/** The same words in both languages. */
record Phrase(String english, String chinese) {
    /** Returns a phrase that reads the same in both languages, such as a code. */
    static Phrase same(String text) {
        return new Phrase(text, text);
    }

    String in(Language language) {
        return language.choose(english, chinese);
    }
}
