package io.hearth.worker.ranks;

import io.hearth.contract.ExitCode;
import java.time.Duration;

/**
 * Ends the process if it does not come to its end by itself. After a failure of one card, the library of another may wait for
 * ever within a call that closes something.
 */
public final class LastResort {
    private static final System.Logger LOG = System.getLogger(LastResort.class.getName());
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private LastResort() {}

    /**
     * Begins to wait for the end of the process.
     *
     * @param lastWords said before the process is ended by force
     */
    public static void arm(Runnable lastWords) {
        Thread.ofPlatform().daemon().name("last-resort").start(() -> {
            try {
                Thread.sleep(PATIENCE);
            } catch (InterruptedException e) {
                return;
            }
            LOG.log(
                    System.Logger.Level.WARNING,
                    "The card cannot be closed within " + PATIENCE.toSeconds()
                            + " seconds; the process ends without that.");
            lastWords.run();
            Runtime.getRuntime().halt(ExitCode.FAULT);
        });
    }
}
