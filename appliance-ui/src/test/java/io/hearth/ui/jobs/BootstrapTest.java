package io.hearth.ui.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hearth.contract.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BootstrapTest {
    @Test
    void sameModelsGiveNoDifferenceAtAll() {
        double[] scores = noise(new SplittableRandom(1), 200, 0.5, 0.3);
        Interval interval = Bootstrap.interval(scores, scores, 42);
        assertThat(interval.difference()).isZero();
        assertThat(interval.low()).isZero();
        assertThat(interval.high()).isZero();
        assertThat(interval.above()).isFalse();
        assertThat(interval.below()).isFalse();
    }

    @Test
    void theSameRowsAndSeedGiveTheSameInterval() {
        SplittableRandom random = new SplittableRandom(2);
        double[] base = noise(random, 50, 0.4, 0.3);
        double[] tuned = noise(random, 50, 0.5, 0.3);
        assertThat(Bootstrap.interval(base, tuned, 42)).isEqualTo(Bootstrap.interval(base, tuned, 42));
    }

    @Test
    void theIntervalOfKnownDistributionsIsWhereTheNormalOneIs() {
        SplittableRandom random = new SplittableRandom(3);
        int rows = 400;
        double[] base = noise(random, rows, 0.0, 1.0);
        double[] tuned = noise(random, rows, 0.0, 1.0);
        double mean = 0;
        for (int i = 0; i < rows; i++) {
            mean += (tuned[i] - base[i]) / rows;
        }
        double variance = 0;
        for (int i = 0; i < rows; i++) {
            double off = tuned[i] - base[i] - mean;
            variance += off * off / (rows - 1);
        }
        double half = 1.96 * Math.sqrt(variance / rows);
        Interval interval = Bootstrap.interval(base, tuned, 42);
        assertThat(interval.difference()).isCloseTo(mean, org.assertj.core.data.Offset.offset(1e-12));
        assertThat(interval.low()).isCloseTo(mean - half, org.assertj.core.data.Offset.offset(half * 0.1));
        assertThat(interval.high()).isCloseTo(mean + half, org.assertj.core.data.Offset.offset(half * 0.1));
    }

    @Test
    void aPlantedGainIsFoundAndAPlantedLossToo() {
        SplittableRandom random = new SplittableRandom(4);
        double[] base = noise(random, 100, 0.4, 0.2);
        double[] better = new double[100];
        for (int i = 0; i < 100; i++) {
            better[i] = base[i] + 0.1 + 0.05 * random.nextDouble();
        }
        assertThat(Bootstrap.interval(base, better, 42).above()).isTrue();
        assertThat(Bootstrap.interval(better, base, 42).below()).isTrue();
    }

    @Test
    void withoutAnyDifferenceAboutTwoAndAHalfInAHundredComparisonsClaimAGain() {
        int gains = 0;
        int losses = 0;
        int seeds = 600;
        for (int seed = 0; seed < seeds; seed++) {
            SplittableRandom random = new SplittableRandom(1000 + seed);
            Interval interval = Bootstrap.interval(noise(random, 60, 0.5, 0.3), noise(random, 60, 0.5, 0.3), 42);
            gains += interval.above() ? 1 : 0;
            losses += interval.below() ? 1 : 0;
        }
        // 2.5 % of 600 is 15, with a standard deviation of 3.8; the percentile interval is a little too narrow at 60
        // rows.
        assertThat(gains).isBetween(4, 32);
        assertThat(losses).isBetween(4, 32);
    }

    @Test
    void refusesWhatCannotBeCompared() {
        assertThatThrownBy(() -> Bootstrap.interval(new double[0], new double[0], 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Bootstrap.interval(new double[2], new double[3], 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void verdictsFollowTheRules() {
        assertThat(Comparison.of(List.of(), false).verdict()).isEqualTo(Verdict.NONE);
        assertThat(Comparison.of(rows(19, 0.2, 0.9), false).verdict()).isEqualTo(Verdict.FEW);
        assertThat(Comparison.of(rows(20, 0.2, 0.9), false).verdict()).isEqualTo(Verdict.GAIN);
        assertThat(Comparison.of(rows(20, 0.9, 0.2), false).verdict()).isEqualTo(Verdict.WORSE);
        assertThat(Comparison.of(rows(20, 0.5, 0.5), false).verdict()).isEqualTo(Verdict.SAME);
        // The loss is 1 - f1 in these rows: what is better in answers is better in loss.
        assertThat(Comparison.of(rows(20, 0.2, 0.9), true).verdict()).isEqualTo(Verdict.GAIN);
        assertThat(Comparison.of(rows(20, 0.9, 0.2), true).measure()).isEqualTo("loss");
    }

    static List<ComparedRow> rows(int count, double base, double tuned) {
        List<ComparedRow> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(new ComparedRow(
                    i,
                    i + 1,
                    "q" + i,
                    "r" + i,
                    new Event.Answer("b", false, base, 1 - base),
                    new Event.Answer("t", true, tuned, 1 - tuned)));
        }
        return rows;
    }

    private static double[] noise(SplittableRandom random, int count, double mean, double spread) {
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = mean + spread * random.nextGaussian();
        }
        return values;
    }
}
