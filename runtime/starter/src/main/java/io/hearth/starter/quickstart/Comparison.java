package io.hearth.starter.quickstart;

import io.hearth.starter.KeyFact;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/** Answers of the base and of the tuned model to the same questions. */
final class Comparison {
    private static final int SHOWN = 8;

    private final List<Answered> answered = new ArrayList<>();

    /** A question with both answers. */
    record Answered(HeldOutQuestion question, String base, String tuned) {
        boolean baseRight() {
            return KeyFact.matches(base, question.key());
        }

        boolean tunedRight() {
            return KeyFact.matches(tuned, question.key());
        }
    }

    Comparison(List<HeldOutQuestion> questions, List<String> base, List<String> tuned) {
        for (int i = 0; i < questions.size(); i++) {
            answered.add(new Answered(questions.get(i), base.get(i), tuned.get(i)));
        }
    }

    /** Percentage points by which the tuned model is right more often than the base. */
    double gain() {
        return gain(answered);
    }

    private static double gain(List<Answered> part) {
        return 100.0
                * part.stream()
                        .mapToInt(a -> (a.tunedRight() ? 1 : 0) - (a.baseRight() ? 1 : 0))
                        .sum()
                / part.size();
    }

    /** Some answers side by side, within so many columns. */
    String answers(int columns) {
        int width = Math.max(16, (columns - 10) / 3);
        StringBuilder text = new StringBuilder();
        row(text, width, "question", " ", "base", " ", "tuned");
        row(text, width, "-".repeat(width), "-", "-".repeat(width), "-", "-".repeat(width));
        for (Answered one : answered.subList(0, Math.min(SHOWN, answered.size()))) {
            row(
                    text,
                    width,
                    one.question().question(),
                    one.baseRight() ? "✓" : "✗",
                    one.base(),
                    one.tunedRight() ? "✓" : "✗",
                    one.tuned());
        }
        return text.toString();
    }

    private static void row(
            StringBuilder text, int width, String question, String baseMark, String base, String mark, String tuned) {
        text.append(DisplayWidth.fit(question, width)).append("  ");
        text.append(baseMark).append(' ').append(DisplayWidth.fit(base, width)).append("  ");
        text.append(mark).append(' ').append(DisplayWidth.fit(tuned, width).stripTrailing());
        text.append(System.lineSeparator());
    }

    /** How often each was right: by kind of wording, by language, and over all. */
    String scores() {
        StringBuilder text = new StringBuilder(String.format(
                "%-42s %6s %8s %8s %8s%n", "key fact right on held-out questions", "asked", "base", "tuned", "gain"));
        score(
                text,
                "wordings that the base knew on other facts",
                a -> a.question().pattern().equals("known"));
        score(text, "wordings that are new", a -> a.question().pattern().equals("new"));
        score(text, "English", a -> a.question().language().equals("en"));
        score(text, "Chinese", a -> a.question().language().equals("zh"));
        score(text, "all", a -> true);
        return text.toString();
    }

    private void score(StringBuilder text, String name, Predicate<Answered> belongs) {
        List<Answered> part = answered.stream().filter(belongs).toList();
        if (part.isEmpty()) {
            return;
        }
        double base = 100.0 * part.stream().filter(Answered::baseRight).count() / part.size();
        double tuned = 100.0 * part.stream().filter(Answered::tunedRight).count() / part.size();
        text.append(String.format(
                Locale.ROOT, "%-42s %6d %7.1f%% %7.1f%% %+8.1f%n", name, part.size(), base, tuned, gain(part)));
    }
}
