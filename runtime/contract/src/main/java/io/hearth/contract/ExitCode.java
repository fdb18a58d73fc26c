package io.hearth.contract;

/** Exit codes of a worker. */
public final class ExitCode {
    /** Finished. */
    public static final int DONE = 0;

    /** A fault of ours. */
    public static final int FAULT = 1;

    /** The user's mistake: a bad file, a job that does not fit. */
    public static final int USAGE = 2;

    /** Stopped by SIGTERM after a checkpoint; the same command goes on from there (EX_TEMPFAIL of sysexits.h). */
    public static final int RESUMABLE = 75;

    private ExitCode() {}
}
