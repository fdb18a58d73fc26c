package io.hearth.contract;

/**
 * A comparison of a base model with what was made of it, on rows that were held out: the task file of {@code worker evaluate}.
 * Relative paths are relative to the file's directory.
 *
 * @param evaluation id; default {@code evaluation}
 * @param base directory of the base model
 * @param adapter directory of the adapter
 * @param rows file of held-out rows, one JSON object per line
 * @param shape as in {@link TrainJob.Data}; default {@code auto}
 * @param maxRows most rows that are answered, drawn by the seed; default 200
 * @param maxTokens most tokens of an answer; default 256
 * @param parityPrompts prompts on which serving is compared with training; default 32, 0 = none
 * @param seed default 42
 * @param dtype {@code f32} or {@code bf16}; default bf16 where the device has it
 * @param output directory that receives {@code answers.jsonl}; answers that are there are not made again
 * @param device card to use; default the first one
 */
public record EvaluationJob(
        String evaluation,
        String base,
        String adapter,
        String rows,
        String shape,
        Integer maxRows,
        Integer maxTokens,
        Integer parityPrompts,
        Long seed,
        String dtype,
        String output,
        String device) {
    /** The same with every absent component filled in, except {@code dtype} and {@code device}. */
    public EvaluationJob withDefaults() {
        return new EvaluationJob(
                evaluation == null ? "evaluation" : evaluation,
                base,
                adapter,
                rows,
                shape == null ? "auto" : shape,
                maxRows == null ? 200 : maxRows,
                maxTokens == null ? 256 : maxTokens,
                parityPrompts == null ? 32 : parityPrompts,
                seed == null ? 42 : seed,
                dtype,
                output,
                device);
    }
}
