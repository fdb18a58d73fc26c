package io.hearth.ui.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.protocol.CardFinding;
import io.hearth.protocol.CardInfo;
import io.hearth.protocol.WorkerKind;
import io.hearth.protocol.WorkerSpec;
import io.hearth.ui.core.Json;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PlacerTest {
    private static final long GIB = 1L << 30;
    private static final Node CPU = node("n1", "alpha", true, card("cpu:0", 20, true));
    private static final Node GPU = node("n2", "beta", true, card("cuda:0", 80, false), card("cuda:1", 40, false));
    private static final Node OFF = node("n3", "gamma", false, card("cuda:0", 200, false));

    @Test
    void nothingIsThereYet() {
        assertThat(find(List.of(), List.of(), request(WorkerKind.SERVE, 1)))
                .isEqualTo("No node has joined yet. Add one on the page Nodes.");
    }

    @Test
    void theEmptiestCardWithMostRoomIsTaken() {
        assertThat(find(List.of(CPU, GPU), List.of(), request(WorkerKind.SERVE, 10)))
                .isEqualTo("beta/cuda:0");
        assertThat(find(
                        List.of(CPU, GPU),
                        List.of(hold(GPU, "cuda:0", WorkerKind.SERVE, 5)),
                        request(WorkerKind.SERVE, 10)))
                .isEqualTo("beta/cuda:1");
        assertThat(find(
                        List.of(CPU, GPU),
                        List.of(
                                hold(GPU, "cuda:0", WorkerKind.SERVE, 5),
                                hold(GPU, "cuda:1", WorkerKind.SERVE, 5),
                                hold(CPU, "cpu:0", WorkerKind.SERVE, 5)),
                        request(WorkerKind.SERVE, 10)))
                .isEqualTo("alpha/cpu:0");
    }

    @Test
    void anAcceleratorThatIsAboutToBeFreeIsWaitedFor() {
        Node both = node("n4", "delta", true, card("cpu:0", 20, true), card("ascend:0", 60, false));
        WorkerStore.Hold stays = hold(both, "ascend:0", WorkerKind.PLAN, 1);
        WorkerStore.Hold leaves = new WorkerStore.Hold("w", "job/held", WorkerKind.PLAN, "n4", "ascend:0", GIB, true);
        assertThat(find(List.of(both), List.of(stays), request(WorkerKind.TRAIN, 1)))
                .isEqualTo("delta/cpu:0");
        assertThat(find(List.of(both), List.of(leaves), request(WorkerKind.TRAIN, 1)))
                .isEqualTo("The card delta/ascend:0 is in use by job/held, and works for one at a time.");
        assertThat(find(List.of(both), List.of(leaves, stays), request(WorkerKind.TRAIN, 1)))
                .isEqualTo("delta/cpu:0");
        assertThat(find(List.of(both), List.of(leaves), request(WorkerKind.MERGE, 1)))
                .isEqualTo("delta/cpu:0");
        assertThat(find(List.of(both, GPU), List.of(leaves), request(WorkerKind.TRAIN, 1)))
                .as("another one is free")
                .isEqualTo("beta/cuda:0");

        CardInfo asked = card("ascend:0", 60, false)
                .refused(CardFinding.of(
                        "unchecked", CardFinding.Level.NOTE, CardFinding.Origin.UNKNOWN, CardFinding.Action.NONE));
        Node fresh = node("n5", "epsilon", true, card("cpu:0", 20, true), asked);
        assertThat(find(List.of(fresh), List.of(), request(WorkerKind.PLAN, 1)))
                .isEqualTo("The card epsilon/ascend:0 takes no work: "
                        + "The worker is being asked whether it can use this card.");
    }

    @Test
    void replicasSpread() {
        WorkerRequest request = with(request(WorkerKind.SERVE, 10), Set.of(), Set.of(), Set.of("n2"));
        assertThat(find(List.of(CPU, GPU), List.of(), request)).isEqualTo("alpha/cpu:0");
        assertThat(find(List.of(GPU), List.of(), request)).isEqualTo("beta/cuda:0");
    }

    @Test
    void onlyChosenNodesAndCardsAreTaken() {
        assertThat(find(
                        List.of(CPU, GPU),
                        List.of(),
                        with(request(WorkerKind.SERVE, 1), Set.of("n1"), Set.of(), Set.of())))
                .isEqualTo("alpha/cpu:0");
        assertThat(find(
                        List.of(CPU, GPU),
                        List.of(),
                        with(request(WorkerKind.SERVE, 1), Set.of(), Set.of("n2/cuda:1"), Set.of())))
                .isEqualTo("beta/cuda:1");
        assertThat(find(
                        List.of(CPU, GPU),
                        List.of(),
                        with(request(WorkerKind.SERVE, 1), Set.of("gone"), Set.of(), Set.of())))
                .isEqualTo("NEVER None of the chosen nodes and cards is there. Choose others.");
    }

    @Test
    void anAcceleratorWorksForOne() {
        assertThat(find(
                        List.of(GPU),
                        List.of(hold(GPU, "cuda:0", WorkerKind.SERVE, 1), hold(GPU, "cuda:1", WorkerKind.SERVE, 1)),
                        request(WorkerKind.PLAN, 1)))
                .isEqualTo("The card beta/cuda:0 is in use by job/held, and works for one at a time.");
    }

    @Test
    void aSharedCardTrainsOneAtATimeAndServesMany() {
        List<WorkerStore.Hold> training = List.of(hold(CPU, "cpu:0", WorkerKind.TRAIN, 4));
        assertThat(find(List.of(CPU), training, request(WorkerKind.TRAIN, 4)))
                .isEqualTo("On alpha/cpu:0, job/held is being trained; the next training begins when it ends.");
        assertThat(find(List.of(CPU), training, request(WorkerKind.SERVE, 4))).isEqualTo("alpha/cpu:0");
    }

    @Test
    void aPartOfTheMemoryStaysFree() {
        assertThat(find(List.of(CPU), List.of(), request(WorkerKind.SERVE, 18))).isEqualTo("alpha/cpu:0");
        assertThat(find(List.of(CPU), List.of(), request(WorkerKind.SERVE, 19)))
                .isEqualTo("NEVER This needs 19.0 GiB of memory. The largest card, alpha/cpu:0, has 20.0 GiB, of which"
                        + " 18.0 GiB can be used.");
        assertThat(find(List.of(CPU), List.of(hold(CPU, "cpu:0", WorkerKind.SERVE, 10)), request(WorkerKind.SERVE, 9)))
                .isEqualTo("This needs 9.0 GiB of memory; the most that is free is 8.0 GiB on alpha/cpu:0.");
    }

    @Test
    void anOfflineNodeIsWaitedFor() {
        assertThat(find(List.of(CPU, OFF), List.of(), request(WorkerKind.SERVE, 100)))
                .isEqualTo("The node gamma has a card that is large enough, but it is offline.");
    }

    @Test
    void anAcceleratorComesBeforeAProcessorThatHasMoreRoom() {
        Node both = node("n1", "alpha", true, card("cpu:0", 1000, true), card("cuda:0", 80, false));
        assertThat(find(List.of(both), List.of(), request(WorkerKind.TRAIN, 10)))
                .isEqualTo("alpha/cuda:0");
        assertThat(find(List.of(both), List.of(), request(WorkerKind.MERGE, 10)))
                .as("merging is a matter of files")
                .isEqualTo("alpha/cpu:0");
        assertThat(find(List.of(both), List.of(), request(WorkerKind.SERVE, 100)))
                .isEqualTo("alpha/cpu:0");
    }

    @Test
    void aCardThatTheWorkerCannotUseTakesNoWork() {
        CardFinding refusal = CardFinding.of(
                "refused",
                CardFinding.Level.WARNING,
                CardFinding.Origin.UNKNOWN,
                CardFinding.Action.LOOK,
                "It is too old.");
        Node refused = node(
                "n1",
                "alpha",
                true,
                card("cpu:0", 20, true),
                card("cuda:0", 80, false).refused(refusal));
        assertThat(find(List.of(refused), List.of(), request(WorkerKind.TRAIN, 10)))
                .isEqualTo("alpha/cpu:0");
        assertThat(find(List.of(refused), List.of(), request(WorkerKind.TRAIN, 50)))
                .isEqualTo(
                        "The card alpha/cuda:0 takes no work: The worker of this node cannot use this card: It is too"
                                + " old.");
        assertThat(find(
                        List.of(refused),
                        List.of(),
                        with(request(WorkerKind.SERVE, 1), Set.of(), Set.of("n1/cuda:0"), Set.of())))
                .startsWith("The card alpha/cuda:0 takes no work");
    }

    private static String find(List<Node> nodes, List<WorkerStore.Hold> holds, WorkerRequest request) {
        return switch (new Placer(nodes, holds).find(request)) {
            case Placer.Answer.Put put -> put.spot().name();
            case Placer.Answer.Wait wait -> wait.reason().toString();
            case Placer.Answer.No no -> "NEVER " + no.reason();
        };
    }

    private static WorkerStore.Hold hold(Node node, String card, WorkerKind kind, long gib) {
        return new WorkerStore.Hold("w", "job/held", kind, node.id(), card, gib * GIB, false);
    }

    private static WorkerRequest request(WorkerKind kind, long gib) {
        return new WorkerRequest(
                "job/new",
                kind,
                Json.MAPPER.createObjectNode(),
                List.of(),
                List.of(),
                gib * GIB,
                WorkerSpec.Restart.JOB,
                Set.of(),
                Set.of(),
                Set.of());
    }

    private static WorkerRequest with(WorkerRequest r, Set<String> nodes, Set<String> cards, Set<String> avoid) {
        return new WorkerRequest(
                r.owner(),
                r.kind(),
                r.task(),
                r.inputs(),
                r.outputs(),
                r.memoryBytes(),
                r.restart(),
                nodes,
                cards,
                avoid);
    }

    private static CardInfo card(String id, long gib, boolean shared) {
        return new CardInfo(id, shared ? "cpu" : "nvidia", "card", gib * GIB, shared, null, true);
    }

    private static Node node(String id, String name, boolean online, CardInfo... cards) {
        return new Node(
                id,
                name,
                online ? Node.State.ONLINE : Node.State.OFFLINE,
                null,
                List.of(cards),
                null,
                null,
                0,
                false,
                0,
                0,
                null);
    }
}
