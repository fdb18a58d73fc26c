package io.hearth.agent.telemetry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the program of a process is called. */
public final class ProgramName {
    private ProgramName() {}

    /** Its name; null if there is no such process, or it is another user's and hidden. */
    public static String of(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/comm")).strip();
        } catch (IOException e) {
            return null;
        }
    }
}
