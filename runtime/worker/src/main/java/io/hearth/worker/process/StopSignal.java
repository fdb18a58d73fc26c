package io.hearth.worker.process;

import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.ToIntFunction;

/**
 * SIGTERM and Ctrl-C, made gentle: work that is told to stop comes to its own end, and the process leaves with the work's
 * exit code instead of the JVM's 143.
 */
public final class StopSignal {
    private final CompletableFuture<Integer> exitCode = new CompletableFuture<>();
    private final Runnable onStop;
    private volatile boolean requested;

    private StopSignal(Runnable onStop) {
        this.onStop = onStop;
    }

    /**
     * Runs the work; it is given a supplier that becomes true when the process is asked to stop.
     *
     * @param onStop called at that moment, on another thread
     * @return the work's exit code
     */
    public static int run(Runnable onStop, ToIntFunction<BooleanSupplier> work) {
        StopSignal signal = new StopSignal(onStop);
        Thread hook = Thread.ofPlatform().name("stop-signal").unstarted(signal::stop);
        Runtime.getRuntime().addShutdownHook(hook);
        int code = 1;
        try {
            code = work.applyAsInt(() -> signal.requested);
        } finally {
            signal.exitCode.complete(code);
            withdraw(hook);
        }
        return code;
    }

    private void stop() {
        requested = true;
        onStop.run();
        // Shutdown hooks run while the JVM still works. Halting here, after the work's last word, is the only way to a
        // code
        // of our own.
        Runtime.getRuntime().halt(exitCode.join());
    }

    private static void withdraw(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            // The hook runs already and halts the process.
            return;
        }
    }
}
