package io.hearth.worker.bench;

import io.hearth.engine.model.LoadedModel;
import io.hearth.engine.model.PackedBatch;
import io.hearth.engine.model.TrainableAdapter;
import io.hearth.engine.train.AdamW;
import io.hearth.engine.train.Trainer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** LoRA steps on all linear layers, every token's loss counted. */
final class TrainingBench implements AutoCloseable {
    private final TrainableAdapter adapter;
    private final Trainer trainer;
    private final PackedBatch batch;
    private int step;

    /**
     * @param rows rows of the batch
     * @param tokens tokens of each
     */
    TrainingBench(LoadedModel model, int rows, int tokens, int rank) {
        this.adapter = TrainableAdapter.attach(model.decoder(), model.device(), model.act(), path -> true, rank, 2, 0);
        RandomWeights.fill(model.device(), adapter.arena().values());
        AdamW.Settings settings = new AdamW.Settings(0.9, 0.999, 1e-8, 0);
        this.trainer = new Trainer(model, adapter.arena(), settings, 1, 1, rows * tokens);
        List<PackedBatch.Row> all = IntStream.range(0, rows)
                .mapToObj(row -> {
                    int[] ids = new int[tokens];
                    Arrays.setAll(
                            ids,
                            t -> (31 * (row * tokens + t) + 7) % model.config().vocabSize());
                    return PackedBatch.Row.allCounted(ids);
                })
                .toList();
        this.batch = PackedBatch.of(all, 1.0 / (rows * tokens));
    }

    /** One optimiser step. */
    void step() {
        Trainer.Result result = trainer.step(List.of(batch), ++step, 1e-6);
        if (!result.isFinite()) {
            throw new IllegalStateException("a step on random weights gave no finite loss: " + result);
        }
    }

    @Override
    public void close() {
        trainer.close();
        adapter.close();
    }
}
