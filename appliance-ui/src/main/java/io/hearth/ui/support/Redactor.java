package io.hearth.ui.support;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Takes out of a text what has the form of a secret or of a person's address. The second line of defence: what reaches it should
 * hold none.
 */
final class Redactor {
    /** What stands in the place of what was taken out. */
    static final String GONE = "[removed]";

    private static final List<Pattern> SECRETS = List.of(
            Pattern.compile("-----BEGIN [A-Z0-9 ]+-----.*?(-----END [A-Z0-9 ]+-----|$)", Pattern.DOTALL),
            Pattern.compile("(?i)\\b(proxy-)?authorization\\s*[:=]\\s*[^\\r\\n]*"),
            Pattern.compile("(?i)\\b(set-)?cookie\\s*[:=]\\s*[^\\r\\n]*"),
            Pattern.compile("(?i)\\b(bearer|basic)\\s+[A-Za-z0-9+/._~=-]{6,}"),
            Pattern.compile(
                    "(?i)[\"']?\\b[a-z0-9_.-]*(password|passwd|secret|token|api[-_]?key|private[-_]?key|credential)[a-z0-9_.-]*\\b[\"']?\\s*[:=]\\s*(\"[^\"]*\"|'[^']*'|[^\\s,;}]+)"),
            // Keys, tokens and sessions of this appliance.
            Pattern.compile("\\b(hk-|ht_|hs_|ha_)[0-9A-Za-z_-]{8,}"),
            // Join codes, with and without dashes; first-run codes and first passwords.
            Pattern.compile("(?i)\\b([0-9a-z]{5}-?){4}\\.[0-9a-f]{10,40}"),
            Pattern.compile("(?i)\\b[0-9a-z]{5}(-[0-9a-z]{5}){3}\\b"),
            Pattern.compile("(?i)\\b[0-9a-z]{4}(-[0-9a-z]{4}){3}\\b"),
            Pattern.compile("\\beyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]*)?"),
            Pattern.compile("[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)*\\.[A-Za-z]{2,}"),
            Pattern.compile("(?<=://)[^/\\s:@]+:[^/\\s@]+(?=@)"),
            // Long runs without a blank that are no words: keys of other makers.
            Pattern.compile("\\b(?=[A-Za-z0-9+/_-]*[0-9])(?=[A-Za-z0-9+/_-]*[A-Za-z])[A-Za-z0-9+/_-]{40,}={0,2}"));

    /** The text without them. */
    static String clean(String text) {
        String clean = text;
        for (Pattern secret : SECRETS) {
            clean = secret.matcher(clean).replaceAll(GONE);
        }
        return clean;
    }

    private Redactor() {}
}
