package io.hearth.ui.jobs;

import io.hearth.contract.Event;

/**
 * A held-out row, answered by both.
 *
 * @param number number within the evaluation, from 0
 * @param line line in the file of held-out rows, from 1
 * @param prompt what was asked
 * @param reference the answer in the row
 * @param base what the base said
 * @param tuned what the tuned model said
 */
public record ComparedRow(
        int number, int line, String prompt, String reference, Event.Answer base, Event.Answer tuned) {

    /** Above zero where the tuned model is better in the figure that decides. */
    double gain(boolean byLoss) {
        return byLoss ? base.loss() - tuned.loss() : tuned.f1() - base.f1();
    }
}
