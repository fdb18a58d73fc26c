package io.hearth.engine.serve;

/**
 * Receives what a generation makes. The methods are called by the compute thread, in order, and must return at once: hand
 * over to another thread what takes time.
 */
public interface GenerationListener {
    /** A token was drawn. */
    default void onToken(int token) {}

    /** More text, in whole characters; never empty. Text that may yet become a stop string is held back. */
    default void onText(String text) {}

    /** The last call. The sequence's blocks and its place in the batch are free already. */
    void onEnd(Ending ending);
}
