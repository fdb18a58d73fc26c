package io.hearth.worker.ranks;

import io.hearth.contract.ExitCode;
import java.io.IOException;
import java.io.InputStream;

/**
 * Ties a rank to the process that has started it. That one holds the other end of its standard input and never writes: when it
 * ends, however it ends, the input does, and the rank ends at once, wherever it waits.
 */
public final class Leash {
    private Leash() {}

    public static void tie(InputStream input) {
        Thread.ofPlatform().daemon().name("leash").start(() -> {
            try {
                while (input.read() >= 0) {
                    // Nothing is said here.
                }
            } catch (IOException e) {
                // The same as its end.
            }
            Runtime.getRuntime().halt(ExitCode.FAULT);
        });
    }
}
