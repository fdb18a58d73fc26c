package io.hearth.device;

/**
 * What an {@link ExchangeWatch} asks of the library that makes the exchanges. Asked by the thread that makes the calls and by
 * the watch's own.
 */
public interface ExchangeLink {
    /** How a library stands. */
    enum State {
        /** Every call so far is queued on the stream. */
        READY,
        /** A call is not queued yet, since the other ranks have not come; or the link has been ended. */
        UNDER_WAY,
        /** Something has gone wrong; {@link ExchangeLink#describe} says what. */
        BROKEN
    }

    State state();

    /** The library's own words for what has gone wrong, without a full stop. */
    String describe();

    /**
     * Ends everything that is queued or running, wherever the other ranks are, as far as the library can. The state is {@link
     * State#UNDER_WAY} from now on.
     */
    void abort();

    /** A mark on the stream that the exchanges are queued on. */
    interface Mark extends AutoCloseable {
        /** Marks the end of what the stream has been given so far. */
        void record();

        /** Whether the stream has passed the latest mark, or there is none. May be asked from any thread. */
        boolean isReached();

        @Override
        void close();
    }
}
