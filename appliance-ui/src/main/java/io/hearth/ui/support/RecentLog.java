package io.hearth.ui.support;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jboss.logmanager.ExtLogRecord;
import org.jspecify.annotations.Nullable;

/** The last lines of this process's log, in memory. Whoever writes them elsewhere takes {@link Phrases} to them first. */
@ApplicationScoped
class RecentLog {
    private static final int MOST_RECORDS = 1_000;
    private static final int MOST_FRAMES = 40;
    private static final int LONGEST = 2_000;

    /**
     * Something that was logged.
     *
     * @param time when
     * @param level how bad it is
     * @param logger class that logged it
     * @param message what it said
     * @param trace lines of the exception, as Java prints them; empty if there is none
     */
    record Entry(Instant time, String level, String logger, String message, List<String> trace) {}

    private final Deque<Entry> entries = new ArrayDeque<>();
    private final Handler handler = new Listener();

    /** The root of all loggers, below the configuration of Quarkus: what is shown is also kept here. */
    void begin(@Observes StartupEvent event) {
        Logger.getLogger("").addHandler(handler);
    }

    void end(@Observes ShutdownEvent event) {
        Logger.getLogger("").removeHandler(handler);
    }

    /** All that is kept, the oldest first. */
    List<Entry> entries() {
        synchronized (entries) {
            return List.copyOf(entries);
        }
    }

    private void add(Entry entry) {
        synchronized (entries) {
            entries.addLast(entry);
            if (entries.size() > MOST_RECORDS) {
                entries.removeFirst();
            }
        }
    }

    private final class Listener extends Handler {
        @Override
        public void publish(LogRecord record) {
            if (record.getLevel().intValue() < java.util.logging.Level.INFO.intValue()) {
                return;
            }
            String message = ExtLogRecord.wrap(record).getFormattedMessage();
            add(new Entry(
                    record.getInstant(),
                    record.getLevel().getName(),
                    String.valueOf(record.getLoggerName()),
                    message == null ? "" : message.substring(0, Math.min(LONGEST, message.length())),
                    trace(record.getThrown())));
        }

        @Override
        public void flush() {
            // Nothing waits.
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    private static List<String> trace(@Nullable Throwable thrown) {
        List<String> lines = new ArrayList<>();
        String lead = "";
        for (Throwable cause = thrown; cause != null && lines.size() < 4 * MOST_FRAMES; cause = cause.getCause()) {
            lines.add(
                    lead + cause.getClass().getName() + (cause.getMessage() == null ? "" : ": " + cause.getMessage()));
            StackTraceElement[] frames = cause.getStackTrace();
            for (int i = 0; i < Math.min(MOST_FRAMES, frames.length); i++) {
                lines.add("\tat " + frames[i]);
            }
            lead = "Caused by: ";
        }
        return List.copyOf(lines);
    }
}
