package io.hearth.text.jinja;

/**
 * How much one rendering may do. A template comes with a downloaded checkpoint, so it is not trusted.
 *
 * @param steps evaluated expressions, executed statements and touched list elements
 * @param characters characters of all strings made on the way, intermediate ones included
 * @param outputCharacters characters of the result
 * @param depth nesting of blocks, expressions, macro calls and values
 */
public record Limits(long steps, long characters, int outputCharacters, int depth) {
    /** Ample for a context of a million tokens; a template that loops for ever ends within about a second. */
    public static final Limits DEFAULT = new Limits(5_000_000, 128_000_000, 16_000_000, 400);

    public Limits {
        if (steps < 1 || characters < 1 || outputCharacters < 1 || depth < 1) {
            throw new IllegalArgumentException(
                    "limits must be positive: " + steps + ", " + characters + ", " + outputCharacters + ", " + depth);
        }
    }
}
