package io.hearth.engine.eval;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Whether what is served is what was trained: the trainer's own forward pass and the server read and write the same tokens.
 *
 * @param prompts how many were compared
 * @param differences the first differing token of each prompt that differs
 */
public record Parity(int prompts, List<Difference> differences) {
    /**
     * Where the two sides part.
     *
     * @param number of the prompt, from 0
     * @param inPrompt whether they differ in what was read already; else in the answer
     * @param position of the token in the prompt or the answer, from 0
     * @param trained token on the trainer's side; -1 if it has none there
     * @param served token on the server's side; -1 if it has none there
     */
    public record Difference(int number, boolean inPrompt, int position, int trained, int served) {
        /** A sentence that names the token. */
        public String describe(IntFunction<String> text) {
            return "Prompt %d: the first differing token is number %d of the %s: trained with %s, served with %s."
                    .formatted(
                            number + 1,
                            position + 1,
                            inPrompt ? "prompt" : "answer",
                            name(trained, text),
                            name(served, text));
        }

        private static String name(int token, IntFunction<String> text) {
            return token < 0
                    ? "nothing"
                    : "\"%s\" (%d)".formatted(text.apply(token).replace("\n", "\\n"), token);
        }
    }

    /** Whether nothing differs. */
    public boolean holds() {
        return differences.isEmpty();
    }

    /**
     * Compares both sides prompt by prompt.
     *
     * @throws IllegalArgumentException if they are not equally many
     */
    public static Parity of(List<TokenTrace> trained, List<TokenTrace> served) {
        if (trained.size() != served.size()) {
            throw new IllegalArgumentException(trained.size() + " prompts against " + served.size());
        }
        List<Difference> differences = new ArrayList<>();
        for (int i = 0; i < trained.size(); i++) {
            Difference difference =
                    first(i, true, trained.get(i).prompt(), served.get(i).prompt());
            if (difference == null) {
                difference =
                        first(i, false, trained.get(i).answer(), served.get(i).answer());
            }
            if (difference != null) {
                differences.add(difference);
            }
        }
        return new Parity(trained.size(), differences);
    }

    private static Difference first(int number, boolean inPrompt, int[] trained, int[] served) {
        for (int i = 0; i < Math.max(trained.length, served.length); i++) {
            int left = i < trained.length ? trained[i] : -1;
            int right = i < served.length ? served[i] : -1;
            if (left != right) {
                return new Difference(number, inPrompt, i, left, right);
            }
        }
        return null;
    }
}
