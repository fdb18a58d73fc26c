package io.hearth.worker.bench;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.hearth.device.DeviceInfo;
import io.hearth.engine.checkpoint.AtomicFiles;
import io.hearth.engine.model.ModelConfig;
import io.hearth.engine.train.SoftwareVersion;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The figures of one shape on one device, as a file and as lines for a person. */
final class BenchReport {
    private final String shape;
    private final ModelConfig config;
    private final DeviceInfo device;
    private final String dtype;
    private final Optional<DataSheet> dataSheet;
    private final List<Figure> figures = new ArrayList<>();

    /**
     * What is written.
     *
     * @param complete whether the bench came to its end
     * @param version of Hearth
     * @param shape name of the shape
     * @param parameters weights of the shape
     * @param device the card
     * @param dtype type of weights and activations
     * @param dataSheet what the card can do as its maker says, absent if it is not known
     * @param formulae how operations and bytes are counted
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record File(
            boolean complete,
            String version,
            String shape,
            long parameters,
            DeviceInfo device,
            String dtype,
            DataSheet dataSheet,
            List<Figure> figures,
            Map<String, String> formulae) {}

    BenchReport(String shape, ModelConfig config, DeviceInfo device, String dtype) {
        this.shape = shape;
        this.config = config;
        this.device = device;
        this.dtype = dtype;
        this.dataSheet = DataSheet.of(device.name());
    }

    void add(Figure figure) {
        figures.add(figure);
    }

    /** Replaces the file by one with all figures so far. */
    void write(Path file, boolean complete) {
        AtomicFiles.writeJson(
                file.toAbsolutePath(),
                new File(
                        complete,
                        SoftwareVersion.current(),
                        shape,
                        config.parameterCount(),
                        device,
                        dtype,
                        dataSheet.orElse(null),
                        figures,
                        ModelCost.FORMULAE));
    }

    /** How the figures were counted. */
    List<String> explanation() {
        List<String> lines = new ArrayList<>();
        ModelCost.FORMULAE.forEach((name, formula) -> lines.add(name + ": " + formula));
        lines.add(dataSheet
                .map(sheet -> "MFU is against the data sheet of " + sheet.card() + ", dense bf16: "
                        + sheet.flops() / 1e12 + " TFLOP/s.")
                .orElse(
                        "The data sheet of this device is not known here, so there is no MFU against it; the share of the "
                                + "measured GEMM peak stands for it."));
        return lines;
    }
}
