package io.hearth.agent.telemetry.nvidia;

/** A card cannot be asked any more; the others can. */
final class CardGone extends Exception {
    private static final long serialVersionUID = 1;

    private final int status;

    CardGone(int status) {
        super("NVML answers " + status, null, false, false);
        this.status = status;
    }

    /** {@link NvmlStatus#GPU_IS_LOST} or {@link NvmlStatus#RESET_REQUIRED}. */
    int status() {
        return status;
    }
}
