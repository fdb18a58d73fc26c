package io.hearth.ui.machine;

import io.hearth.ui.core.Sentence;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the scripts of the image note in English, as sentences of the pages. */
final class LogWords {
    static final String FAILED = "failed: ";
    private static final Pattern BACK = Pattern.compile("back from (\\S+), which never became healthy.*");
    private static final Pattern INSTALLED = Pattern.compile("installed (\\S+)");
    private static final Pattern NOT_INSTALLED = Pattern.compile("not installed (\\S*): (.*)");

    /** What a line says; the line itself if it is none that is known. */
    static Sentence of(MachineStatus.LogLine line) {
        String text = line.text();
        if (text.equals("healthy")) {
            return Sentence.of("machine.log.healthy", line.version(), line.slot());
        }
        if (text.startsWith(FAILED)) {
            return Sentence.of(
                    "machine.log.failed", line.version(), line.slot(), cause(text.substring(FAILED.length())));
        }
        Matcher back = BACK.matcher(text);
        if (back.matches()) {
            return Sentence.of("machine.log.back", line.version(), back.group(1));
        }
        Matcher installed = INSTALLED.matcher(text);
        if (installed.matches()) {
            return Sentence.of("machine.log.installed", installed.group(1));
        }
        Matcher refused = NOT_INSTALLED.matcher(text);
        return refused.matches()
                ? Sentence.of("machine.log.refused", refused.group(1), refused.group(2))
                : Sentence.of("machine.log.other", text);
    }

    /** Whether a line tells of something that went wrong. */
    static boolean bad(MachineStatus.LogLine line) {
        return line.text().startsWith(FAILED)
                || BACK.matcher(line.text()).matches()
                || NOT_INSTALLED.matcher(line.text()).matches();
    }

    /** What the health check says is wrong, in words. */
    static Sentence cause(String text) {
        if (text.startsWith("the control plane does not answer")) {
            return rest(text).isEmpty()
                    ? Sentence.of("machine.cause.control-plane.silent")
                    : Sentence.of("machine.cause.control-plane", rest(text));
        }
        if (text.startsWith("the agent does not run")) {
            return Sentence.of("machine.cause.agent");
        }
        return text.startsWith("the engine does not work")
                ? Sentence.of("machine.cause.engine", rest(text))
                : Sentence.of("machine.cause.other", text);
    }

    private static String rest(String text) {
        int colon = text.indexOf(':');
        return colon < 0 ? "" : text.substring(colon + 1).strip();
    }

    private LogWords() {}
}
