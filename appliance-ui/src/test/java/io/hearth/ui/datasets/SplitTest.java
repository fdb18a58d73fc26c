package io.hearth.ui.datasets;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.ui.datasets.doctor.Split;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SplitTest {
    private static final String[] THINGS = {
        "relief valve",
        "bearing cover",
        "impeller nut",
        "control card",
        "drain plug",
        "terminal box",
        "oil filter",
        "pressure gauge",
        "coupling guard",
        "suction flange",
        "cooling fan",
        "seal housing"
    };
    private static final String[] ASKED = {
        "How often must the %s of unit %s be inspected by the crew?",
        "How often should the %s of unit %s be inspected by the crew?",
        "how often must the %s of unit %s be inspected by our crew",
    };

    @TempDir
    Path folder;

    private static String file() {
        StringBuilder file = new StringBuilder();
        for (int thing = 0; thing < THINGS.length; thing++) {
            for (String unit : new String[] {"seventeen", "BRAVO", "north hall", "4711-X"}) {
                for (String asked : ASKED) {
                    file.append("{\"prompt\":\"")
                            .append(asked.formatted(THINGS[thing], unit))
                            .append("\",\"completion\":\"")
                            .append(thing)
                            .append(unit)
                            .append("\"}\n");
                }
            }
        }
        return file.toString();
    }

    @Test
    void noParaphraseIsOnBothSidesAndTheSeedDecidesAlone() throws Exception {
        try (DatasetsFixture datasets = new DatasetsFixture(folder)) {
            String first = null;
            for (int again = 0; again < 2; again++) {
                Import read = datasets.read(file(), "p.jsonl");
                DatasetVersion version = datasets.commits.commit(
                        DatasetsFixture.ENGINEER, read.id(), new ImportCommit.Choice(null, null, null, 0.2, 7L));
                Set<String> learnt = answers(datasets.blobs.path(version.trainBlob()));
                Set<String> asked = answers(datasets.blobs.path(version.evaluationBlob()));
                assertThat(learnt).doesNotContainAnyElementsOf(asked);
                assertThat(version.evaluationRows()).isBetween(3L, 29L);
                assertThat(first == null ? version.evaluationBlob() : first).isEqualTo(version.evaluationBlob());
                first = version.evaluationBlob();
            }
            Import read = datasets.read(file(), "p.jsonl");
            DatasetVersion other = datasets.commits.commit(
                    DatasetsFixture.ENGINEER, read.id(), new ImportCommit.Choice(null, null, null, 0.2, 8L));
            assertThat(other.evaluationBlob()).isNotEqualTo(first);
        }
    }

    /** Answers name what was asked about: all paraphrases of a question have the same. */
    private static Set<String> answers(Path rows) throws Exception {
        return Files.readAllLines(rows).stream()
                .map(line -> line.substring(line.indexOf("\"completion\"")))
                .collect(Collectors.toSet());
    }

    @Test
    void anyClustersAreSplitWhole() {
        long seed = System.nanoTime();
        System.out.println("SplitTest seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            int[] cluster = new int[1 + random.nextInt(200)];
            for (int i = 0; i < cluster.length; i++) {
                cluster[i] = i == 0 || random.nextInt(3) == 0 ? i : cluster[random.nextInt(i)];
            }
            BitSet left = new BitSet();
            double share = random.nextInt(51) / 100.0;
            BitSet held = Split.heldOut(cluster, left, share, seed + round);
            Map<Integer, Boolean> side = new HashMap<>();
            for (int i = 0; i < cluster.length; i++) {
                Boolean known = side.putIfAbsent(cluster[i], held.get(i));
                assertThat(known == null || known == held.get(i)).isTrue();
            }
            boolean several = side.size() > 1;
            if (share == 0 || !several) {
                assertThat(held.isEmpty()).isTrue();
            } else {
                assertThat(held.cardinality()).isBetween(1, cluster.length - 1);
            }
            assertThat(Split.heldOut(cluster, left, share, seed + round)).isEqualTo(held);
        }
    }
}
