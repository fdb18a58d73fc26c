package io.hearth.agent.workers;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

/** Where workers' inputs come from and their outputs go. */
public interface Supplies {
    /** It will not work later either. The message is a sentence with what to do. */
    final class Refused extends Exception {
        private static final long serialVersionUID = 1;

        public Refused(String sentence) {
            super(sentence);
        }
    }

    /**
     * Lays a file where a worker reads it.
     *
     * @param arrived told how many of its bytes are here, again and again
     * @param cancelled asked again and again; once it says so, the call ends with an {@link IOException}
     * @throws IOException if it cannot be had now, with a sentence
     */
    void lay(String sha256, long size, Path target, LongConsumer arrived, BooleanSupplier cancelled)
            throws IOException, Refused, InterruptedException;

    /**
     * Sends a file to the control plane, which then has it for certain.
     *
     * @param sent told how many of its bytes are there
     * @throws IOException if it cannot be sent now, with a sentence
     */
    void send(Path file, String sha256, long size, LongConsumer sent, BooleanSupplier cancelled)
            throws IOException, Refused, InterruptedException;
}
