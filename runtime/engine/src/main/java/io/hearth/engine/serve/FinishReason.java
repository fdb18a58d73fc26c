package io.hearth.engine.serve;

/** Why a generation ended. */
public enum FinishReason {
    /** The model ended its answer, or a stop string came. */
    STOP,
    /** The most tokens that were asked for, or the end of the context. */
    LENGTH,
    /** The client left or the engine was closed. */
    CANCELLED,
    /** A fault, told by the ending's message. */
    ERROR
}
