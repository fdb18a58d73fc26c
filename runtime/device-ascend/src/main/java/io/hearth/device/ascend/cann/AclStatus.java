package io.hearth.device.ascend.cann;

import java.util.Map;

/** CANN's return codes in words. */
public final class AclStatus {
    public static final int SUCCESS = 0;

    /** A second initialisation in one process, which hurts nobody. */
    public static final int REPEAT_INITIALIZE = 100002;

    public static final int WAIT_TIMEOUT = 107019;
    static final int TASK_TIMEOUT = 107020;
    public static final int MEMORY_ALLOCATION = 207001;
    public static final int STREAM_SYNC_TIMEOUT = 507046;

    /** What the card's own memory could not give to work that runs on it. */
    public static final int DEVICE_OUT_OF_MEMORY = 207018;

    /** What an operator's first phase says of whatever the runtime did not do for it. */
    static final int RUNTIME_FAILED = 361001;

    private static final Map<Integer, String> MEANINGS = Map.ofEntries(
            Map.entry(100000, "an argument is invalid"),
            Map.entry(100001, "CANN is not initialised in this process"),
            Map.entry(REPEAT_INITIALIZE, "CANN is initialised already"),
            Map.entry(100024, "CANN has no such operator"),
            Map.entry(148049, "the folder of CANN's operators (opp) is not where ASCEND_OPP_PATH says"),
            Map.entry(107000, "an argument is invalid"),
            Map.entry(107001, "there is no card of this number"),
            Map.entry(107002, "the thread has not turned to a card"),
            Map.entry(107003, "the stream belongs to another card"),
            Map.entry(107017, "a handle is not valid any more"),
            Map.entry(WAIT_TIMEOUT, "it was not done in time"),
            Map.entry(TASK_TIMEOUT, "a task on the card was not done in time"),
            Map.entry(107027, "the stream is being recorded"),
            Map.entry(107030, "this cannot be recorded"),
            Map.entry(161001, "an argument is missing"),
            Map.entry(161002, "the operator does not take a shape, type or value it was given"),
            Map.entry(200000, "the host has no memory left"),
            Map.entry(200001, "CANN does not do this"),
            Map.entry(200002, "the card is not valid"),
            Map.entry(207000, "the card does not do this"),
            Map.entry(MEMORY_ALLOCATION, "the card has not enough memory"),
            Map.entry(207004, "there is no card"),
            Map.entry(DEVICE_OUT_OF_MEMORY, "the card has not enough memory"),
            Map.entry(RUNTIME_FAILED, "CANN's runtime failed while the operator was prepared"),
            Map.entry(500000, "CANN failed within itself"),
            Map.entry(500003, "CANN's runtime failed within itself"),
            Map.entry(507000, "CANN's runtime failed within itself"),
            Map.entry(507010, "the card does not answer any more (lost heartbeat)"),
            Map.entry(507014, "the card's cores were not done in time"),
            Map.entry(507015, "the card's cores stopped on an error"),
            Map.entry(507018, "the card's control processor stopped on an error"),
            Map.entry(507035, "the card's vector cores stopped on an error"),
            Map.entry(STREAM_SYNC_TIMEOUT, "it was not done in time"),
            Map.entry(507053, "the card's memory has an error"),
            Map.entry(507054, "the card's memory has an error that cannot be corrected (ECC)"),
            Map.entry(507899, "the driver failed within itself, as it does when a card is lost"),
            Map.entry(507903, "the recording has become invalid"),
            Map.entry(561000, "the operator failed within itself"),
            Map.entry(561001, "the operator cannot tell the shape of its result"),
            Map.entry(561002, "the operator cannot divide this work over the card's cores"),
            Map.entry(
                    561003,
                    "CANN has no kernel of the operator for this card and type; its package of kernels is missing or of another card"),
            Map.entry(561101, "the operator cannot be run again"),
            Map.entry(561102, "the operator cannot be run again"),
            Map.entry(561103, "the operator's executor is missing"),
            Map.entry(561107, "the folder of CANN's operators (opp) is not where ASCEND_OPP_PATH says"),
            Map.entry(561112, "CANN's package of kernels (opp_kernel) is not installed"));

    private AclStatus() {}

    /** Such as "the card has not enough memory (207001)". */
    public static String meaning(int code) {
        String words = MEANINGS.get(code);
        return words == null ? "CANN's error " + code : words + " (" + code + ")";
    }

    /** Whether the card is gone: nothing that was made on it can be used, nor given back. */
    public static boolean isLost(int code) {
        return code == 507010 || code == 507899;
    }

    /** Whether the card failed while it worked: it is lost, was not done in time, or has stopped on an error. */
    public static boolean isFault(int code) {
        return isLost(code)
                || isTimeout(code)
                || switch (code) {
                    case TASK_TIMEOUT, 507014, 507015, 507018, 507035, 507053, 507054 -> true;
                    default -> false;
                };
    }

    /** Whether the card had no memory left. */
    public static boolean isOutOfMemory(int code) {
        return code == MEMORY_ALLOCATION || code == DEVICE_OUT_OF_MEMORY;
    }

    /** Whether a wait came to its end before the work did. */
    public static boolean isTimeout(int code) {
        return code == STREAM_SYNC_TIMEOUT || code == WAIT_TIMEOUT;
    }
}
