package io.hearth.provisioning;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Changes single lines of a provision.yaml, so that comments and order stay as their author wrote them. */
final class FileLines {
    private static final Pattern HOSTNAME = Pattern.compile("(?m)^hostname:\\s*[\"']?([a-z0-9-]+)");

    private FileLines() {}

    /** The name that the boxes are numbered by. */
    static String hostname(String text) {
        Matcher matcher = HOSTNAME.matcher(text);
        return matcher.find() ? matcher.group(1) : "hearth";
    }

    /** The text with a name at its outermost level set to a value. */
    static String with(String text, String name, String value) {
        String line = name + ": \"" + value.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
        List<String> lines = new ArrayList<>(text.lines().toList());
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith(name + ":")) {
                lines.set(i, line);
                return String.join("\n", lines) + "\n";
            }
        }
        lines.add(line);
        return String.join("\n", lines) + "\n";
    }
}
