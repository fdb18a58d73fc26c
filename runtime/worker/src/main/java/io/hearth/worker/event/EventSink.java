package io.hearth.worker.event;

import io.hearth.contract.Event;
import io.hearth.worker.process.Home;
import io.hearth.worker.process.Logs;
import io.hearth.worker.process.Terminal;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import picocli.CommandLine.Option;

/** The options of a command that say where its events go, and the way there. */
public final class EventSink {
    @Option(names = "--human", description = "lines for a person instead of events as lines of JSON")
    private boolean human;

    @Option(
            names = "--events",
            paramLabel = "DIR",
            description = "events go to numbered files in this folder instead of to standard output")
    private Path folder;

    /** Whether a person reads. */
    public boolean human() {
        return human;
    }

    /** Whether events go to a folder. */
    public boolean toFolder() {
        return folder != null;
    }

    /**
     * Does the work with a place for its events, which is closed after it.
     *
     * @param out standard output
     * @return the work's exit code
     */
    public int with(OutputStream out, Terminal terminal, ToIntFunction<Consumer<Event>> work) {
        if (folder != null) {
            return inFolder(work);
        }
        if (human) {
            Logs.toFile(Home.of(System.getenv()));
            return work.applyAsInt(new ProgressLine(terminal.out(), terminal.interactive()));
        }
        return work.applyAsInt(new EventWriter(out, Clock.systemUTC()));
    }

    private int inFolder(ToIntFunction<Consumer<Event>> work) {
        try (EventFolder events = EventFolder.open(folder, Clock.systemUTC())) {
            return work.applyAsInt(events);
        }
    }
}
