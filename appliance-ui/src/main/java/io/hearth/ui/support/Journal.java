package io.hearth.ui.support;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What is kept of a journal: of each line, what our programs and the system's are known to say; an ellipsis stands for any other. */
final class Journal {
    /** How the journal begins a line: time, program, process. */
    private static final Pattern LINE = Pattern.compile(
            "(?<time>\\d{4}-\\d\\d-\\d\\dT[0-9:.]+[+-][0-9:]+) (?<program>[A-Za-z0-9_.@()-]{1,60})(\\[\\d+])?:"
                    + " (?<said>.*)");

    /** How our services begin a line: time, level, class, thread. */
    private static final Pattern SERVICE = Pattern.compile(
            "\\d{4}-\\d\\d-\\d\\d [0-9:,]+ (?<level>[A-Z]+) +\\[(?<logger>[A-Za-z0-9_.$]+)] \\([^)]*\\) (?<said>.*)");

    private final Phrases phrases;

    Journal(Phrases phrases) {
        this.phrases = phrases;
    }

    /** What is kept of a whole journal. */
    String kept(String text) {
        return text.lines()
                .map(this::line)
                .flatMap(Optional::stream)
                .map(line -> line + "\n")
                .collect(Collectors.joining());
    }

    /** What is kept of the kernel's lines: those alone that are known, since the others are many and would all be ellipses. */
    String known(String text) {
        return kept(text)
                .lines()
                .filter(line -> !line.endsWith(" " + Phrases.LEFT_OUT))
                .map(line -> line + "\n")
                .collect(Collectors.joining());
    }

    /** What is kept of what was said, without the beginning of a journal's line. */
    String said(String line) {
        return phrases.keepLine(line).map(Redactor::clean).orElse(Phrases.LEFT_OUT);
    }

    /** What is kept of a line; empty if it does not begin as one. */
    private Optional<String> line(String line) {
        Matcher journal = LINE.matcher(line);
        if (!journal.matches()) {
            return Optional.empty();
        }
        String said = journal.group("said");
        Matcher service = SERVICE.matcher(said);
        String kept = service.matches()
                ? service.group("level") + " " + service.group("logger") + ": " + said(service.group("said"))
                : said(said);
        return Optional.of(journal.group("time") + " " + journal.group("program") + " " + kept);
    }
}
