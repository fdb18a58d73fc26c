package io.hearth.engine.eval;

import io.hearth.engine.checkpoint.CheckpointException;
import io.hearth.engine.checkpoint.LoraAdapter;
import io.hearth.engine.checkpoint.LoraPair;
import io.hearth.engine.model.ActUpload;
import io.hearth.engine.model.LoadedModel;
import io.hearth.engine.model.LoraBranch;
import io.hearth.engine.model.TrainableAdapter;

/** Puts a finished adapter onto a model in the way that training does: as branches, not as a pool. */
public final class AdapterBranches {
    private AdapterBranches() {}

    /**
     * Attaches an adapter; it stays on the model for good.
     *
     * @throws CheckpointException if it does not fit the model
     */
    public static TrainableAdapter attach(LoadedModel model, LoraAdapter adapter) {
        adapter.requireFits(model.config().linearModules());
        TrainableAdapter attached = TrainableAdapter.attach(
                model.decoder(),
                model.device(),
                model.act(),
                adapter.modules()::containsKey,
                adapter.config().rank(),
                adapter.config().scale(),
                0);
        for (LoraBranch branch : attached.branches()) {
            LoraPair pair = adapter.modules().get(branch.projection().path());
            ActUpload.upload(model.device(), pair.a(), branch.a().value());
            ActUpload.upload(model.device(), pair.b(), branch.b().value());
        }
        return attached;
    }
}
