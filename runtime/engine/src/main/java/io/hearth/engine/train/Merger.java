package io.hearth.engine.train;

import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.engine.checkpoint.AtomicFiles;
import io.hearth.engine.checkpoint.CheckpointException;
import io.hearth.engine.checkpoint.JsonFiles;
import io.hearth.engine.checkpoint.LoraAdapter;
import io.hearth.engine.checkpoint.PeftAdapter;
import io.hearth.engine.eval.AdapterBranches;
import io.hearth.engine.model.LoadedModel;
import io.hearth.engine.model.TrainableAdapter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Makes one model of a base and an adapter. */
public final class Merger {
    private static final int FEW_POSITIONS = 16;
    private static final long MAX_CONFIG_BYTES = 1 << 20;

    private Merger() {}

    /**
     * Publishes the merged model, with the base's tokenizer and configuration and the adapter's lineage, whole or not at all.
     * Weights are added in f32 and rounded once, to bf16 if the base is bf16; other bases become f32.
     *
     * @return hash of its weights
     * @throws CheckpointException with a sentence if the two do not belong together, or the disk is full
     */
    public static String merge(Path base, Path adapterDirectory, Path output, Device device) {
        DType type = type(base);
        LoraAdapter adapter = PeftAdapter.read(adapterDirectory);
        prepare(output);
        try (LoadedModel model = LoadedModel.load(device, base, type, FEW_POSITIONS, false);
                TrainableAdapter attached = AdapterBranches.attach(model, adapter)) {
            ModelExport.merge(model, attached, adapter.config().scale());
            AtomicFiles.publishDirectory(output, fresh -> {
                ModelExport.writeInto(fresh, model, model.weights().arena().values());
                Path lineage = adapterDirectory.resolve("lineage.json");
                if (Files.exists(lineage)) {
                    Files.copy(lineage, fresh.resolve("lineage.json"));
                }
            });
        }
        return ResultWriter.weightsHash(output);
    }

    private static DType type(Path base) {
        var fields = JsonFiles.readObject(base.resolve("config.json"), MAX_CONFIG_BYTES);
        String type = fields.has("dtype")
                ? fields.get("dtype").asText()
                : fields.path("torch_dtype").asText();
        return type.equals("bfloat16") ? DType.BF16 : DType.F32;
    }

    private static void prepare(Path output) {
        try {
            Files.createDirectories(output.toAbsolutePath().getParent());
            AtomicFiles.deleteLeftovers(output.toAbsolutePath().getParent());
        } catch (IOException e) {
            throw new CheckpointException(output + " cannot be written: " + e.getMessage(), e);
        }
    }
}
