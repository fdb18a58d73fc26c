package io.hearth.device;

/**
 * An exchange between ranks cannot be finished, because another rank has ended, left, hangs, or makes other calls. What this
 * rank computes is of no use without the others; the work can be started again.
 */
public final class RankLostException extends DeviceException {
    private static final long serialVersionUID = 1L;

    public RankLostException(String message) {
        super(message);
    }

    public RankLostException(String message, Throwable cause) {
        super(message, cause);
    }
}
