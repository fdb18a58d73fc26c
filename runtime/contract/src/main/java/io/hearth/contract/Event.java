package io.hearth.contract;

import java.util.Map;

/**
 * What a worker says, one JSON object per line on standard output. The object has the record's components and a member
 * {@code event} with {@link #name()}.
 */
public sealed interface Event {
    /** Value of the member {@code event}. */
    String name();

    /**
     * A new phase has begun.
     *
     * @param phase {@code load}, {@code read-rows}, {@code train}, {@code evaluate}, {@code export} ...
     * @param detail one line for a person
     */
    record Phase(String phase, String detail) implements Event {
        @Override
        public String name() {
            return "phase";
        }
    }

    /**
     * An optimiser step is done.
     *
     * @param step from 1
     * @param steps planned steps
     * @param epoch passes over the rows so far, with a fraction
     * @param loss mean loss over the step's counted tokens
     * @param learningRate rate used
     * @param gradNorm norm of the gradient before clipping
     * @param tokens tokens of the step
     * @param tokensPerSecond over the last steps
     * @param etaSeconds expected time to the end of training
     */
    record Step(
            int step,
            int steps,
            double epoch,
            double loss,
            double learningRate,
            double gradNorm,
            long tokens,
            double tokensPerSecond,
            double etaSeconds)
            implements Event {
        @Override
        public String name() {
            return "step";
        }
    }

    /**
     * The held-out rows were scored.
     *
     * @param step optimiser steps done
     * @param loss mean loss over their counted tokens
     * @param perplexity {@code exp(loss)}
     * @param tokens counted tokens
     * @param best whether this is the lowest loss so far
     */
    record Evaluation(int step, double loss, double perplexity, long tokens, boolean best) implements Event {
        @Override
        public String name() {
            return "evaluation";
        }
    }

    /**
     * A checkpoint is complete on disk.
     *
     * @param step optimiser steps done
     * @param directory where it lies
     */
    record Checkpoint(int step, String directory) implements Event {
        @Override
        public String name() {
            return "checkpoint";
        }
    }

    /**
     * Something a person should know that does not stop the work.
     *
     * @param message a sentence
     */
    record Warning(String message) implements Event {
        @Override
        public String name() {
            return "warning";
        }
    }

    /**
     * A server answers requests from now on.
     *
     * @param url base address, such as {@code http://127.0.0.1:8080}
     * @param models names that can be asked for
     */
    record Ready(String url, java.util.List<String> models) implements Event {
        @Override
        public String name() {
            return "ready";
        }
    }

    /**
     * The work is finished.
     *
     * @param output directory of the result
     * @param sha256 hash of the adapter's or model's weights file
     * @param metrics final figures by name
     */
    record Done(String output, String sha256, Map<String, Double> metrics) implements Event {
        @Override
        public String name() {
            return "done";
        }
    }

    /**
     * The work was stopped from outside and can go on later from its last checkpoint.
     *
     * @param step optimiser steps done
     */
    record Stopped(int step) implements Event {
        @Override
        public String name() {
            return "stopped";
        }
    }

    /**
     * The work has failed.
     *
     * @param reason a sentence that says what is wrong and what to do
     */
    record Failed(String reason) implements Event {
        @Override
        public String name() {
            return "failed";
        }
    }
}
