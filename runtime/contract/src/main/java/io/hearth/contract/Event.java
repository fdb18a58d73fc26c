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

    /**
     * What a job will need was worked out.
     *
     * @param plan the plan
     */
    record Planned(Plan plan) implements Event {
        @Override
        public String name() {
            return "planned";
        }
    }

    /**
     * A held-out row was answered by the base model and by the tuned one. May be told again when the work goes on after a stop.
     *
     * @param index number of the row in this evaluation, from 0
     * @param rows how many there are
     * @param line line of the row in its file, from 1
     * @param prompt what was asked, as a person reads it
     * @param reference the answer in the row
     * @param base what the base model said
     * @param tuned what the tuned model said
     */
    record Answered(int index, int rows, int line, String prompt, String reference, Answer base, Answer tuned)
            implements Event {
        @Override
        public String name() {
            return "answered";
        }
    }

    /**
     * An answer and its scores.
     *
     * @param text what the model said, greedily; null for a row that asks nothing, such as plain text: only its loss is compared,
     *     {@code exact} is false and {@code f1} 0
     * @param exact whether it is the reference, but for case, blanks and punctuation
     * @param f1 overlap with the reference, 0 to 1: F1 over words, and over single characters in Chinese, Japanese and Korean
     * @param loss mean negative log-likelihood of the reference's tokens, in nats
     */
    record Answer(String text, boolean exact, double f1, double loss) {}

    /**
     * The serving engine was compared with the trainer's own forward pass on prompts that were not trained on.
     *
     * @param prompts how many
     * @param tokens tokens compared
     * @param same whether every greedy token was the same
     * @param difference the first difference in words, or null
     */
    record ParityChecked(int prompts, int tokens, boolean same, String difference) implements Event {
        @Override
        public String name() {
            return "parity-checked";
        }
    }

    /**
     * A request to a server has ended, in whatever way. What it cost is counted from these events alone.
     *
     * @param tag value of the request's header {@code X-Hearth-Tag}, or null
     * @param model name that was asked for
     * @param promptTokens tokens of the prompt
     * @param cachedTokens of these, tokens whose keys and values were still there
     * @param completionTokens tokens that were generated
     * @param cardSeconds seconds of the card, shared with the requests of the same batch
     * @param seconds from its arrival to its end
     * @param outcome {@code stop}, {@code length}, {@code cancelled} or {@code error}
     */
    record Usage(
            String tag,
            String model,
            int promptTokens,
            int cachedTokens,
            int completionTokens,
            double cardSeconds,
            double seconds,
            String outcome)
            implements Event {
        @Override
        public String name() {
            return "usage";
        }
    }
}
