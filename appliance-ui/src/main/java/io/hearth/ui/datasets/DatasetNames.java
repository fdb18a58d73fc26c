package io.hearth.ui.datasets;

import io.hearth.ui.core.Problem;
import java.util.regex.Pattern;

/** Names of datasets: what a person types and a reference such as {@code name:3} can hold. */
final class DatasetNames {
    private static final Pattern ALLOWED = Pattern.compile("[\\p{L}\\p{N}][\\p{L}\\p{N} ._()+-]{0,79}");
    private static final Pattern ENDINGS =
            Pattern.compile("(?i)(\\.(jsonl|ndjson|json|csv|tsv|tab|xlsx|txt|text|md|markdown|gz|gzip|zip))+$");

    /**
     * The name, without space around it.
     *
     * @throws Problem if it is not one
     */
    static String checked(String name) {
        String stripped = name == null ? "" : name.strip();
        if (!ALLOWED.matcher(stripped).matches() || stripped.startsWith("dv-")) {
            throw Problem.invalid("datasets.name");
        }
        return stripped;
    }

    /** A name for what a file holds. */
    static String of(String fileName) {
        String name = ENDINGS.matcher(fileName)
                .replaceFirst("")
                .replaceAll("[^\\p{L}\\p{N} ._()+-]+", " ")
                .replaceAll("^[^\\p{L}\\p{N}]+", "")
                .strip();
        String cut =
                name.codePointCount(0, name.length()) > 80 ? name.substring(0, name.offsetByCodePoints(0, 80)) : name;
        return ALLOWED.matcher(cut).matches() && !cut.startsWith("dv-") ? cut : "dataset";
    }

    private DatasetNames() {}
}
