package io.hearth.worker.bench;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What NVIDIA's data sheets say a card's tensor cores do at most: bf16 with f32 sums, dense.
 *
 * @param card the entry's name
 * @param flops operations per second
 */
record DataSheet(String card, double flops) {
    /** Words that must all be in the name that the driver tells. The first entry that fits counts. */
    private record Entry(String card, double teraflops, List<String> words) {}

    private static final List<Entry> ENTRIES = List.of(
            new Entry("H200 NVL", 835.5, List.of("h200", "nvl")),
            new Entry("H200 SXM", 989.4, List.of("h200")),
            new Entry("GH200", 989.4, List.of("gh200")),
            new Entry("H100 NVL", 835.5, List.of("h100", "nvl")),
            new Entry("H100 PCIe", 756, List.of("h100", "pcie")),
            new Entry("H100 SXM", 989.4, List.of("h100", "hbm3")),
            new Entry("A100", 312, List.of("a100")),
            new Entry("A30", 165, List.of("a30")),
            new Entry("A40", 149.7, List.of("a40")),
            new Entry("A10", 125, List.of("a10")),
            new Entry("L40S", 362, List.of("l40s")),
            new Entry("L40", 181, List.of("l40")),
            new Entry("L4", 121, List.of("l4")));

    /** The entry of a card; nothing for one that is not known, or that is a part of a card. */
    static Optional<DataSheet> of(String deviceName) {
        List<String> words = List.of(deviceName.toLowerCase(Locale.ROOT).split("[^a-z0-9]+"));
        if (words.contains("mig")) {
            return Optional.empty();
        }
        return ENTRIES.stream()
                .filter(entry -> words.containsAll(entry.words))
                .findFirst()
                .map(entry -> new DataSheet(entry.card, entry.teraflops * 1e12));
    }
}
