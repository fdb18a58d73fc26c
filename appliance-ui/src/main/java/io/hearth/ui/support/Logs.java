package io.hearth.ui.support;

import io.hearth.ui.core.Problem;
import io.hearth.ui.machine.MachineSocket;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The logs of a bundle: of each line, what our programs and the system's are known to say; an ellipsis stands for any other. On a
 * machine that runs the system image, the journal of our units comes with it.
 */
@ApplicationScoped
class Logs {
    private final RecentLog recent;
    private final MachineSocket machine;
    private final Journal journal = new Journal(Phrases.ofHearth());

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
                    .append(journal.said(entry.message()))
                    .append('\n');
            entry.trace().forEach(line -> text.append(journal.said(line)).append('\n'));
        }
        return text.toString();
    }

    private String journal(String part, String boot) {
        try {
            return journal.kept(machine.ask("logs", Map.of("part", part, "boot", boot))
                    .path("text")
                    .asText());
        } catch (Problem e) {
            return "The machine did not give its journal.\n";
        }
    }
}
