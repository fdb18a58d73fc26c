package io.hearth.worker.job;

import io.hearth.contract.Deployment;
import io.hearth.contract.Deployment.NamedDirectory;
import io.hearth.contract.EvaluationJob;
import io.hearth.contract.MergeJob;
import io.hearth.contract.TrainJob;
import io.hearth.worker.process.UsageException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads {@code job.json} and {@code deployment.json}: checked, with defaults, with absolute paths. */
public final class JobFiles {
    private JobFiles() {}

    /** @throws UsageException if the file cannot be read or says something that cannot be */
    public static TrainJob trainJob(Path file) {
        TrainJob written = StrictFile.read(file, TrainJob.class, "job file", StrictFile.SMALL);
        Problems problems = new Problems(file);
        TrainJob.Data data = written.data();
        TrainJob job = new TrainJob(
                written.job(),
                problems.resolve("base", written.base()),
                problems.resolve("adapter", written.adapter()),
                data == null
                        ? null
                        : new TrainJob.Data(
                                problems.resolve("data.train", data.train()),
                                problems.resolve("data.evaluation", data.evaluation()),
                                data.evaluationFraction(),
                                data.shape(),
                                data.badRows(),
                                data.hash()),
                written.recipe(),
                problems.resolve("output", written.output()),
                written.device(),
                written.devices());
        new JobValidator(problems).check(job);
        problems.throwIfAny();
        return job.withDefaults();
    }

    /** @throws UsageException if the file cannot be read or says something that cannot be */
    public static Deployment deployment(Path file) {
        Deployment written = StrictFile.read(file, Deployment.class, "deployment file", StrictFile.SMALL);
        Problems problems = new Problems(file);
        List<NamedDirectory> adapters = null;
        if (written.adapters() != null) {
            adapters = new ArrayList<>();
            for (int i = 0; i < written.adapters().size(); i++) {
                adapters.add(resolve(
                        problems,
                        "adapters[" + i + "].directory",
                        written.adapters().get(i)));
            }
        }
        Deployment deployment = new Deployment(
                written.deployment(),
                resolve(problems, "model.directory", written.model()),
                adapters,
                written.host(),
                written.port(),
                written.device(),
                written.dtype(),
                written.contextLength(),
                written.maxSequences(),
                written.maxBatchTokens(),
                written.cacheBytes(),
                written.maxQueue());
        new DeploymentValidator(problems).check(deployment);
        problems.throwIfAny();
        return deployment.withDefaults();
    }

    /** @throws UsageException if the file cannot be read or says something that cannot be */
    public static EvaluationJob evaluationJob(Path file) {
        EvaluationJob written = StrictFile.read(file, EvaluationJob.class, "task file", StrictFile.SMALL);
        Problems problems = new Problems(file);
        EvaluationJob job = new EvaluationJob(
                written.evaluation(),
                problems.resolve("base", written.base()),
                problems.resolve("adapter", written.adapter()),
                problems.resolve("rows", written.rows()),
                written.shape(),
                written.maxRows(),
                written.maxTokens(),
                written.parityPrompts(),
                written.seed(),
                written.dtype(),
                problems.resolve("output", written.output()),
                written.device());
        new TaskValidator(problems).check(job);
        problems.throwIfAny();
        return job.withDefaults();
    }

    /** @throws UsageException if the file cannot be read or says something that cannot be */
    public static MergeJob mergeJob(Path file) {
        MergeJob written = StrictFile.read(file, MergeJob.class, "task file", StrictFile.SMALL);
        Problems problems = new Problems(file);
        MergeJob job = new MergeJob(
                written.merge(),
                problems.resolve("base", written.base()),
                problems.resolve("adapter", written.adapter()),
                problems.resolve("output", written.output()),
                written.device());
        new TaskValidator(problems).check(job);
        problems.throwIfAny();
        return job;
    }

    private static NamedDirectory resolve(Problems problems, String field, NamedDirectory entry) {
        return entry == null ? null : new NamedDirectory(entry.name(), problems.resolve(field, entry.directory()));
    }
}
