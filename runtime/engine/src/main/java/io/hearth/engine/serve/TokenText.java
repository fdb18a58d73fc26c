package io.hearth.engine.serve;

/** Turns the tokens of one generation into text, one by one. */
public interface TokenText {
    /** For models that are served without text: no token has any. */
    TokenText NONE = new TokenText() {
        @Override
        public String accept(int token) {
            return "";
        }

        @Override
        public String finish() {
            return "";
        }
    };

    /** The text that is complete with this token, in whole characters; may be empty. */
    String accept(int token);

    /** What is left at the end. */
    String finish();
}
