package io.hearth.ui.nodes;

import io.hearth.protocol.CardInfo;
import io.hearth.protocol.WorkerKind;
import io.hearth.ui.core.Sentence;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Finds a card for a request: an accelerator if one is free, else the processor; only merging, which is a matter of files, goes to
 * the processor first. An accelerator that is about to be free is waited for: what works out a job's plan is on its way out when the
 * job itself wants a card, and a node that was just started does not know yet whether its worker can use its cards. A shared card
 * takes workers as its memory allows, but one training run at a time; any other card takes one worker; a card that the worker cannot
 * use, or that is broken, takes none. A part of each card's memory is kept free: for the system on a processor, for the driver on an
 * accelerator.
 */
final class Placer {
    private static final long GIB = 1L << 30;

    /** Code of the finding of a card of which the worker has not said yet whether it can use it. */
    private static final String UNCHECKED = "unchecked";

    private final List<Spot> spots;

    /** A card with what is on it. */
    record Spot(Node node, CardInfo card, List<WorkerStore.Hold> holds) {
        long usable() {
            long kept = card.shared()
                    ? Math.max(GIB / 2, card.memoryBytes() / 10)
                    : Math.max(GIB / 4, card.memoryBytes() / 50);
            return Math.max(0, card.memoryBytes() - kept);
        }

        long free() {
            return usable() - holds.stream().mapToLong(WorkerStore.Hold::bytes).sum();
        }

        /** {@code node/card}, as requests name it. */
        String key() {
            return node.id() + "/" + card.id();
        }

        /** For a person. */
        String name() {
            return node.name() + "/" + card.id();
        }

        boolean online() {
            return node.state() == Node.State.ONLINE;
        }

        /** Whether what is in the way is about to go: workers on their way out, or that the node has just begun to ask its worker. */
        boolean soonFree() {
            return online()
                    && !card.shared()
                    && (willing()
                            ? !holds.isEmpty() && holds.stream().allMatch(WorkerStore.Hold::leaving)
                            : card.refusal().code().equals(UNCHECKED));
        }

        boolean willing() {
            return card.refusal() == null;
        }
    }

    /** Where to put it, or a sentence. */
    sealed interface Answer {
        record Put(Spot spot) implements Answer {}

        record Wait(Sentence reason) implements Answer {}

        record No(Sentence reason) implements Answer {}
    }

    /**
     * @param nodes nodes that are not revoked
     * @param holds memory that workers hold
     */
    Placer(List<Node> nodes, List<WorkerStore.Hold> holds) {
        Map<String, List<WorkerStore.Hold>> byCard =
                holds.stream().collect(Collectors.groupingBy(hold -> hold.node() + "/" + hold.card()));
        spots = new ArrayList<>();
        for (Node node : nodes) {
            for (CardInfo card : node.cards()) {
                spots.add(new Spot(node, card, byCard.getOrDefault(node.id() + "/" + card.id(), List.of())));
            }
        }
    }

    /** Finds a place. */
    Answer find(WorkerRequest request) {
        if (spots.isEmpty()) {
            return new Answer.Wait(Sentence.of("nodes.place.none"));
        }
        List<Spot> allowed = spots.stream()
                .filter(spot -> request.nodes().isEmpty()
                        || request.nodes().contains(spot.node().id()))
                .filter(spot -> request.cards().isEmpty() || request.cards().contains(spot.key()))
                .toList();
        if (allowed.isEmpty()) {
            return new Answer.No(Sentence.of("nodes.place.chosen"));
        }
        List<Spot> large = allowed.stream()
                .filter(spot -> spot.usable() >= request.memoryBytes())
                .toList();
        if (large.isEmpty()) {
            Spot largest =
                    allowed.stream().max(Comparator.comparingLong(Spot::usable)).orElseThrow();
            return new Answer.No(Sentence.of(
                    "nodes.place.too-large",
                    bytes(request.memoryBytes()),
                    largest.name(),
                    bytes(largest.card().memoryBytes()),
                    bytes(largest.usable())));
        }
        return large.stream()
                .filter(spot -> obstacle(spot, request.kind(), request.memoryBytes()) == null)
                .min(Comparator.comparing((Spot spot) ->
                                request.avoid().contains(spot.node().id()))
                        .thenComparing(spot -> spot.card().shared() != (request.kind() == WorkerKind.MERGE))
                        .thenComparing(spot -> spot.holds().size())
                        .thenComparing(Comparator.comparingLong(Spot::free).reversed())
                        .thenComparing(Spot::name))
                .<Answer>map(spot -> waits(request.kind(), spot, large))
                .orElseGet(() -> new Answer.Wait(obstacle(
                        large.stream()
                                .max(Comparator.comparing(Spot::willing)
                                        .thenComparing(Spot::online)
                                        .thenComparingLong(Spot::free))
                                .orElseThrow(),
                        request.kind(),
                        request.memoryBytes())));
    }

    private static Answer waits(WorkerKind kind, Spot spot, List<Spot> large) {
        return kind == WorkerKind.MERGE || !spot.card().shared()
                ? new Answer.Put(spot)
                : large.stream()
                        .filter(Spot::soonFree)
                        .findFirst()
                        .<Answer>map(soon -> new Answer.Wait(obstacle(soon, kind, 0)))
                        .orElseGet(() -> new Answer.Put(spot));
    }

    /** Whether a card has room for a worker that is on it already, but does not hold memory now. */
    boolean hasRoom(Worker worker) {
        return spots.stream()
                .filter(spot -> spot.node().id().equals(worker.nodeId())
                        && spot.card().id().equals(worker.spec().card()))
                .anyMatch(spot -> spot.willing() && busy(spot, worker.spec().kind(), worker.memoryBytes()) == null);
    }

    private static Sentence obstacle(Spot spot, WorkerKind kind, long bytes) {
        if (!spot.willing()) {
            return Sentence.of(
                    "nodes.place.refused", spot.name(), Doctor.words(spot.card().refusal()));
        }
        return spot.online()
                ? busy(spot, kind, bytes)
                : Sentence.of("nodes.place.offline", spot.node().name());
    }

    private static Sentence busy(Spot spot, WorkerKind kind, long bytes) {
        if (!spot.card().shared()) {
            return spot.holds().isEmpty()
                    ? null
                    : Sentence.of(
                            "nodes.place.busy",
                            spot.name(),
                            spot.holds().getFirst().owner());
        }
        if (kind == WorkerKind.TRAIN) {
            for (WorkerStore.Hold hold : spot.holds()) {
                if (hold.kind() == WorkerKind.TRAIN) {
                    return Sentence.of("nodes.place.training", spot.name(), hold.owner());
                }
            }
        }
        return spot.free() >= bytes
                ? null
                : Sentence.of("nodes.place.full", bytes(bytes), spot.name(), bytes(Math.max(0, spot.free())));
    }

    /** Bytes for a person, such as {@code 3.2 GiB}. */
    static String bytes(long bytes) {
        return bytes >= GIB
                ? String.format(Locale.ROOT, "%.1f GiB", bytes / (double) GIB)
                : String.format(Locale.ROOT, "%.0f MiB", Math.ceil(bytes / (double) (1 << 20)));
    }
}
