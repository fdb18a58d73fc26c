package io.hearth.worker.bench;

import io.hearth.contract.ExitCode;
import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.engine.model.LoadedModel;
import io.hearth.engine.model.ModelConfig;
import io.hearth.engine.model.RopeConfig;
import io.hearth.worker.process.Cards;
import io.hearth.worker.process.Terminal;
import io.hearth.worker.process.UsageException;
import java.io.PrintStream;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Prints the speed of a model of 0.5 billion parameters, each figure beside its share of what the machine can do. */
@Command(
        name = "bench",
        description = "Measure serving and training of a 0.5B model with random weights on this machine.",
        mixinStandardHelpOptions = true)
public final class BenchCommand implements Callable<Integer> {
    private static final int CONTEXT = 512;
    private static final List<Integer> DECODED_TOGETHER = List.of(1, 8, 32);
    private static final int TRAINED_ROWS = 2;
    private static final int RANK = 16;

    @Option(names = "--device", description = "card to use, such as cpu:0; default the first one")
    private String cardId;

    @Option(names = "--dtype", defaultValue = "bf16", description = "bf16 (default) or f32")
    private String dtype;

    @Option(names = "--seconds", defaultValue = "5", description = "length of a measurement; default 5")
    private double seconds;

    private final Terminal terminal;

    public BenchCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /** The shape of Qwen2.5-0.5B. */
    static ModelConfig halfBillion() {
        int layers = 24;
        return new ModelConfig(
                "qwen2",
                151_936,
                896,
                4864,
                layers,
                14,
                2,
                64,
                1e-6,
                RopeConfig.unscaled(1_000_000),
                true,
                true,
                false,
                Collections.nCopies(layers, 0),
                32_768,
                OptionalInt.empty(),
                OptionalInt.empty(),
                List.of(),
                "bfloat16");
    }

    @Override
    public Integer call() {
        DType act = switch (dtype) {
            case "bf16" -> DType.BF16;
            case "f32" -> DType.F32;
            default -> throw new UsageException("--dtype is \"" + dtype + "\"; it must be one of bf16, f32.");
        };
        if (!(seconds > 0 && seconds <= 3600)) {
            throw new UsageException("--seconds must be above 0 and at most 3600.");
        }
        PrintStream out = terminal.out();
        try (Device device = Cards.open(cardId)) {
            out.printf(
                    "%s, %s, %d threads; %s%n",
                    device.info().name(), device.info().detail(), device.info().threads(), dtype);
            out.println("Measuring; this takes a minute or two ...");
            run(device, halfBillion(), act, new Stopwatch(device, seconds), seconds, out);
        }
        return ExitCode.DONE;
    }

    /**
     * Measures everything on a model of the given shape and prints a line for each as it is known. The machine's limits are
     * measured between all of them, since on a machine that others use too they change from one moment to the next.
     */
    static void run(Device device, ModelConfig shape, DType act, Stopwatch stopwatch, double seconds, PrintStream out) {
        out.println(Measurement.header());
        try (LoadedModel model = LoadedModel.blank(device, shape, act, CONTEXT + 1, false)) {
            RandomWeights.fill(model);
            try (LimitProbe probe = new LimitProbe(model, seconds)) {
                measure(model, stopwatch, probe, measurement -> out.println(measurement.line()));
            }
        }
    }

    private static void measure(
            LoadedModel model, Stopwatch stopwatch, LimitProbe probe, Consumer<Measurement> results) {
        ModelCost cost = new ModelCost(model.config(), model.act());
        try (ServingBench serving = new ServingBench(model, Collections.max(DECODED_TOGETHER), CONTEXT)) {
            Timed prefill = timed(stopwatch, probe, () -> serving.prefill(CONTEXT));
            results.accept(new Measurement(
                    "prefill " + CONTEXT,
                    CONTEXT / prefill.seconds(),
                    cost.prefillFlops(CONTEXT) / prefill.seconds(),
                    0,
                    prefill.limits()));
            for (int sequences : DECODED_TOGETHER) {
                Timed step = timed(stopwatch, probe, () -> serving.decode(sequences, CONTEXT));
                results.accept(new Measurement(
                        "decode B=" + sequences + " at context " + CONTEXT,
                        sequences / step.seconds(),
                        cost.decodeFlops(sequences, CONTEXT) / step.seconds(),
                        cost.decodeBytes(sequences, CONTEXT) / step.seconds(),
                        step.limits()));
            }
        }
        try (TrainingBench training = new TrainingBench(model, TRAINED_ROWS, CONTEXT, RANK)) {
            Timed step = timed(stopwatch, probe, training::step);
            results.accept(new Measurement(
                    "LoRA training, " + TRAINED_ROWS + " x " + CONTEXT + " tokens",
                    TRAINED_ROWS * CONTEXT / step.seconds(),
                    cost.loraFlops(TRAINED_ROWS, CONTEXT, RANK) / step.seconds(),
                    0,
                    step.limits()));
        }
    }

    private record Timed(double seconds, MachineLimits limits) {}

    private static Timed timed(Stopwatch stopwatch, LimitProbe probe, Runnable round) {
        double[] median = new double[1];
        MachineLimits limits = probe.around(() -> median[0] = stopwatch.median(round));
        return new Timed(median[0], limits);
    }
}
