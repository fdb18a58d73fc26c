package io.hearth.engine.train;

import io.hearth.contract.Recipe;
import io.hearth.contract.TrainJob;
import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.engine.checkpoint.LoraAdapter;
import io.hearth.engine.checkpoint.LoraConfig;
import io.hearth.engine.checkpoint.PeftAdapter;
import io.hearth.engine.model.LoadedModel;
import io.hearth.engine.model.ParameterArena;
import io.hearth.engine.model.TrainableAdapter;
import io.hearth.engine.parallel.Ranks;
import java.nio.file.Path;
import java.util.SplittableRandom;

/**
 * A model on a device with what is to be trained of it: an adapter, or all of its weights.
 *
 * <p>A run and a plan make it in the same way; a plan on a device that only counts.
 */
final class TrainingSession implements AutoCloseable {
    private final LoadedModel model;
    private final TrainableAdapter adapter;
    private final LoraConfig loraConfig;
    private final LoraAdapter startingPoint;
    private final Trainer trainer;

    private TrainingSession(
            LoadedModel model,
            TrainableAdapter adapter,
            LoraConfig loraConfig,
            LoraAdapter startingPoint,
            Trainer trainer) {
        this.model = model;
        this.adapter = adapter;
        this.loraConfig = loraConfig;
        this.startingPoint = startingPoint;
        this.trainer = trainer;
    }

    /**
     * Makes a session around a model, which it takes over.
     *
     * @param job with defaults filled in
     * @param maxTokens most tokens of a micro-batch
     * @param ranks who trains together
     */
    static TrainingSession open(TrainJob job, LoadedModel model, int maxTokens, Ranks ranks) {
        Recipe recipe = job.recipe();
        AdamW.Settings settings =
                new AdamW.Settings(recipe.beta1(), recipe.beta2(), recipe.eps(), recipe.weightDecay());
        Device device = model.device();
        TrainableAdapter adapter = null;
        LoraConfig config = null;
        LoraAdapter startingPoint = null;
        if (recipe.method().equals("full")) {
            if (job.adapter() != null) {
                throw new JobException(
                        "A full fine-tune cannot go on from an adapter. Merge the adapter first, or use the "
                                + "method lora.");
            }
            model.weights().arena().allocateGradients(device);
        } else {
            startingPoint = job.adapter() == null ? null : PeftAdapter.read(Path.of(job.adapter()));
            if (startingPoint != null) {
                startingPoint.requireFits(model.config().linearModules());
            }
            config = startingPoint != null ? startingPoint.config() : configOf(recipe, job.base());
            adapter = TrainableAdapter.attach(
                    model.decoder(),
                    device,
                    model.act(),
                    config::targets,
                    config.rank(),
                    config.scale(),
                    recipe.loraDropout());
        }
        ParameterArena trained =
                adapter != null ? adapter.arena() : model.weights().arena();
        Trainer trainer = new Trainer(model, trained, settings, recipe.maxGradNorm(), recipe.seed(), maxTokens, ranks);
        return new TrainingSession(model, adapter, config, startingPoint, trainer);
    }

    private static LoraConfig configOf(Recipe recipe, String base) {
        return new LoraConfig(
                recipe.loraRank(),
                recipe.loraAlpha(),
                recipe.loraDropout(),
                recipe.targetModules(),
                false,
                Path.of(base).getFileName().toString());
    }

    /** Sets the first weights of an adapter: those of the one that training goes on from, or drawn from the seed. */
    void initialize(long seed) {
        if (adapter == null) {
            trainer.optimizer().takeOver(model.device().kernels());
        } else if (startingPoint != null) {
            AdapterExport.upload(
                    model.device(), startingPoint, adapter, trainer.optimizer().master());
            publish();
        } else {
            AdapterExport.initialize(
                    model.device(), adapter, trainer.optimizer().master(), new SplittableRandom(seed));
            publish();
        }
    }

    /** Makes the weights that the model computes with equal to the master weights, after those were restored. */
    void publish() {
        trainer.optimizer().publish(model.device().kernels());
        model.decoder().refresh();
    }

    LoadedModel model() {
        return model;
    }

    Trainer trainer() {
        return trainer;
    }

    boolean isAdapter() {
        return adapter != null;
    }

    /** The adapter being trained; null for full training. */
    TrainableAdapter adapter() {
        return adapter;
    }

    LoraConfig loraConfig() {
        return loraConfig;
    }

    ParameterArena trained() {
        return adapter != null ? adapter.arena() : model.weights().arena();
    }

    /** Type of activations that a recipe asks for, or the device's best. */
    static DType act(Recipe recipe, Device device) {
        if (recipe.dtype() == null) {
            return device.supports(DType.BF16) ? DType.BF16 : DType.F32;
        }
        return switch (recipe.dtype()) {
            case "f32" -> DType.F32;
            case "bf16" -> DType.BF16;
            default -> throw new JobException("The dtype \"" + recipe.dtype() + "\" is not known. Choose f32 or bf16.");
        };
    }

    @Override
    public void close() {
        trainer.close();
        if (adapter != null) {
            adapter.close();
        }
        model.close();
    }
}
