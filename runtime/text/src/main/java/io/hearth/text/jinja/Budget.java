package io.hearth.text.jinja;

/** What one rendering has left of its {@link Limits}. */
final class Budget {
    private final Limits limits;
    private long steps;
    private long characters;
    private int depth;

    Budget(Limits limits) {
        this.limits = limits;
        this.steps = limits.steps();
        this.characters = limits.characters();
    }

    void step() {
        steps(1);
    }

    /** Counts work, before it is done. */
    void steps(long count) {
        steps -= count;
        if (count < 0 || steps < 0) {
            throw new JinjaException(
                    "the template does not come to an end: it was stopped after " + limits.steps() + " steps");
        }
    }

    /** Counts a string of that many characters, before it is made. */
    void characters(long count) {
        characters -= count;
        if (count < 0 || characters < 0) {
            throw new JinjaException(
                    "the template makes too much text: it was stopped after " + limits.characters() + " characters");
        }
    }

    /** Counts a search for a needle in a haystack, whose cost may grow with the product of both lengths. */
    void search(int haystack, int needle) {
        steps(1L + haystack / 64 * (1L + needle / 64));
    }

    void output(long length) {
        if (length > limits.outputCharacters()) {
            throw new JinjaException(
                    "the template writes too much: it was stopped at " + limits.outputCharacters() + " characters");
        }
    }

    void enter() {
        if (++depth > limits.depth()) {
            throw new JinjaException("the template is nested too deeply: more than " + limits.depth() + " levels");
        }
    }

    void leave() {
        depth--;
    }
}
