package io.hearth.engine.parallel;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.engine.model.PackedBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ShareTest {
    @Test
    void togetherTheSharesAreTheStepWithEachRowOnce() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 500; round++) {
            List<PackedBatch> step = step(random);
            int size = 1 + random.nextInt(6);
            List<List<int[]>> rows = new ArrayList<>();
            step.forEach(batch -> rows.add(new ArrayList<>()));
            double weight = 0;
            for (int rank = 0; rank < size; rank++) {
                for (Share.Part part : Share.of(step, rank, size)) {
                    PackedBatch whole = step.get(part.microBatch());
                    check(whole, part, rows.get(part.microBatch()));
                    weight += weight(part.batch());
                }
            }
            for (int i = 0; i < step.size(); i++) {
                assertThat(rows.get(i))
                        .as("seed %d, round %d", seed, round)
                        .hasSize(step.get(i).rows());
            }
            assertThat(weight)
                    .as("seed %d, round %d", seed, round)
                    .isCloseTo(
                            step.stream().mapToDouble(ShareTest::weight).sum(),
                            org.assertj.core.data.Offset.offset(1e-9));
        }
    }

    /** Every part is a run of rows of the whole, with its place, its tokens, and the targets of exactly those. */
    private static void check(PackedBatch whole, Share.Part part, List<int[]> rows) {
        PackedBatch batch = part.batch();
        int row = rows.size();
        assertThat(part.firstToken()).isEqualTo(whole.cuRows()[row]);
        for (int r = 0; r < batch.rows(); r++) {
            rows.add(batch.ids());
            assertThat(batch.lengths()[r]).isEqualTo(whole.lengths()[row + r]);
        }
        for (int t = 0; t < batch.tokens(); t++) {
            assertThat(batch.ids()[t]).isEqualTo(whole.ids()[part.firstToken() + t]);
            assertThat(batch.positions()[t]).isEqualTo(whole.positions()[part.firstToken() + t]);
        }
        int first = (int) IntStream.of(whole.countedRows())
                .filter(at -> at < part.firstToken())
                .count();
        for (int i = 0; i < batch.counted(); i++) {
            assertThat(batch.countedRows()[i] + part.firstToken()).isEqualTo(whole.countedRows()[first + i]);
            assertThat(batch.targets()[i]).isEqualTo(whole.targets()[first + i]);
            assertThat(batch.weights()[i]).isEqualTo(whole.weights()[first + i]);
        }
    }

    private static double weight(PackedBatch batch) {
        double sum = 0;
        for (float weight : batch.weights()) {
            sum += weight;
        }
        return sum;
    }

    @Test
    void microBatchesThatCanBeDealtEvenlyStayWhole() {
        List<PackedBatch> step = List.of(batch(3, 5), batch(9), batch(1, 1, 1), batch(20));
        assertThat(Share.of(step, 1, 2)).extracting(Share.Part::batch).containsExactly(step.get(2), step.get(3));
        assertThat(Share.of(step, 3, 4)).extracting(Share.Part::microBatch).containsExactly(3);
    }

    @Test
    void otherwiseTokensAreSharedOutByRows() {
        List<PackedBatch> step = List.of(batch(10, 10, 10), batch(10, 10, 10));
        assertThat(IntStream.range(0, 4).map(rank -> tokens(step, rank, 4))).containsExactly(10, 20, 10, 20);
        assertThat(Share.of(step, 1, 4)).extracting(Share.Part::microBatch).containsExactly(0);
    }

    @Test
    void withFewerRowsThanRanksSomeHaveNothing() {
        List<PackedBatch> step = List.of(batch(7));
        assertThat(IntStream.range(0, 3).map(rank -> tokens(step, rank, 3))).containsExactly(0, 7, 0);
    }

    private static int tokens(List<PackedBatch> step, int rank, int size) {
        return Share.of(step, rank, size).stream()
                .mapToInt(part -> part.batch().tokens())
                .sum();
    }

    private static List<PackedBatch> step(SplittableRandom random) {
        List<PackedBatch> step = new ArrayList<>();
        for (int i = 1 + random.nextInt(5); i > 0; i--) {
            step.add(batch(random.ints(1 + random.nextInt(6), 1, 12).toArray()));
        }
        return step;
    }

    private static PackedBatch batch(int... lengths) {
        List<PackedBatch.Row> rows = new ArrayList<>();
        int token = 0;
        for (int length : lengths) {
            int[] ids = new int[length];
            float[] weights = new float[length];
            for (int t = 0; t < length; t++) {
                ids[t] = token++;
                weights[t] = token % 3 == 0 ? 0 : token;
            }
            rows.add(new PackedBatch.Row(ids, weights));
        }
        return PackedBatch.of(
                rows,
                0.5,
                lengths.length % 2 == 0 ? 0 : IntStream.of(lengths).max().getAsInt());
    }
}
