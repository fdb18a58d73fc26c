package io.hearth.agent.workers;

import io.hearth.protocol.WorkerSpec;
import java.io.IOException;

/** How a worker becomes a process: a child of this agent, or a unit of the system of its own. */
public sealed interface WorkerStarter permits WorkerCommand, WorkerUnits {
    /**
     * Starts the process.
     *
     * @throws IOException if it cannot be started, with a sentence; nothing of it runs then
     */
    RunningProcess start(WorkerSpec spec, WorkerFolder folder, String token) throws IOException, InterruptedException;
}
