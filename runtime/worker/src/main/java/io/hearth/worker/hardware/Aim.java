package io.hearth.worker.hardware;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * What a figure should at least be.
 *
 * @param shape name of the model's shape
 * @param what the figure
 * @param wanted its least value
 * @param reached its value
 * @param met whether that is enough
 * @param against what the figure is a share or a multiple of
 */
record Aim(String shape, String what, double wanted, double reached, boolean met, String against) {
    private static final double TRAINING_RATIO = 1.3;
    private static final double TRAINING_UTILISATION = 0.45;
    private static final double DECODING_OF_BANDWIDTH = 0.65;

    /**
     * The aims of one shape for which there are figures; what the card could do at best in either program is what shares are of.
     *
     * @param comparisons of this shape
     */
    static List<Aim> of(JsonNode bench, JsonNode peer, List<Comparison> comparisons) {
        String shape = bench.path("shape").asText();
        List<Aim> aims = new ArrayList<>();
        comparisons.stream()
                .filter(comparison -> comparison.kind().equals("lora"))
                .map(comparison -> aim(
                        shape,
                        "LoRA training against transformers and peft",
                        TRAINING_RATIO,
                        comparison.ratio(),
                        comparison.peerDetail()))
                .forEach(aims::add);
        figure(bench, "lora", 0).map(lora -> utilisation(shape, lora, peer)).ifPresent(aims::add);
        figure(bench, "decode", 1)
                .map(decode -> {
                    double best = Math.max(
                            decode.get("bandwidth").asDouble(),
                            peer.path("bandwidth").asDouble());
                    return aim(
                            shape,
                            "decode of one sequence, share of the memory bandwidth",
                            DECODING_OF_BANDWIDTH,
                            decode.get("bytesPerSecond").asDouble() / best,
                            "%.0f GB/s, measured in this run".formatted(best / 1e9));
                })
                .ifPresent(aims::add);
        return aims;
    }

    private static Aim utilisation(String shape, JsonNode lora, JsonNode peer) {
        String what = "LoRA training, MFU";
        if (lora.has("ofDataSheet")) {
            return aim(
                    shape,
                    what,
                    TRAINING_UTILISATION,
                    lora.get("ofDataSheet").asDouble(),
                    "the card's data sheet, dense bf16");
        }
        double best =
                Math.max(lora.get("gemmPeak").asDouble(), peer.path("gemmPeak").asDouble());
        return aim(
                shape,
                what,
                TRAINING_UTILISATION,
                lora.get("flops").asDouble() / best,
                "the GEMM peak of %.0f TFLOP/s, measured in this run".formatted(best / 1e12));
    }

    /** The first measured figure of a kind with so many sequences; 0 for any number. */
    private static Optional<JsonNode> figure(JsonNode bench, String kind, int sequences) {
        return StreamSupport.stream(bench.path("figures").spliterator(), false)
                .filter(figure -> figure.path("kind").asText().equals(kind)
                        && figure.path("outcome").asText().equals("measured")
                        && (sequences == 0 || figure.path("sequences").asInt() == sequences))
                .findFirst();
    }

    private static Aim aim(String shape, String what, double wanted, double reached, String against) {
        return new Aim(shape, what, wanted, reached, reached >= wanted, against);
    }
}
