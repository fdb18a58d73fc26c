package io.hearth.ui.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import io.hearth.contract.EvaluationJob;
import io.hearth.contract.Plan;
import io.hearth.contract.Recipe;
import io.hearth.contract.TrainJob;
import io.hearth.protocol.WorkerKind;
import io.hearth.protocol.WorkerSpec;
import io.hearth.protocol.WorkerStatus;
import io.hearth.ui.core.Json;
import io.hearth.ui.datasets.DatasetVersion;
import io.hearth.ui.models.ModelVersion;
import io.hearth.ui.models.Models;
import io.hearth.ui.nodes.WorkerRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What workers are asked to do for jobs: task file, input files, memory. */
final class WorkOrders {
    private static final long MIB = 1L << 20;
    private static final String TRAIN_FILE = "data/train.jsonl";
    private static final String EVALUATION_FILE = "data/evaluation.jsonl";

    private final Models models;

    WorkOrders(Models models) {
        this.models = models;
    }

    WorkerRequest plan(JobPlan plan, DatasetVersion dataset, ModelVersion base) {
        return new WorkerRequest(
                plan.owner(),
                WorkerKind.PLAN,
                trainTask(plan.id(), dataset, plan.recipe()),
                trainInputs(dataset, base),
                List.of(),
                estimate(base, plan.recipe()),
                WorkerSpec.Restart.JOB,
                Set.of(),
                Set.of(),
                Set.of());
    }

    WorkerRequest train(Job job, Plan plan, DatasetVersion dataset, ModelVersion base) {
        return new WorkerRequest(
                job.owner(),
                WorkerKind.TRAIN,
                trainTask(job.id(), dataset, job.recipe()),
                trainInputs(dataset, base),
                List.of(job.full() ? "out/model" : "out/adapter"),
                plan.memory().total() + plan.memory().total() / 20 + 256 * MIB,
                WorkerSpec.Restart.JOB,
                Set.of(),
                Set.of(),
                avoid(job));
    }

    WorkerRequest evaluate(Job job, DatasetVersion dataset, ModelVersion base) {
        EvaluationJob task = new EvaluationJob(
                job.id(),
                "base",
                "adapter",
                EVALUATION_FILE,
                dataset.shape(),
                job.evaluationRows(),
                job.evaluationTokens(),
                null,
                null,
                job.recipe().dtype(),
                "out",
                null);
        List<WorkerSpec.Input> inputs = new ArrayList<>(models.inputs(base, "base"));
        for (WorkerStatus.Output file : job.resultFiles()) {
            inputs.add(new WorkerSpec.Input("adapter/" + file.path(), file.sha256(), file.size()));
        }
        inputs.add(new WorkerSpec.Input(EVALUATION_FILE, dataset.evaluationBlob(), dataset.evaluationBytes()));
        return new WorkerRequest(
                job.owner(),
                WorkerKind.EVALUATE,
                Json.sparse(task),
                inputs,
                List.of(),
                2 * weights(base) + 1024 * MIB,
                WorkerSpec.Restart.JOB,
                Set.of(),
                Set.of(),
                avoid(job));
    }

    private static Set<String> avoid(Job job) {
        return job.avoid() == null ? Set.of() : Set.of(job.avoid());
    }

    private static JsonNode trainTask(String id, DatasetVersion dataset, Recipe recipe) {
        return Json.sparse(new TrainJob(
                id,
                "base",
                null,
                new TrainJob.Data(
                        TRAIN_FILE,
                        hasEvaluation(dataset) ? EVALUATION_FILE : null,
                        null,
                        dataset.shape(),
                        "refuse",
                        dataset.hash()),
                recipe,
                "out",
                null,
                null));
    }

    private List<WorkerSpec.Input> trainInputs(DatasetVersion dataset, ModelVersion base) {
        List<WorkerSpec.Input> inputs = new ArrayList<>(models.inputs(base, "base"));
        inputs.add(new WorkerSpec.Input(TRAIN_FILE, dataset.trainBlob(), dataset.trainBytes()));
        if (hasEvaluation(dataset)) {
            inputs.add(new WorkerSpec.Input(EVALUATION_FILE, dataset.evaluationBlob(), dataset.evaluationBytes()));
        }
        return inputs;
    }

    static boolean hasEvaluation(DatasetVersion dataset) {
        return dataset.evaluationBlob() != null && dataset.evaluationRows() > 0;
    }

    /** Memory for working out a plan, before anything is known: the weights, and for full training what goes with them. */
    private static long estimate(ModelVersion base, Recipe recipe) {
        long weights = weights(base);
        return ("full".equals(recipe.method()) ? 5 * weights : weights + weights / 4) + 512 * MIB;
    }

    /** Bytes of the weights at the widest type they are computed in. */
    private static long weights(ModelVersion base) {
        return base.parameters() == null ? 2 * base.sizeBytes() : 4 * base.parameters();
    }
}
