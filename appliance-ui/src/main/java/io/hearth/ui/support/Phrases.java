package io.hearth.ui.support;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What our own programs say. A text is kept if it is one of their phrases, and of what the phrase was filled with, only what cannot
 * be a customer's word: numbers, identifiers of ours, names of classes, states. The rest becomes an ellipsis, and a text that
 * is no phrase is not kept at all.
 *
 * <p>{@code phrases.txt} is made from the sources of all modules ({@code PhrasesTest}); {@code phrases-of-others.txt} holds what
 * systemd, Quarkus and our shell scripts say. One phrase a line, {@code {}} where it is filled in.
 */
final class Phrases {
    /** In the place of what is not kept. */
    static final String LEFT_OUT = "…";

    /** The gap in a phrase. */
    static final String GAP = "{}";

    /** A phrase with fewer letters of its own would fit anything. */
    private static final int LEAST_LETTERS = 6;

    private static final int DEPTH = 3;
    private static final int LONGEST = 4000;

    /** What may be filled in: none of these can carry a word of a customer, or a number long enough to name a person. */
    private static final Pattern HARMLESS = Pattern.compile(
            String.join(
                    "|",
                    "[-+]?\\d{1,7}([.,]\\d{1,6})?( ?(ms|s|min|h|%|W|°C|MHz|bytes|[KMGT]i?B))?",
                    "\\d{1,3}(,\\d{3}){1,3}",
                    "(job|dep|plan|worker|node|export|inc|req|ds|dv|di|mi|mv|up|key|join)-[0-9a-hjkmnp-tv-z]{16}",
                    "(cpu|cuda|ascend):\\d{1,3}",
                    "(java|javax|jdk|sun|jakarta|io\\.hearth|io\\.quarkus|io\\.vertx|io\\.netty|com\\.zaxxer|org\\.sqlite|org\\.jdbi|org\\.jboss|com\\.vaadin|com\\.fasterxml)"
                            + "(\\.[A-Za-z_$][A-Za-z0-9_$]{0,60}){1,10}",
                    "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,9})?Z",
                    "(hearth-[a-z-]{2,24}|rauc|systemd-[a-z-]{2,24})(\\.(service|socket|timer|target|mount|scope))?",
                    "(?i)true|false|null|none|starting|fetching|running|stopping|paused|waiting|uploading|done|failed|exited|killed|dumped|queued"
                            + "|evaluating|cancelled|serving|degraded|draining|stopped|online|offline|revoked|success|exit-code|signal|timeout|watchdog"
                            + "|oom-kill|(SIG)?(TERM|KILL|SEGV|ABRT|BUS)|[abAB]|cuda|cpu|ascend|nvidia|f32|bf16|lora|full|train|plan|evaluate|serve|merge"));

    /** A class of an exception, as a trace begins, and what it says, which is left out unless it is a phrase. */
    private static final Pattern THROWN = Pattern.compile(
            "(?<lead>\\s*(Caused by: |Suppressed: )?)(?<type>([a-z][a-z0-9_]*\\.){1,10}[A-Z][A-Za-z0-9_$]*)(: (?<said>.*))?");

    private static final Pattern FRAME = Pattern.compile(
            "\\s*at ([A-Za-z0-9_.@-]+/{1,2})?[A-Za-z0-9_$.]+(\\.<init>|\\.<clinit>)?(/0x[0-9a-f]+)?\\(([A-Za-z0-9_$.]+\\.java(:\\d+)?|Native Method|Unknown Source|Unknown)\\)"
                    + "|\\s*\\.\\.\\. \\d+ (more|common frames omitted)");

    /** A phrase as its own parts; something is filled in between them. */
    private record Phrase(List<String> parts, int weight) {
        static Phrase of(String line) {
            List<String> parts = List.of(line.split(Pattern.quote(GAP), -1));
            return new Phrase(parts, (int) parts.stream()
                    .flatMapToInt(String::chars)
                    .filter(Character::isLetter)
                    .count());
        }

        /** What a text fills this phrase with; empty if it is another. */
        Optional<List<String>> match(String text) {
            if (!text.startsWith(parts.getFirst())) {
                return Optional.empty();
            }
            List<String> filled = new ArrayList<>();
            int at = parts.getFirst().length();
            for (int i = 1; i < parts.size(); i++) {
                boolean last = i == parts.size() - 1;
                String part = parts.get(i);
                int found = last ? text.length() - part.length() : text.indexOf(part, at);
                if (found < at || !text.startsWith(part, found)) {
                    return Optional.empty();
                }
                filled.add(text.substring(at, found));
                at = found + part.length();
            }
            return at == text.length() ? Optional.of(filled) : Optional.empty();
        }
    }

    private final List<Phrase> phrases;

    Phrases(Stream<String> lines) {
        phrases = lines.map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .map(Phrase::of)
                .filter(phrase -> phrase.weight() >= LEAST_LETTERS)
                .sorted(Comparator.comparingInt(Phrase::weight).reversed())
                .toList();
    }

    /** The phrases of all our programs. */
    static Phrases ofHearth() {
        return new Phrases(Stream.of("phrases.txt", "phrases-of-others.txt")
                .flatMap(name -> read(name).lines()));
    }

    /** What may be kept of a text; empty if it is no phrase of ours. */
    Optional<String> keep(String text) {
        return keep(text, DEPTH);
    }

    /** What may be kept of a value that fills a phrase, or stands in a sentence. */
    String keepValue(String value) {
        return keepValue(value, DEPTH);
    }

    /** What may be kept of a line of a log: a phrase, a frame of a trace, or the class of an exception. */
    Optional<String> keepLine(String line) {
        if (FRAME.matcher(line).matches()) {
            return Optional.of(line);
        }
        Optional<String> kept = keep(line);
        if (kept.isPresent()) {
            return kept;
        }
        var thrown = THROWN.matcher(line);
        if (!thrown.matches()) {
            return Optional.empty();
        }
        String said = thrown.group("said");
        return Optional.of(thrown.group("lead")
                + thrown.group("type")
                + (said == null ? "" : ": " + keep(said).orElse(LEFT_OUT)));
    }

    private Optional<String> keep(String text, int depth) {
        String whole = text.length() > LONGEST ? text.substring(0, LONGEST) : text;
        for (Phrase phrase : phrases) {
            Optional<List<String>> filled = phrase.match(whole);
            if (filled.isPresent()) {
                StringBuilder kept = new StringBuilder(phrase.parts().getFirst());
                for (int i = 0; i < filled.get().size(); i++) {
                    kept.append(keepValue(filled.get().get(i), depth - 1))
                            .append(phrase.parts().get(i + 1));
                }
                return Optional.of(kept.toString());
            }
        }
        return Optional.empty();
    }

    private String keepValue(String value, int depth) {
        if (value.isEmpty() || HARMLESS.matcher(value).matches()) {
            return value;
        }
        return depth <= 0 ? LEFT_OUT : keep(value, depth).orElse(LEFT_OUT);
    }

    private static String read(String name) {
        try (InputStream in = Phrases.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
