package io.hearth.contract;

import java.util.Collections;
import java.util.List;

/**
 * One fine-tuning run: the content of {@code job.json}. Relative paths are relative to the file's directory.
 *
 * @param job id of the job; default {@code job}
 * @param base directory of the base model in Hugging Face layout
 * @param adapter directory of a PEFT adapter to go on from, or null to start from zero
 * @param data the rows
 * @param recipe how to train
 * @param output directory that receives checkpoints and the result; it is made if missing
 * @param device card to use, such as {@code cpu:0}; default the first one
 * @param devices cards to use together, such as {@code ["cuda:0", "cuda:1"]}, in place of {@code device}: rank r of the job is
 *     on card number r. All are of one kind, and none is named twice, but {@code cpu:0}
 */
public record TrainJob(
        String job,
        String base,
        String adapter,
        Data data,
        Recipe recipe,
        String output,
        String device,
        List<String> devices) {
    /**
     * The rows of a job.
     *
     * @param train file of training rows, one JSON object per line
     * @param evaluation file of held-out rows, or null
     * @param evaluationFraction share of the training rows that is held out if there is no evaluation file, 0 to 0.5;
     *     default 0
     * @param shape {@code auto}, {@code messages}, {@code sharegpt}, {@code alpaca}, {@code prompt-completion}, {@code
     *     text} or {@code tokens}; default {@code auto}
     * @param badRows {@code refuse} (default): any bad row stops the job before training; {@code skip}: they are reported
     *     and left out
     * @param hash the dataset version's hash if the caller knows it; else the file's SHA-256 is computed
     */
    public record Data(
            String train, String evaluation, Double evaluationFraction, String shape, String badRows, String hash) {
        /** The same with every absent component filled in, except {@code evaluation} and {@code hash}. */
        public Data withDefaults() {
            return new Data(
                    train,
                    evaluation,
                    evaluationFraction == null ? 0.0 : evaluationFraction,
                    shape == null ? "auto" : shape,
                    badRows == null ? "refuse" : badRows,
                    hash);
        }
    }

    /** The card of every rank; of a job on one card, which it is or null for the first one of the machine. */
    public List<String> cards() {
        return devices != null ? devices : Collections.singletonList(device);
    }

    /** The same with every absent component filled in. */
    public TrainJob withDefaults() {
        return new TrainJob(
                job == null ? "job" : job,
                base,
                adapter,
                data == null ? null : data.withDefaults(),
                (recipe == null ? Recipe.empty() : recipe).withDefaults(),
                output,
                device,
                devices);
    }
}
