package io.hearth.worker.hardware;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * A figure of Hearth beside that of the machine's own Python.
 *
 * @param shape name of the model's shape
 * @param kind {@code prefill}, {@code decode} or {@code lora}
 * @param what for a person
 * @param hearth tokens per second
 * @param peer tokens per second
 * @param ratio hearth over peer
 * @param peerDetail how the peer did it
 */
record Comparison(String shape, String kind, String what, double hearth, double peer, double ratio, String peerDetail) {
    /** Figures that both have. Training is compared by tokens per second, whatever number of rows a step of each has. */
    static List<Comparison> of(JsonNode bench, JsonNode peer) {
        List<Comparison> found = new ArrayList<>();
        for (JsonNode ours : bench.path("figures")) {
            for (JsonNode theirs : peer.path("figures")) {
                if (measured(ours) && measured(theirs) && same(ours, theirs)) {
                    double a = ours.get("tokensPerSecond").asDouble();
                    double b = theirs.get("tokensPerSecond").asDouble();
                    found.add(new Comparison(
                            bench.path("shape").asText(),
                            ours.get("kind").asText(),
                            ours.path("name").asText(),
                            a,
                            b,
                            a / b,
                            theirs.path("detail").asText("")));
                }
            }
        }
        return found;
    }

    private static boolean measured(JsonNode figure) {
        return figure.path("outcome").asText().equals("measured")
                && figure.path("tokensPerSecond").asDouble() > 0;
    }

    private static boolean same(JsonNode a, JsonNode b) {
        String kind = a.path("kind").asText();
        return kind.equals(b.path("kind").asText())
                && a.path("tokens").asInt() == b.path("tokens").asInt()
                && (kind.equals("lora")
                        || a.path("sequences").asInt() == b.path("sequences").asInt());
    }
}
