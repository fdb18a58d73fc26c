package io.hearth.ui.jobs;

import io.hearth.contract.Event;
import io.hearth.contract.Recipe;
import io.hearth.protocol.WorkerStatus;
import io.hearth.ui.core.Sentence;
import java.util.List;
import java.util.Map;

/**
 * One fine-tuning run, as its row says.
 *
 * @param id its id, {@code job-…}
 * @param name what people call it
 * @param dataset id of the dataset version
 * @param datasetLabel name and number of the dataset version
 * @param datasetHash its hash
 * @param base id of the base's version
 * @param baseLabel its name and number
 * @param baseHash its hash
 * @param model name of the model that the result becomes a version of
 * @param recipe how it is trained
 * @param evaluationRows most held-out rows that are compared
 * @param evaluationTokens most tokens of an answer
 * @param priority 0 to 9, the highest first
 * @param state what it is doing
 * @param pausing whether a person wants it to pause
 * @param reason why it waits or has failed; null if there is nothing to say
 * @param plan id of its plan, or null
 * @param worker its present worker, or null
 * @param node name of the node it is on, or null
 * @param avoid node that it should not be put on again, or null
 * @param attempt 1 for the first run from the beginning
 * @param revival a failed worker that is being started again, or null
 * @param progress how far it is
 * @param said last word of the present worker: null, or the event's name
 * @param failure reason that its worker gave, or null
 * @param metrics final figures of the training, or empty
 * @param resultKind {@code adapter} or {@code model} once it is trained; else null
 * @param resultFiles files of the result, paths within its folder
 * @param parity whether serving and training agree, or null
 * @param result the comparison, or null
 * @param version id of the version that it became, or null
 * @param clonedFrom job that it was made from, or null
 * @param queued place in the queue, milliseconds since 1970
 * @param created milliseconds since 1970
 * @param createdBy id of the user
 * @param createdByName name of the user
 * @param started when it first got a place, or null
 * @param finished when it ended, or null
 */
public record Job(
        String id,
        String name,
        String dataset,
        String datasetLabel,
        String datasetHash,
        String base,
        String baseLabel,
        String baseHash,
        String model,
        Recipe recipe,
        int evaluationRows,
        int evaluationTokens,
        int priority,
        JobState state,
        boolean pausing,
        Sentence reason,
        String plan,
        String worker,
        String node,
        String avoid,
        int attempt,
        Revival revival,
        Progress progress,
        String said,
        String failure,
        Map<String, Double> metrics,
        String resultKind,
        List<WorkerStatus.Output> resultFiles,
        Event.ParityChecked parity,
        Comparison result,
        String version,
        String clonedFrom,
        long queued,
        long created,
        String createdBy,
        String createdByName,
        Long started,
        Long finished) {

    /**
     * How far a job is.
     *
     * @param phase what its worker does
     * @param step optimiser steps done
     * @param steps steps planned, 0 before it is known
     * @param loss last loss, or null
     * @param evaluationLoss last loss on held-out rows, or null
     * @param tokensPerSecond last rate, or null
     * @param etaSeconds seconds to the end of the training, or null
     * @param checkpointStep step of the last checkpoint
     * @param trainMillis time spent in steps so far
     */
    public record Progress(
            String phase,
            int step,
            int steps,
            Double loss,
            Double evaluationLoss,
            Double tokensPerSecond,
            Double etaSeconds,
            int checkpointStep,
            long trainMillis) {
        /** Share of the steps that are done, 0 to 1. */
        public double share() {
            return steps == 0 ? 0 : Math.min(1, step / (double) steps);
        }
    }

    /**
     * A worker that had failed and is asked to go on from its checkpoint.
     *
     * @param attempt attempt of the worker that failed
     * @param since when it was asked, milliseconds since 1970
     */
    record Revival(int attempt, long since) {}

    /** How workers name what they work for. */
    String owner() {
        return OWNER + id;
    }

    /** Beginning of the owner of a job's workers. */
    static final String OWNER = "job/";

    /** Whether the result is whole weights rather than an adapter. */
    boolean full() {
        return "full".equals(recipe.method());
    }
}
