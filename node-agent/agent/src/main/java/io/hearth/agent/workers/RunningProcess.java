package io.hearth.agent.workers;

import java.util.OptionalInt;

/** A worker's process: a child of this agent, or one that a former agent started and this one has adopted. */
final class RunningProcess {
    private static final System.Logger LOG = System.getLogger(RunningProcess.class.getName());

    private final ProcessMark mark;
    private final Process child;

    private RunningProcess(ProcessMark mark, Process child) {
        this.mark = mark;
        this.child = child;
    }

    static RunningProcess child(ProcessMark mark, Process child) {
        return new RunningProcess(mark, child);
    }

    /** The process that a state names, if it still is the worker of this folder; else one that has ended. */
    static RunningProcess adopted(ProcessMark mark, WorkerFolder folder) {
        boolean same = mark.alive() && WorkerCommand.starts(ProcessMark.commandLine(mark.pid()), folder);
        LOG.log(
                System.Logger.Level.INFO,
                same ? "Process {0} is found again: {1}." : "Process {0} has ended meanwhile: {1}.",
                Long.toString(mark.pid()),
                folder.path());
        return new RunningProcess(same ? mark : new ProcessMark(mark.pid(), -1, ""), null);
    }

    boolean ended() {
        return child != null ? !child.isAlive() : !mark.alive();
    }

    /** Exit code (128 + signal if it was killed); of an adopted process the system does not tell it. */
    OptionalInt exitCode() {
        return child != null ? OptionalInt.of(child.exitValue()) : OptionalInt.empty();
    }

    /** Asks it to end. */
    void terminate() {
        if (mark.alive()) {
            ProcessHandle.of(mark.pid()).ifPresent(ProcessHandle::destroy);
        }
    }

    /** Ends it and what it has started. */
    void kill() {
        kill(mark);
    }

    static void kill(ProcessMark mark) {
        if (mark.alive()) {
            ProcessHandle.of(mark.pid()).ifPresent(process -> {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            });
        }
    }
}
