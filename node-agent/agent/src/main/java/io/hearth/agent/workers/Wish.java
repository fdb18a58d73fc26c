package io.hearth.agent.workers;

import io.hearth.protocol.WorkerSpec;

/** What is wanted of a worker. */
enum Wish {
    /** It should run, to its end if it has one. */
    RUN,
    /** It should stop so that it can go on later. */
    PAUSE,
    /** The agent ends and takes its workers with it; the next agent goes on. */
    SUSPEND,
    /** Nothing may be left. */
    GONE;

    /** What the control plane wants. */
    static Wish of(WorkerSpec spec) {
        return spec.desired() == WorkerSpec.Desired.PAUSE ? PAUSE : RUN;
    }
}
