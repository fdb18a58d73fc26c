package io.hearth.agent.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.agent.workers.WorkerDoctor;
import io.hearth.protocol.CardFinding;
import io.hearth.protocol.CardInfo;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CardCheckTest {
    private static final CardInfo CPU = new CardInfo("cpu:0", "cpu", "P", 1, true, null, true);
    private static final List<CardInfo> CARDS = List.of(CPU, gpu(0, "0000:3b:00.0"), gpu(1, "0000:af:00.0"));

    @Test
    void aMachineWithoutAcceleratorsAsksNobody() {
        AtomicInteger asked = new AtomicInteger();
        try (CardCheck check = new CardCheck(() -> {
            asked.incrementAndGet();
            return answer(List.of());
        })) {
            assertThat(check.judged(List.of(CPU))).containsExactly(CPU);
        }
        assertThat(asked).hasValue(0);
    }

    @Test
    void untilTheWorkerHasAnsweredNoAcceleratorTakesWork() throws Exception {
        CompletableFuture<WorkerDoctor.Answer> answer = new CompletableFuture<>();
        try (CardCheck check = new CardCheck(answer::get)) {
            assertThat(codes(check)).containsExactly(null, "unchecked", "unchecked");
            answer.complete(
                    answer(List.of(), new WorkerDoctor.Card("cuda:0", null), new WorkerDoctor.Card("cuda:1", null)));
            until(check, null, null, null);
            assertThat(check.judged(CARDS)).extracting(CardInfo::id).containsExactly("cpu:0", "cuda:0", "cuda:1");
        }
    }

    @Test
    void theReasonsOfTheWorkerAreSaidOfTheCardsThatTheyAreAbout() throws Exception {
        try (CardCheck check = new CardCheck(() -> answer(
                List.of("cuda:1 is too old.", "Card 0000:3b:00.0 is busy.", "cuda:11 is not there."),
                new WorkerDoctor.Card("cpu:0", null)))) {
            until(check, null, "refused", "refused");
            assertThat(check.judged(CARDS).get(1).refusal().words()).endsWith(": Card 0000:3b:00.0 is busy.");
            assertThat(check.judged(CARDS).get(2).refusal().words()).endsWith(": cuda:1 is too old.");
        }
        try (CardCheck check = new CardCheck(() -> answer(List.of("There is no libcuda.so.1.")))) {
            until(check, null, "refused", "refused");
        }
        try (CardCheck check = new CardCheck(() -> answer(List.of()))) {
            until(check, null, "unlisted", "unlisted");
        }
        try (CardCheck check = new CardCheck(() -> {
            throw new IOException("It said nothing.");
        })) {
            until(check, null, "unasked", "unasked");
        }
    }

    @Test
    void cardsAreKnownByTheirPlaceIfTheWorkerNumbersThemOtherwise() throws Exception {
        try (CardCheck check =
                new CardCheck(() -> answer(List.of(), new WorkerDoctor.Card("cuda:0", "0000:AF:00.0")))) {
            until(check, null, "unlisted", null);
            assertThat(check.judged(CARDS)).extracting(CardInfo::id).containsExactly("cpu:0", "nvidia:0", "cuda:0");
            assertThat(check.names(CARDS)).containsEntry("cuda:1", "cuda:0").containsEntry("cuda:0", "nvidia:0");
        }
    }

    @Test
    void chipsThatShareAPlaceAreToldApartByTheirOrder() throws Exception {
        List<CardInfo> duo = List.of(CPU, npu(0), npu(1));
        try (CardCheck check = new CardCheck(() -> answer(
                List.of(),
                new WorkerDoctor.Card("ascend:0", "0000:01:00.0"),
                new WorkerDoctor.Card("ascend:1", "0000:01:00.0")))) {
            for (int i = 0; i < 500 && check.judged(duo).get(2).refusal() != null; i++) {
                Thread.sleep(20);
            }
            assertThat(check.judged(duo)).extracting(CardInfo::id).containsExactly("cpu:0", "ascend:0", "ascend:1");
            assertThat(check.judged(duo)).extracting(CardInfo::refusal).containsOnlyNulls();
        }
        try (CardCheck check =
                new CardCheck(() -> answer(List.of(), new WorkerDoctor.Card("ascend:0", "0000:01:00.0")))) {
            for (int i = 0; i < 500 && check.judged(duo).get(1).refusal() != null; i++) {
                Thread.sleep(20);
            }
            assertThat(check.judged(duo).get(2).refusal().code()).isEqualTo("unlisted");
        }
    }

    @Test
    void whatIsAmissWithCardsThatCanBeUsedIsSaidOfThoseOfThatKind() throws Exception {
        try (CardCheck check = new CardCheck(() -> new WorkerDoctor.Answer(
                List.of(new WorkerDoctor.Card("cuda:0", null)),
                List.of(),
                List.of(
                        new WorkerDoctor.Warning("cuda", "The driver is old."),
                        new WorkerDoctor.Warning(null, null))))) {
            assertThat(check.warnings("cuda:0")).isEmpty();
            until(check, null, null, "unlisted");
            assertThat(check.warnings("cuda:0"))
                    .extracting(CardFinding::words)
                    .containsExactly("The worker of this node can use this card, but says: The driver is old.");
            assertThat(check.warnings("cpu:0")).isEmpty();
        }
    }

    private static CardInfo npu(int index) {
        return new CardInfo("ascend:" + index, "ascend", "310P3", 44L << 30, false, "25", false, "0000:01:00.0", null);
    }

    private static void until(CardCheck check, String... codes) throws InterruptedException {
        for (int i = 0; i < 500 && !codes(check).equals(java.util.Arrays.asList(codes)); i++) {
            Thread.sleep(20);
        }
        assertThat(codes(check)).containsExactly(codes);
    }

    private static List<String> codes(CardCheck check) {
        return check.judged(CARDS).stream()
                .map(card -> card.refusal() == null ? null : card.refusal().code())
                .toList();
    }

    private static WorkerDoctor.Answer answer(List<String> refusals, WorkerDoctor.Card... cards) {
        return new WorkerDoctor.Answer(List.of(cards), refusals, List.of());
    }

    private static CardInfo gpu(int index, String place) {
        return new CardInfo("cuda:" + index, "nvidia", "H", 80L << 30, false, "580", false, place, null);
    }
}
