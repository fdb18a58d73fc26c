package io.hearth.worker.job;

import io.hearth.worker.process.Nearest;
import io.hearth.worker.process.UsageException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;

/** Collects what is wrong with a file, a sentence each, so that a person can mend all of it at once. */
final class Problems {
    private static final Pattern DEVICE = Pattern.compile("[a-z]+(:\\d{1,4})?");

    private final Path file;
    private final List<String> sentences = new ArrayList<>();

    Problems(Path file) {
        this.file = file;
    }

    void add(String sentence) {
        sentences.add(sentence);
    }

    /** @throws UsageException with all sentences, if there is any */
    void throwIfAny() {
        if (!sentences.isEmpty()) {
            throw new UsageException(file + ": " + String.join(" ", sentences));
        }
    }

    /** Checks {@code condition} on a value that may be absent. */
    void check(String field, Object value, boolean condition, String rule) {
        if (value != null && !condition) {
            add("\"" + field + "\" is " + value + "; it must be " + rule + ".");
        }
    }

    /** An integer in {@code [from, to]}. */
    void integer(String field, Integer value, int from, int to) {
        check(field, value, value != null && value >= from && value <= to, "from " + from + " to " + to);
    }

    /** A finite number that satisfies the rule. */
    void number(String field, Double value, java.util.function.DoublePredicate rule, String words) {
        check(field, value, value != null && Double.isFinite(value) && rule.test(value), words);
    }

    /** One of a few words. */
    void word(String field, String value, Collection<String> allowed) {
        if (value != null && !allowed.contains(value)) {
            String hint = Nearest.to(value, allowed)
                    .map(name -> " Did you mean \"" + name + "\"?")
                    .orElse("");
            add("\"" + field + "\" is \"" + value + "\"; it must be one of " + String.join(", ", allowed) + "." + hint);
        }
    }

    /** The name of a card. */
    void device(String value) {
        device("device", value);
    }

    void device(String field, String value) {
        if (value != null && !DEVICE.matcher(value).matches()) {
            add("\"" + field + "\" is \"" + value + "\"; write the kind and the number, such as cpu:0.");
        }
    }

    /**
     * A directory with a certain file in it.
     *
     * @param content file that makes it what it should be
     * @param what what it should be, such as {@code a model}
     */
    void directory(String field, String value, String content, String what) {
        Path path = path(field, value);
        if (path == null) {
            return;
        }
        if (!Files.exists(path)) {
            add("\"" + field + "\": there is no directory " + path + ".");
        } else if (!Files.isDirectory(path)) {
            add("\"" + field + "\": " + path + " is a file; give the directory of " + what + ".");
        } else if (!Files.isRegularFile(path.resolve(content))) {
            add("\"" + field + "\": " + path + " has no " + content + ", so it is not the directory of " + what + ".");
        }
    }

    /** A file that can be read and holds something. */
    void file(String field, String value) {
        Path path = path(field, value);
        if (path == null) {
            return;
        }
        if (!Files.exists(path)) {
            add("\"" + field + "\": there is no file " + path + ".");
        } else if (Files.isDirectory(path)) {
            add("\"" + field + "\": " + path + " is a directory; give a file of rows.");
        } else if (!Files.isReadable(path)) {
            add("\"" + field + "\": " + path + " cannot be read; check its permissions.");
        }
    }

    /** A directory that may be made: it is missing or a directory already. */
    void output(String field, String value) {
        Path path = path(field, value);
        if (path != null && Files.exists(path) && !Files.isDirectory(path)) {
            add("\"" + field + "\": " + path + " is a file; give a directory, which is made if it is missing.");
        }
    }

    private static Path path(String field, String value) {
        return value == null ? null : Path.of(value);
    }

    /** A path relative to the file's directory made absolute; null stays null. */
    String resolve(String field, String value) {
        if (value == null) {
            return null;
        }
        if (value.isBlank()) {
            add("\"" + field + "\" is empty; give a path.");
            return null;
        }
        try {
            return file.toAbsolutePath().getParent().resolve(value).normalize().toString();
        } catch (InvalidPathException e) {
            add("\"" + field + "\" is not a path.");
            return null;
        }
    }
}
