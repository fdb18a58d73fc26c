package io.hearth.worker.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.FileHandler;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** Where log lines go: standard error for a program that collects them, a file when a person looks on. */
public final class Logs {
    private static final String FORMAT_PROPERTY = "java.util.logging.SimpleFormatter.format";
    private static final String ONE_LINE = "%1$tFT%1$tT.%1$tL%1$tz %4$s %3$s: %5$s%6$s%n";
    private static final int FILE_BYTES = 10_000_000;

    /** Tells at every start where it finds its library. Kept here, since loggers are held weakly. */
    private static final Logger TOKENIZERS = Logger.getLogger("ai.djl");

    private Logs() {}

    /** One line per message on standard error; traces of faults below it. */
    public static void toStandardError() {
        // Read once, when the first formatter is made.
        System.setProperty(FORMAT_PROPERTY, ONE_LINE);
        TOKENIZERS.setLevel(Level.WARNING);
    }

    /**
     * Sends log lines to {@code logs/worker.log} under Hearth's home from now on. If that file cannot be written, they stay
     * on standard error.
     *
     * @return where the lines go, for a person
     */
    public static String toFile(Path home) {
        Path file = home.resolve("logs").resolve("worker.log");
        try {
            Files.createDirectories(file.getParent());
            Handler handler = new FileHandler(file.toString(), FILE_BYTES, 2, true);
            handler.setFormatter(new SimpleFormatter());
            handler.setEncoding("UTF-8");
            Logger root = LogManager.getLogManager().getLogger("");
            for (Handler old : root.getHandlers()) {
                root.removeHandler(old);
            }
            root.addHandler(handler);
            return file.toString();
        } catch (IOException e) {
            return "standard error";
        }
    }
}
