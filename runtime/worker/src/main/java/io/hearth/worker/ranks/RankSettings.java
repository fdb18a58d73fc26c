package io.hearth.worker.ranks;

import io.hearth.worker.process.UsageException;
import java.time.Duration;
import java.util.Map;

/** Settings of jobs on several cards that are the same for all jobs of a machine. */
public final class RankSettings {
    private static final String PATIENCE = "HEARTH_RANK_PATIENCE";
    private static final Duration USUAL_PATIENCE = Duration.ofMinutes(10);

    private RankSettings() {}

    /**
     * How long ranks wait for one that is alive and does not come: HEARTH_RANK_PATIENCE in seconds, else ten minutes. It must
     * contain the writing of a checkpoint, during which the others wait for the first rank.
     */
    public static Duration patience(Map<String, String> environment) {
        String seconds = environment.get(PATIENCE);
        if (seconds == null || seconds.isBlank()) {
            return USUAL_PATIENCE;
        }
        try {
            int parsed = Integer.parseInt(seconds.strip());
            if (parsed > 0) {
                return Duration.ofSeconds(parsed);
            }
        } catch (NumberFormatException e) {
            // Answered below, as any other wrong number.
        }
        throw new UsageException(PATIENCE + " is \"" + seconds + "\". Give a whole number of seconds, such as 600.");
    }
}
