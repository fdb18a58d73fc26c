package io.hearth.engine.train;

import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.engine.checkpoint.LoraAdapter;
import io.hearth.engine.model.LoadedModel;
import io.hearth.engine.model.PackedForward;
import io.hearth.engine.model.TrainableAdapter;
import java.nio.file.Path;
import java.util.Arrays;

/** Greedy continuations by the trainer's own forward pass. */
final class Continuation {
    private Continuation() {}

    static int[] of(PackedForward forward, int[] prompt, int count) {
        int[] tokens = prompt;
        for (int i = 0; i < count; i++) {
            int next = forward.nextToken(tokens);
            tokens = Arrays.copyOf(tokens, tokens.length + 1);
            tokens[tokens.length - 1] = next;
        }
        return tokens;
    }

    /** With the adapter as the branches that training uses. */
    static int[] withAdapter(Device device, Path base, LoraAdapter source, int[] prompt, int count) {
        try (LoadedModel model = LoadedModel.load(device, base, DType.F32);
                TrainableAdapter adapter = TrainableAdapter.attach(
                        model.decoder(),
                        device,
                        DType.F32,
                        source.config()::targets,
                        source.config().rank(),
                        source.config().scale(),
                        0);
                PackedForward forward = new PackedForward(model, 64)) {
            AdapterExport.upload(device, source, adapter, adapter.arena().values());
            return of(forward, prompt, count);
        }
    }
}
