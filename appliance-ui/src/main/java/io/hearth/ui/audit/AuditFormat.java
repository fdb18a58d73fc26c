package io.hearth.ui.audit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hearth.ui.core.Json;
import io.hearth.ui.core.Problem;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** How rows of the audit are written to a file. */
public enum AuditFormat {
    /** Comma-separated, with a head, after RFC 4180. */
    CSV("text/csv; charset=utf-8") {
        @Override
        String head() {
            return String.join(",", COLUMNS) + "\r\n";
        }

        @Override
        String line(AuditEntry entry) {
            return List.of(
                                    Long.toString(entry.sequence()),
                                    Instant.ofEpochMilli(entry.time()).toString(),
                                    entry.actorId(),
                                    entry.actorName(),
                                    entry.origin(),
                                    entry.action(),
                                    entry.subject(),
                                    entry.details(),
                                    entry.previous(),
                                    entry.hash())
                            .stream()
                            .map(AuditFormat::cell)
                            .collect(Collectors.joining(","))
                    + "\r\n";
        }
    },

    /** One JSON object a line. */
    JSONL("application/x-ndjson") {
        @Override
        String head() {
            return "";
        }

        @Override
        String line(AuditEntry entry) {
            ObjectNode node = Json.MAPPER.createObjectNode();
            node.put("sequence", entry.sequence());
            node.put("time", entry.time());
            node.put("actorId", entry.actorId());
            node.put("actorName", entry.actorName());
            node.put("origin", entry.origin());
            node.put("action", entry.action());
            node.put("subject", entry.subject());
            // As text, as it was hashed: whoever has the file can verify the chain without this program.
            node.put("details", entry.details());
            node.put("previous", entry.previous());
            node.put("hash", entry.hash());
            return Json.write(node) + "\n";
        }
    };

    private static final List<String> COLUMNS = List.of(
            "sequence", "time", "actorId", "actorName", "origin", "action", "subject", "details", "previous", "hash");

    private final String mediaType;

    AuditFormat(String mediaType) {
        this.mediaType = mediaType;
    }

    abstract String head();

    abstract String line(AuditEntry entry);

    /** The media type of a file. */
    public String mediaType() {
        return mediaType;
    }

    /** The name in requests and of files. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The format of a name. */
    public static AuditFormat of(String key) {
        return Arrays.stream(values())
                .filter(format -> format.key().equals(key))
                .findFirst()
                .orElseThrow(() -> Problem.invalid("audit.format"));
    }

    /** A cell that a spreadsheet takes for a text: what it would take for a formula gets an apostrophe in front. */
    static String cell(String text) {
        boolean formula = !text.isEmpty() && "=+-@\t\r\n".indexOf(text.charAt(0)) >= 0;
        String safe = formula ? "'" + text : text;
        return safe.chars().anyMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n' || c == ';')
                ? '"' + safe.replace("\"", "\"\"") + '"'
                : safe;
    }
}
