package io.hearth.engine.eval;

import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.Tensor;
import io.hearth.engine.checkpoint.CheckpointException;
import io.hearth.engine.checkpoint.LoraAdapter;
import io.hearth.engine.checkpoint.LoraPair;
import io.hearth.engine.checkpoint.TensorConversion;
import io.hearth.engine.model.LoadedModel;
import io.hearth.engine.model.LoraBranch;
import io.hearth.engine.model.TrainableAdapter;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Set;
import java.util.stream.Collectors;

/** Puts a finished adapter onto a model in the way that training does: as branches, not as a pool. */
final class AdapterBranches {
    private AdapterBranches() {}

    /**
     * Attaches an adapter; it stays on the model for good.
     *
     * @throws CheckpointException if it does not fit the model
     */
    static TrainableAdapter attach(LoadedModel model, LoraAdapter adapter) {
        adapter.requireFits(model.config().linearModules());
        Set<String> modules = adapter.modules().keySet().stream()
                .map(path -> path.substring(path.lastIndexOf('.') + 1))
                .collect(Collectors.toSet());
        TrainableAdapter attached = TrainableAdapter.attach(
                model.decoder(),
                model.device(),
                model.act(),
                modules,
                adapter.config().rank(),
                adapter.config().scale(),
                0);
        for (LoraBranch branch : attached.branches()) {
            LoraPair pair = adapter.modules().get(branch.projection().path());
            // A branch without a pair keeps its zeros, which change nothing.
            if (pair != null) {
                upload(model.device(), pair.a(), branch.a().value());
                upload(model.device(), pair.b(), branch.b().value());
            }
        }
        return attached;
    }

    private static void upload(Device device, MemorySegment f32, Tensor target) {
        if (target.type() == DType.F32) {
            device.upload(f32, target);
            return;
        }
        short[] rounded = new short[(int) target.elements()];
        for (int i = 0; i < rounded.length; i++) {
            rounded[i] = TensorConversion.floatToBf16(f32.getAtIndex(ValueLayout.JAVA_FLOAT, i));
        }
        device.upload(MemorySegment.ofArray(rounded), target);
    }
}
