package io.hearth.ui.nodes;

import com.fasterxml.jackson.databind.JsonNode;
import io.hearth.protocol.WorkerKind;
import io.hearth.protocol.WorkerSpec;
import java.util.List;
import java.util.Set;

/**
 * A worker that someone wants.
 *
 * @param owner what it works for: {@code job/ID}, {@code deployment/ID} …
 * @param kind what it does
 * @param task content of its task file; {@code device} is filled in by the placement
 * @param inputs files it needs
 * @param outputs folders that come back
 * @param memoryBytes memory it needs on its card
 * @param restart when to start it again
 * @param nodes nodes that it may run on; empty: any
 * @param cards cards that it may use, as {@code node/card}; empty: any
 * @param avoid nodes that are taken only if there is no other, so that replicas spread
 */
public record WorkerRequest(
        String owner,
        WorkerKind kind,
        JsonNode task,
        List<WorkerSpec.Input> inputs,
        List<String> outputs,
        long memoryBytes,
        WorkerSpec.Restart restart,
        Set<String> nodes,
        Set<String> cards,
        Set<String> avoid) {}
