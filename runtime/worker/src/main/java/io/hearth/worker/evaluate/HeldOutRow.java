package io.hearth.worker.evaluate;

import io.hearth.text.rows.EncodedRow;

/**
 * A row that was held out, as models see it and as people do.
 *
 * @param line line in the file, from 1
 * @param prompt what is asked, for a person
 * @param promptTokens the same for the model; null if nothing is asked and only the loss is compared
 * @param reference the answer in the row
 * @param encoded the whole row; the marked tokens are the reference
 */
record HeldOutRow(int line, String prompt, int[] promptTokens, String reference, EncodedRow encoded) {
    boolean asks() {
        return promptTokens != null;
    }

    /** Mean negative log-likelihood of the reference's tokens. */
    double loss(double[] nll) {
        double sum = 0;
        for (int i = 1; i < encoded.length(); i++) {
            if (encoded.trained()[i]) {
                sum += nll[i - 1];
            }
        }
        return sum / encoded.trainedCount();
    }
}
