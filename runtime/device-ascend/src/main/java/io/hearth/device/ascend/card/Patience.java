package io.hearth.device.ascend.card;

import io.hearth.device.DeviceException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * How long the host waits for a card. A card that hangs must end the process that waits for it, so that the job goes on
 * elsewhere: nothing waits for ever.
 */
public record Patience(Duration most) {
    private static final Duration USUAL = Duration.ofMinutes(10);
    private static final String VARIABLE = "HEARTH_ASCEND_PATIENCE";

    /** What the property {@code hearth.ascend.patience}, else the variable HEARTH_ASCEND_PATIENCE, says in seconds; else ten minutes. */
    public static Patience configured() {
        String seconds = System.getProperty("hearth.ascend.patience", System.getenv(VARIABLE));
        if (seconds == null || seconds.isBlank()) {
            return new Patience(USUAL);
        }
        try {
            long parsed = Long.parseLong(seconds.strip());
            if (parsed > 0) {
                return new Patience(Duration.ofSeconds(parsed));
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new DeviceException(VARIABLE + " is \"" + seconds + "\". It is a number of seconds, such as 600.");
    }

    /**
     * Waits until something holds: for short waits without sleeping.
     *
     * @throws DeviceException when the patience ends
     */
    void await(int card, BooleanSupplier done) {
        long begun = System.nanoTime();
        while (!done.getAsBoolean()) {
            long waited = System.nanoTime() - begun;
            if (waited > most.toNanos()) {
                throw hung(card);
            }
            if (waited > 50_000) {
                LockSupport.parkNanos(Math.min(waited / 4, 1_000_000));
            } else {
                Thread.onSpinWait();
            }
        }
    }

    DeviceException hung(int card) {
        return new HungException(
                "The Ascend card ascend:" + card + " has not finished its work within " + most.toSeconds()
                        + " seconds: it hangs, or waits for another card. Look at \"npu-smi info\" and at the other workers; "
                        + VARIABLE + " sets how many seconds to wait.");
    }
}
