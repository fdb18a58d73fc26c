package io.hearth.protocol;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** What an agent says. Times are milliseconds since 1970. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = FromNode.Hello.class, name = "hello"),
    @JsonSubTypes.Type(value = FromNode.Cards.class, name = "cards"),
    @JsonSubTypes.Type(value = FromNode.Telemetry.class, name = "telemetry"),
    @JsonSubTypes.Type(value = FromNode.Workers.class, name = "workers"),
    @JsonSubTypes.Type(value = FromNode.Events.class, name = "events"),
    @JsonSubTypes.Type(value = FromNode.LogText.class, name = "log"),
    @JsonSubTypes.Type(value = FromNode.Gone.class, name = "gone")
})
public sealed interface FromNode {
    /**
     * The first message on a link.
     *
     * @param protocol {@link Protocol#VERSION}
     * @param software version of the agent
     * @param host what the machine is
     * @param cards its cards
     * @param servingPort TCP port on which the agent listens for traffic to its workers, over mutual TLS
     * @param servingHost address under which the control plane reaches that port; null: the one the link comes from
     * @param workers every worker of which the agent knows
     */
    record Hello(
            int protocol,
            String software,
            HostInfo host,
            List<CardInfo> cards,
            int servingPort,
            String servingHost,
            List<WorkerStatus> workers)
            implements FromNode {}

    /**
     * The cards as they are now, if that is not what was said before on this link, and what has happened to them since.
     * After a new link, all that the agent remembers; an incident that was told before may have been counted on.
     *
     * @param cards its cards
     * @param incidents what has happened to them, at most {@link Protocol#MAX_INCIDENTS}
     */
    record Cards(List<CardInfo> cards, List<CardIncident> incidents) implements FromNode {}

    /**
     * One second of the node.
     *
     * @param host the machine
     * @param cards its cards, those of {@link Hello} or fewer if one is lost
     */
    record Telemetry(HostSample host, List<CardSample> cards) implements FromNode {}

    /**
     * State of workers, sent whenever one changes.
     *
     * @param workers those that changed
     */
    record Workers(List<WorkerStatus> workers) implements FromNode {}

    /**
     * What a worker said, in order, from the first line that the control plane has not stored yet.
     *
     * @param worker id of the worker
     * @param lines at most {@link Protocol#MAX_EVENTS_PER_MESSAGE}
     */
    record Events(String worker, List<EventLine> lines) implements FromNode {}

    /**
     * One event of a worker.
     *
     * @param sequence 1 for the first line the worker ever wrote, over all of its attempts, then without gaps
     * @param event the JSON object as the worker wrote it ({@code io.hearth.contract.Event}), with a member {@code time}
     */
    record EventLine(long sequence, JsonNode event) {}

    /**
     * Answer to {@link ToNode.ReadLog}.
     *
     * @param request the question's id
     * @param offset byte offset of the text in the log
     * @param text whole lines
     * @param end size of the log in bytes
     */
    record LogText(String request, long offset, String text, long end) implements FromNode {}

    /**
     * Workers that an {@link ToNode.Assignment} did not list any more and of which nothing is left on the node: no process, no
     * folder, and no event that the control plane has not stored. Until this is said, or a {@link Hello} comes without them, the control plane keeps their memory reserved.
     *
     * @param workers their ids
     */
    record Gone(List<String> workers) implements FromNode {}
}
