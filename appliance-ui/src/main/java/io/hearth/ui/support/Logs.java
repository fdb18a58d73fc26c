package io.hearth.ui.support;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.LinkedHashMap;
import java.util.Map;

/** The logs of a bundle: of each line, what our programs and the system's say; how many others there were is counted. */
@ApplicationScoped
class Logs {
    private final RecentLog recent;
    private final Phrases phrases = Phrases.ofHearth();

    Logs(RecentLog recent) {
        this.recent = recent;
    }

    /** Texts by names of files. */
    Map<String, String> files() {
        Map<String, String> files = new LinkedHashMap<>();
        files.put("logs/control-plane.log", ownLog());
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

    private String kept(String line) {
        return phrases.keepLine(line).map(Redactor::clean).orElse(Phrases.LEFT_OUT);
    }
}
