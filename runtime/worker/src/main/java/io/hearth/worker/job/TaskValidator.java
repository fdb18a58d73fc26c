package io.hearth.worker.job;

import io.hearth.contract.EvaluationJob;
import io.hearth.contract.MergeJob;

/** Checks the values of tasks with an adapter as written in their files, before defaults are filled in. */
final class TaskValidator {
    private static final int MANY = 1 << 20;

    private final Problems problems;

    TaskValidator(Problems problems) {
        this.problems = problems;
    }

    /** @param job with absolute paths */
    void check(EvaluationJob job) {
        models(job.base(), job.adapter(), job.output(), job.device());
        if (job.rows() == null) {
            problems.add("\"rows\" is missing: the file of held-out rows.");
        }
        problems.file("rows", job.rows());
        problems.word("shape", job.shape(), JobValidator.SHAPES);
        problems.integer("maxRows", job.maxRows(), 1, MANY);
        problems.integer("maxTokens", job.maxTokens(), 1, MANY);
        problems.integer("parityPrompts", job.parityPrompts(), 0, MANY);
        problems.word("dtype", job.dtype(), JobValidator.DTYPES);
    }

    /** @param job with absolute paths */
    void check(MergeJob job) {
        models(job.base(), job.adapter(), job.output(), job.device());
    }

    private void models(String base, String adapter, String output, String device) {
        if (base == null) {
            problems.add("\"base\" is missing: the directory of the base model.");
        }
        problems.directory("base", base, "config.json", "a model in Hugging Face layout");
        if (adapter == null) {
            problems.add("\"adapter\" is missing: the directory of the adapter.");
        }
        problems.directory("adapter", adapter, "adapter_config.json", "a PEFT adapter");
        if (output == null) {
            problems.add("\"output\" is missing: the directory that receives the result.");
        } else if (output.equals(base) || output.equals(adapter)) {
            problems.add("\"output\" must not be the directory of the base model or of the adapter.");
        }
        problems.output("output", output);
        problems.device(device);
    }
}
