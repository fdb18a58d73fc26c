package io.hearth.ui.support;

import io.hearth.ui.core.Problem;
import io.hearth.ui.machine.MachineSocket;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The logs of a bundle: of each line, what our programs and the system's are known to say; an ellipsis stands for any other. On a
 * machine that runs the system image, the journal of our units comes with it.
 */
@ApplicationScoped
class Logs {
    /** How the journal begins a line: time, program, process. */
    private static final Pattern JOURNAL = Pattern.compile(
            "(?<time>\\d{4}-\\d\\d-\\d\\dT[0-9:.]+[+-][0-9:]+) (?<program>[A-Za-z0-9_.@()-]{1,60})(\\[\\d+])?:"
                    + " (?<said>.*)");

    /** How our services begin a line: time, level, class, thread. */
    private static final Pattern SERVICE = Pattern.compile(
            "\\d{4}-\\d\\d-\\d\\d [0-9:,]+ (?<level>[A-Z]+) +\\[(?<logger>[A-Za-z0-9_.$]+)] \\([^)]*\\) (?<said>.*)");

    private final RecentLog recent;
    private final MachineSocket machine;
    private final Phrases phrases = Phrases.ofHearth();

    Logs(RecentLog recent, MachineSocket machine) {
        this.recent = recent;
        this.machine = machine;
    }

    /** Texts by names of files. */
    Map<String, String> files() {
        Map<String, String> files = new LinkedHashMap<>();
        files.put("logs/control-plane.log", ownLog());
        if (machine.present()) {
            for (String part : List.of("control-plane", "agent", "machine")) {
                files.put("logs/journal-" + part + ".log", journal(part, "0"));
                files.put("logs/journal-" + part + "-before.log", journal(part, "-1"));
            }
        }
        return files;
    }

    private String ownLog() {
        StringBuilder text = new StringBuilder();
        for (RecentLog.Entry entry : recent.entries()) {
            text.append(entry.time())
                    .append(' ')
                    .append(entry.level())
                    .append(' ')
                    .append(entry.logger())
                    .append(": ")
                    .append(kept(entry.message()))
                    .append('\n');
            entry.trace().forEach(line -> text.append(kept(line)).append('\n'));
        }
        return text.toString();
    }

    private String journal(String part, String boot) {
        try {
            return machine.ask("logs", Map.of("part", part, "boot", boot))
                    .path("text")
                    .asText()
                    .lines()
                    .map(this::journalLine)
                    .flatMap(Optional::stream)
                    .reduce(
                            new StringBuilder(),
                            (text, line) -> text.append(line).append('\n'),
                            StringBuilder::append)
                    .toString();
        } catch (Problem e) {
            return "The machine did not give its journal.\n";
        }
    }

    /** What is kept of a line of the journal; empty if it does not begin as one. */
    Optional<String> journalLine(String line) {
        Matcher journal = JOURNAL.matcher(line);
        if (!journal.matches()) {
            return Optional.empty();
        }
        String said = journal.group("said");
        Matcher service = SERVICE.matcher(said);
        String kept = service.matches()
                ? service.group("level") + " " + service.group("logger") + ": " + kept(service.group("said"))
                : kept(said);
        return Optional.of(journal.group("time") + " " + journal.group("program") + " " + kept);
    }

    private String kept(String line) {
        return phrases.keepLine(line).map(Redactor::clean).orElse(Phrases.LEFT_OUT);
    }
}
