package io.hearth.worker.bench;

import io.hearth.contract.ExitCode;
import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.engine.model.LoadedModel;
import io.hearth.engine.model.ModelConfig;
import io.hearth.worker.process.Cards;
import io.hearth.worker.process.Terminal;
import io.hearth.worker.process.UsageException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Prints the speed of a model of 0.5 billion parameters, or of another shape on a card, each figure beside its share of what the
 * machine can do.
 */
@Command(
        name = "bench",
        description =
                "Measure serving and training of a model with random weights on this machine, 0.5B unless --shape is given.",
        mixinStandardHelpOptions = true)
public final class BenchCommand implements Callable<Integer> {
    private static final int CONTEXT = 512;
    private static final List<Integer> DECODED_TOGETHER = List.of(1, 8, 32);
    private static final int TRAINED_ROWS = 2;
    private static final double SECONDS = 5;
    private static final double CARD_SECONDS = 1.5;

    @Option(names = "--device", description = "card to use, such as cpu:0; default the first one")
    private String cardId;

    @Option(names = "--dtype", defaultValue = "bf16", description = "bf16 (default) or f32")
    private String dtype;

    @Option(names = "--seconds", description = "length of a measurement; default 5, with --shape 1.5")
    private Double seconds;

    @Option(
            names = "--shape",
            description =
                    "measure a card with this shape: qwen2.5-0.5b, llama-3-8b, tiny; loading too, rows of 4096 tokens")
    private String shape;

    @Option(names = "--json", description = "with --shape: write all figures to this file, too, as they come")
    private Path json;

    @Option(names = "--quick", description = "with --shape: fewer figures")
    private boolean quick;

    @Option(
            names = "--folder",
            defaultValue = "${sys:java.io.tmpdir}",
            description = "with --shape: where a checkpoint is written that is loaded then, and deleted")
    private Path folder;

    private final Terminal terminal;

    public BenchCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        DType act = switch (dtype) {
            case "bf16" -> DType.BF16;
            case "f32" -> DType.F32;
            default -> throw new UsageException("--dtype is \"" + dtype + "\"; it must be one of bf16, f32.");
        };
        if (seconds != null && !(seconds > 0 && seconds <= 3600)) {
            throw new UsageException("--seconds must be above 0 and at most 3600.");
        }
        if (shape == null && (json != null || quick)) {
            throw new UsageException("--json and --quick need --shape, one of " + names() + ".");
        }
        if (shape != null && ModelShapes.named(shape).isEmpty()) {
            throw new UsageException("--shape is \"" + shape + "\"; it must be one of " + names() + ".");
        }
        try (Device device = Cards.open(cardId)) {
            terminal.out()
                    .printf(
                            "%s, %s, %d threads; %s%n",
                            device.info().name(),
                            device.info().detail(),
                            device.info().threads(),
                            dtype);
            if (shape == null) {
                double each = seconds == null ? SECONDS : seconds;
                terminal.out().println("Measuring; this takes a minute or two ...");
                run(device, ModelShapes.halfBillion(), act, new Stopwatch(device, each), each, terminal.out());
            } else {
                measureShape(device, act);
            }
        }
        return ExitCode.DONE;
    }

    private static String names() {
        return String.join(", ", ModelShapes.names());
    }

    private void measureShape(Device device, DType act) {
        ModelConfig config = ModelShapes.named(shape).orElseThrow();
        Workload work = shape.equals(ModelShapes.TINY) ? Workload.tiny() : quick ? Workload.quick() : Workload.full();
        PrintStream out = terminal.out();
        BenchReport report = new BenchReport(shape, config, device.info(), dtype);
        out.println(Measurement.header());
        Consumer<Figure> results = figure -> {
            report.add(figure);
            out.println(figure.line());
            if (json != null) {
                report.write(json, false);
            }
        };
        new ShapeBench(device, config, act, work, seconds == null ? CARD_SECONDS : seconds, results).run(folder);
        if (json != null) {
            report.write(json, true);
        }
        report.explanation().forEach(out::println);
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
            LimitProbe.Timed prefill = probe.timed(stopwatch, () -> serving.prefill(CONTEXT));
            results.accept(Measurement.prefill(cost, CONTEXT, prefill));
            for (int sequences : DECODED_TOGETHER) {
                LimitProbe.Timed step = probe.timed(stopwatch, () -> serving.decode(sequences, CONTEXT));
                results.accept(Measurement.decode(cost, sequences, CONTEXT, step));
            }
        }
        try (TrainingBench training = new TrainingBench(model, TRAINED_ROWS, CONTEXT, ShapeBench.RANK)) {
            LimitProbe.Timed step = probe.timed(stopwatch, training::step);
            results.accept(Measurement.lora(cost, TRAINED_ROWS, CONTEXT, ShapeBench.RANK, step));
        }
    }
}
