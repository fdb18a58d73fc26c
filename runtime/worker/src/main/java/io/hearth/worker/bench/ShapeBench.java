package io.hearth.worker.bench;

import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.engine.model.LoadedModel;
import io.hearth.engine.model.ModelConfig;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Loading, serving and LoRA training of one shape on a card. Each figure is handed over as soon as it is known, so that one
 * that takes too long costs only itself. What does not fit into the card's memory is skipped, with the reason.
 */
final class ShapeBench {
    static final int RANK = 16;

    private final Device device;
    private final ModelConfig config;
    private final DType act;
    private final Workload work;
    private final double seconds;
    private final Optional<DataSheet> dataSheet;
    private final ModelCost cost;
    private final Stopwatch stopwatch;
    private final Consumer<Figure> results;
    private final long modelBytes;

    /**
     * @param seconds length of a measurement
     * @param results receives the figures, in the order in which they are measured
     */
    ShapeBench(Device device, ModelConfig config, DType act, Workload work, double seconds, Consumer<Figure> results) {
        this.device = device;
        this.config = config;
        this.act = act;
        this.work = work;
        this.seconds = seconds;
        this.dataSheet = DataSheet.of(device.info().name());
        this.cost = new ModelCost(config, act);
        this.stopwatch = new Stopwatch(device, seconds);
        this.results = results;
        this.modelBytes = TrainingFit.planned(device, config, act, work.positions(), false, model -> {});
    }

    /** @param folder for the checkpoint that is loaded */
    void run(Path folder) {
        Optional<TrainingFit> fit = TrainingFit.find(device, config, act, work, RANK);
        boolean recompute = fit.map(TrainingFit::recompute).orElse(false);
        try (LoadedModel model = new LoadBench(device, config, act, work.positions(), recompute, results).run(folder);
                LimitProbe probe = LimitProbe.ofCard(model, seconds / 4, work.matrix())) {
            work.prefills().forEach(tokens -> prefill(model, probe, tokens));
            work.decodes().forEach(decode -> decode(model, probe, decode));
            train(model, probe, fit);
        }
    }

    private void prefill(LoadedModel model, LimitProbe probe, int tokens) {
        String name = Measurement.prefill(tokens);
        if (!fits(1, tokens)) {
            results.accept(Figure.skipped("prefill", name, 1, tokens, noRoom()));
            return;
        }
        try (ServingBench serving = new ServingBench(model, 1, tokens)) {
            LimitProbe.Timed round = probe.timed(stopwatch, () -> serving.prefill(tokens));
            Measurement measured = Measurement.prefill(cost, tokens, round);
            results.accept(Figure.of("prefill", 1, tokens, round.seconds(), measured, dataSheet, null));
        }
    }

    private void decode(LoadedModel model, LimitProbe probe, Workload.Decode decode) {
        int sequences = decode.sequences();
        int context = decode.context();
        String name = Measurement.decode(sequences, context);
        if (!fits(sequences, context)) {
            results.accept(Figure.skipped("decode", name, sequences, context, noRoom()));
            return;
        }
        try (ServingBench serving = new ServingBench(model, sequences, context)) {
            serving.fill(sequences, context);
            LimitProbe.Timed step = probe.timed(stopwatch, () -> serving.decode(sequences, context));
            Measurement measured = Measurement.decode(cost, sequences, context, step);
            results.accept(Figure.of("decode", sequences, context, step.seconds(), measured, dataSheet, null));
        }
    }

    private void train(LoadedModel model, LimitProbe probe, Optional<TrainingFit> fit) {
        int tokens = work.trainedTokens();
        if (fit.isEmpty()) {
            results.accept(Figure.skipped("lora", "LoRA training, rows of " + tokens + " tokens", 1, tokens, noRoom()));
            return;
        }
        int rows = fit.get().rows();
        try (TrainingBench training = new TrainingBench(model, rows, tokens, RANK)) {
            LimitProbe.Timed step = probe.timed(stopwatch, training::step);
            Measurement measured = Measurement.lora(cost, rows, tokens, RANK, step);
            String detail = "rank " + RANK + " on all linear layers, "
                    + (fit.get().recompute() ? "layers computed again in the backward pass" : "no recomputation");
            results.accept(Figure.of("lora", rows, tokens, step.seconds(), measured, dataSheet, detail));
        }
    }

    /** Whether the cache and a step's memory fit beside the model that is loaded. */
    private boolean fits(int sequences, int context) {
        long all = TrainingFit.planned(
                device,
                config,
                act,
                work.positions(),
                false,
                model -> new ServingBench(model, sequences, context).close());
        return TrainingFit.fits(all - modelBytes, device);
    }

    private String noRoom() {
        return "It does not fit into the card's memory (%.1f GB free)."
                .formatted(device.info().freeBytes() / 1e9);
    }
}
