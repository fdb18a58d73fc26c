package io.hearth.agent.workers;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;

/**
 * A worker's process: a child of this agent, the main process of a unit of the system, or one that a former agent started and this
 * one has adopted.
 */
final class RunningProcess {
    private static final System.Logger LOG = System.getLogger(RunningProcess.class.getName());

    private final ProcessMark mark;
    private final CompletableFuture<OptionalInt> end;

    private RunningProcess(ProcessMark mark, CompletableFuture<OptionalInt> end) {
        this.mark = mark;
        this.end = end;
    }

    static RunningProcess child(Process child) {
        return new RunningProcess(
                ProcessMark.of(child.pid()).orElse(new ProcessMark(child.pid(), -1, "")),
                child.onExit().thenApply(ended -> OptionalInt.of(ended.exitValue())));
    }

    /**
     * The main process of a unit.
     *
     * @param end done when nothing of the unit lives, with the exit code; or without one as soon as the system tells no more of it
     */
    static RunningProcess unit(ProcessMark mark, CompletableFuture<OptionalInt> end) {
        return new RunningProcess(mark, end);
    }

    /** The process that a state names, if it still is the worker of this folder; else one that has ended. */
    static RunningProcess adopted(ProcessMark mark, WorkerFolder folder) {
        boolean same = mark.alive() && WorkerCommand.starts(ProcessMark.commandLine(mark.pid()), folder);
        LOG.log(
                System.Logger.Level.INFO,
                same ? "Process {0} is found again: {1}." : "Process {0} has ended meanwhile: {1}.",
                Long.toString(mark.pid()),
                folder.path());
        return new RunningProcess(
                same ? mark : new ProcessMark(mark.pid(), -1, ""),
                CompletableFuture.completedFuture(OptionalInt.empty()));
    }

    long pid() {
        return mark.pid();
    }

    /** Its name for good; empty if it had ended before it could be looked at. */
    Optional<ProcessMark> mark() {
        return Optional.of(mark).filter(known -> known.startTicks() >= 0);
    }

    boolean ended() {
        return end.isDone() && (end.join().isPresent() || !mark.alive());
    }

    /** Exit code (128 + signal if it was killed) of a process that has ended; of an adopted process the system does not tell it. */
    OptionalInt exitCode() {
        return end.getNow(OptionalInt.empty());
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
