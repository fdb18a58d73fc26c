package io.hearth.agent.telemetry;

import io.hearth.agent.telemetry.doctor.Findings;
import io.hearth.agent.workers.WorkerDoctor;
import io.hearth.protocol.CardFinding;
import io.hearth.protocol.CardInfo;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Whether the worker can use the accelerators that the agent sees, and under which ids: the agent looks at cards through the
 * driver's management library, the worker computes through other libraries, and what one sees need not be there for the other.
 * The worker is asked once, when there is an accelerator; while it cannot use one of them, it is asked again from time to time.
 * For several threads.
 */
public final class CardCheck implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(CardCheck.class.getName());
    private static final long AGAIN_MILLIS = 600_000;

    /** A card by its id or by its PCI address. */
    private static final Pattern ANY_CARD =
            Pattern.compile("\\b(cuda|ascend):[0-9]+\\b|\\b[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\\.[0-9a-f]\\b");

    private final Callable<WorkerDoctor.Answer> ask;
    private volatile WorkerDoctor.Answer answer;
    private volatile String trouble;
    private Thread asking;

    /** @param ask asks the worker; may take a minute */
    public CardCheck(Callable<WorkerDoctor.Answer> ask) {
        this.ask = ask;
    }

    /** These cards, under the worker's ids, with the reason why it cannot use some. */
    List<CardInfo> judged(List<CardInfo> found) {
        if (found.stream().anyMatch(card -> !card.shared())) {
            begin(found);
        }
        Map<String, String> names = names(found);
        return found.stream()
                .map(card ->
                        card.shared() ? card : card.named(names.get(card.id())).refused(refusal(card, found)))
                .toList();
    }

    /** The worker's ids of these cards by those that the agent gave them. */
    Map<String, String> names(List<CardInfo> found) {
        WorkerDoctor.Answer known = answer;
        Map<String, String> names = new HashMap<>();
        Set<String> taken = new HashSet<>();
        for (CardInfo card : found) {
            usable(card, found, known).ifPresent(usable -> {
                names.put(card.id(), usable.id());
                taken.add(usable.id());
            });
        }
        for (CardInfo card : found) {
            if (!names.containsKey(card.id())) {
                String name = card.id();
                for (int i = 0; taken.contains(name); i++) {
                    name = card.vendor() + ":" + i;
                }
                names.put(card.id(), name);
                taken.add(name);
            }
        }
        return names;
    }

    /**
     * What the worker says is amiss with cards that it can use.
     *
     * @param card id of a card as the worker names it
     */
    List<CardFinding> warnings(String card) {
        WorkerDoctor.Answer known = answer;
        return known == null
                ? List.of()
                : known.warnings().stream()
                        .filter(warning -> warning.kind() != null
                                && warning.sentence() != null
                                && card.startsWith(warning.kind() + ":"))
                        .map(warning -> Findings.warned(warning.sentence()))
                        .toList();
    }

    private CardFinding refusal(CardInfo card, List<CardInfo> found) {
        WorkerDoctor.Answer known = answer;
        if (known == null) {
            return trouble == null ? Findings.unchecked() : Findings.unasked(trouble);
        }
        if (usable(card, found, known).isPresent()) {
            return null;
        }
        List<String> reasons = known.refusals().stream()
                .filter(Objects::nonNull)
                .filter(reason -> concerns(reason, card))
                .toList();
        return reasons.isEmpty() ? Findings.unlisted() : Findings.refused(String.join(" ", reasons));
    }

    /** A sentence that names another card is not about this one; one that names none is about all. */
    private static boolean concerns(String reason, CardInfo card) {
        String text = reason.toLowerCase(Locale.ROOT);
        boolean thisOne = card.hardwareId() != null && text.contains(card.hardwareId())
                || text.matches("(?s).*\\b" + Pattern.quote(card.id()) + "\\b.*");
        return thisOne || !ANY_CARD.matcher(text).find();
    }

    /**
     * The worker's card at the same place; by its id if the worker does not say where its cards are. Several chips of one card may
     * share a place: both sides list them in the same order.
     */
    private static Optional<WorkerDoctor.Card> usable(CardInfo card, List<CardInfo> found, WorkerDoctor.Answer known) {
        if (known == null) {
            return Optional.empty();
        }
        String kind = card.id().substring(0, card.id().indexOf(':') + 1);
        List<WorkerDoctor.Card> ofItsKind = known.cards().stream()
                .filter(other -> other.id() != null && other.id().startsWith(kind))
                .toList();
        long before = found.stream()
                .takeWhile(other -> !other.id().equals(card.id()))
                .filter(other -> other.id().startsWith(kind))
                .filter(other -> card.hardwareId() != null && card.hardwareId().equalsIgnoreCase(other.hardwareId()))
                .count();
        Optional<WorkerDoctor.Card> there = ofItsKind.stream()
                .filter(other ->
                        other.hardwareId() != null && other.hardwareId().equalsIgnoreCase(card.hardwareId()))
                .skip(before)
                .findFirst();
        return there.isPresent()
                ? there
                : ofItsKind.stream()
                        .filter(other -> other.hardwareId() == null || card.hardwareId() == null)
                        .filter(other -> other.id().equals(card.id()))
                        .findFirst();
    }

    private synchronized void begin(List<CardInfo> found) {
        if (asking == null) {
            List<CardInfo> accelerators =
                    found.stream().filter(card -> !card.shared()).toList();
            asking = Thread.ofVirtual().name("card check").start(() -> askUntilAllAreUsable(accelerators));
        }
    }

    private void askUntilAllAreUsable(List<CardInfo> cards) {
        try {
            do {
                askOnce(cards);
                Thread.sleep(AGAIN_MILLIS);
            } while (answer == null
                    || cards.stream()
                            .anyMatch(card -> usable(card, cards, answer).isEmpty()));
        } catch (InterruptedException e) {
            return;
        }
    }

    private void askOnce(List<CardInfo> cards) throws InterruptedException {
        try {
            WorkerDoctor.Answer before = answer;
            answer = ask.call();
            if (!answer.equals(before)) {
                LOG.log(
                        System.Logger.Level.INFO,
                        "The worker can use {0} of {1} accelerators.{2}",
                        cards.stream()
                                .filter(card -> usable(card, cards, answer).isPresent())
                                .count(),
                        cards.size(),
                        Stream.concat(
                                        answer.warnings().stream().map(WorkerDoctor.Warning::sentence),
                                        answer.refusals().stream())
                                .map(sentence -> " " + sentence)
                                .collect(Collectors.joining()));
            }
        } catch (InterruptedException e) {
            throw e;
        } catch (IOException e) {
            trouble = e.getMessage();
            LOG.log(System.Logger.Level.WARNING, "The worker could not be asked for its cards: {0}", trouble);
        } catch (Exception e) {
            trouble = e.toString();
            LOG.log(System.Logger.Level.WARNING, "The worker could not be asked for its cards", e);
        }
    }

    @Override
    public synchronized void close() {
        if (asking != null) {
            asking.interrupt();
        }
    }
}
