package io.hearth.agent.telemetry.ascend;

/** A chip cannot be asked any more; the others can. */
final class ChipGone extends Exception {
    private static final long serialVersionUID = 1;

    ChipGone(int status) {
        super("DCMI answers " + status, null, false, false);
    }
}
