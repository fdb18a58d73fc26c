package io.hearth.engine.train;

import io.hearth.device.Device;
import io.hearth.device.Tensor;
import io.hearth.engine.checkpoint.LoraAdapter;
import io.hearth.engine.checkpoint.LoraConfig;
import io.hearth.engine.checkpoint.LoraPair;
import io.hearth.engine.model.LoraBranch;
import io.hearth.engine.model.Parameter;
import io.hearth.engine.model.TrainableAdapter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Takes a trained adapter off the device, and puts an existing one onto it. */
final class AdapterExport {
    private AdapterExport() {}

    /**
     * The adapter's f32 weights on the host.
     *
     * @param master f32 weights laid out like the adapter's arena
     */
    static LoraAdapter download(Device device, TrainableAdapter adapter, Tensor master, LoraConfig config) {
        SortedMap<String, LoraPair> modules = new TreeMap<>();
        for (LoraBranch branch : adapter.branches()) {
            Tensor a = branch.a().value();
            Tensor b = branch.b().value();
            modules.put(
                    branch.projection().path(),
                    new LoraPair(
                            fetch(device, branch.a(), master),
                            fetch(device, branch.b(), master),
                            a.rows(),
                            a.cols(),
                            b.rows()));
        }
        return new LoraAdapter(config, modules);
    }

    private static MemorySegment fetch(Device device, Parameter parameter, Tensor master) {
        Tensor window = master.slice(parameter.offset(), parameter.value().elements());
        MemorySegment values = Arena.ofAuto().allocate(window.bytes(), 64);
        device.download(window, values);
        return values;
    }

    /**
     * First weights of a new adapter: A drawn uniformly from (-1/sqrt(in), 1/sqrt(in)), which is Kaiming's rule with a =
     * sqrt(5) as PEFT uses it; B zero, so that the adapter changes nothing before it is trained.
     */
    static void initialize(Device device, TrainableAdapter adapter, Tensor master, SplittableRandom random) {
        for (LoraBranch branch : adapter.branches()) {
            double bound = 1 / Math.sqrt(branch.a().value().cols());
            float[] values = new float[(int) branch.a().value().elements()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) ((2 * random.nextDouble() - 1) * bound);
            }
            put(device, MemorySegment.ofArray(values), branch.a(), master);
        }
    }

    /**
     * Puts an adapter's f32 weights into master weights.
     *
     * @param source fits the model and has the same modules and rank
     */
    static void upload(Device device, LoraAdapter source, TrainableAdapter adapter, Tensor master) {
        for (LoraBranch branch : adapter.branches()) {
            LoraPair pair = source.modules().get(branch.projection().path());
            put(device, pair.a(), branch.a(), master);
            put(device, pair.b(), branch.b(), master);
        }
    }

    private static void put(Device device, MemorySegment values, Parameter parameter, Tensor master) {
        device.upload(values, master.slice(parameter.offset(), parameter.value().elements()));
    }
}
