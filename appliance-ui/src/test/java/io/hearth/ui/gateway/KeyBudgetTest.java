package io.hearth.ui.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.ui.gateway.KeyBudget.Admitted;
import io.hearth.ui.gateway.KeyBudget.Decision;
import io.hearth.ui.gateway.KeyBudget.Refused;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KeyBudgetTest {
    private static final String TODAY = "2026-03-09";
    private static final long TOMORROW = 100_000_000;

    private final KeyBudget budget = new KeyBudget();

    @Test
    void whatTheWorkerCountedTakesTheEstimatesPlace() {
        KeyLimits limits = new KeyLimits(null, 1000L, null, null);
        assertThat(admit(limits, "a", 600, 0)).isInstanceOf(Admitted.class);
        assertThat(((Refused) admit(limits, "b", 600, 0)).type()).isEqualTo("tokens");
        budget.ended("a", true, 1000);
        assertThat(admit(limits, "b", 600, 1000)).isInstanceOf(Refused.class);
        budget.used("a", 50, 2000, TODAY, TODAY);
        Decision now = admit(limits, "b", 600, 2000);
        assertThat(now).isInstanceOf(Admitted.class);
        assertThat(now.standing().remainingTokens()).isEqualTo(350);
    }

    @Test
    void usageMayComeBeforeTheEnd() {
        KeyLimits limits = new KeyLimits(null, 1000L, null, 1);
        admit(limits, "a", 600, 0);
        budget.used("a", 50, 10, TODAY, TODAY);
        assertThat(admit(limits, "b", 600, 10)).isInstanceOf(Refused.class);
        budget.ended("a", true, 20);
        assertThat(admit(limits, "b", 900, 20)).isInstanceOf(Admitted.class);
        assertThat(budget.running()).isEqualTo(1);
    }

    @Test
    void whatIsSetAsideIsGivenBackIfNothingIsCharged() {
        KeyLimits limits = new KeyLimits(null, 1000L, null, null);
        admit(limits, "refused-by-the-worker", 900, 0);
        budget.ended("refused-by-the-worker", false, 10);
        assertThat(admit(limits, "lost", 900, 10)).isInstanceOf(Admitted.class);
        budget.ended("lost", true, 20);
        assertThat(admit(limits, "c", 900, 60_000)).isInstanceOf(Refused.class);
        assertThat(admit(limits, "c", 900, 60_021)).isInstanceOf(Admitted.class);
    }

    @Test
    void aRequestAboveTheWholeLimitGoesWhenNothingElseWasUsed() {
        KeyLimits limits = new KeyLimits(null, 100L, null, null);
        assertThat(admit(limits, "a", 5000, 0)).isInstanceOf(Admitted.class);
        budget.ended("a", true, 10);
        budget.used("a", 40, 10, TODAY, TODAY);
        Refused refused = (Refused) admit(limits, "b", 5000, 5000);
        assertThat(refused.retryAfterMillis()).isEqualTo(55_000);
    }

    @Test
    void aDaysTokensComeBackTheNextDay() {
        KeyLimits limits = new KeyLimits(null, null, 100L, null);
        budget.startDay(TODAY, 90);
        assertThat(admit(limits, "a", 5, 0)).isInstanceOf(Admitted.class);
        budget.ended("a", true, 0);
        budget.used("a", 20, 0, TODAY, TODAY);
        Refused refused = (Refused) admit(limits, "b", 5, 70_000);
        assertThat(refused.retryAfterMillis()).isEqualTo(TOMORROW - 70_000);
        assertThat(budget.admit(limits, "b", 5, 70_000, "2026-03-10", TOMORROW)).isInstanceOf(Admitted.class);
        // What ended yesterday is not charged to today.
        budget.used("late", 1000, 70_000, TODAY, "2026-03-10");
        budget.ended("b", false, 70_000);
        assertThat(budget.admit(limits, "c", 5, 70_000, "2026-03-10", TOMORROW)).isInstanceOf(Admitted.class);
    }

    @Test
    void aMinuteIsTheLastSixtySeconds() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        MinuteWindow window = new MinuteWindow();
        Deque<long[]> kept = new ArrayDeque<>();
        long now = 1_000_000;
        for (int i = 0; i < 5000; i++) {
            now += random.nextInt(random.nextInt(20) == 0 ? 90_000 : 800);
            long amount = random.nextInt(50);
            window.add(now, amount);
            kept.add(new long[] {now / 1000, amount});
            long second = now / 1000;
            kept.removeIf(entry -> entry[0] <= second - 60);
            long sum = kept.stream().mapToLong(entry -> entry[1]).sum();
            assertThat(window.sum(now)).as("seed %d step %d", seed, i).isEqualTo(sum);
            long most = sum / 2;
            long wait = window.millisUntil(now, most);
            long later = (now + wait) / 1000;
            long left = kept.stream()
                    .filter(entry -> entry[0] > later - 60)
                    .mapToLong(entry -> entry[1])
                    .sum();
            assertThat(left).as("seed %d step %d", seed, i).isLessThanOrEqualTo(most);
        }
    }

    @Test
    void writesDurationsAsOpenAi() {
        assertThat(Answer.duration(0)).isEqualTo("0ms");
        assertThat(Answer.duration(120)).isEqualTo("120ms");
        assertThat(Answer.duration(1001)).isEqualTo("2s");
        assertThat(Answer.duration(60_000)).isEqualTo("1m0s");
        assertThat(Answer.duration(361_000)).isEqualTo("6m1s");
    }

    private Decision admit(KeyLimits limits, String request, long estimate, long now) {
        return budget.admit(limits, request, estimate, now, TODAY, TOMORROW);
    }
}
