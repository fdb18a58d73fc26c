package io.hearth.agent.telemetry.ascend;

/** What DCMI's functions return. */
final class DcmiStatus {
    static final int OK = 0;
    static final int NOT_PERMITTED = -8002;
    static final int DEVICE_NOT_EXIST = -8008;
    static final int IOCTL_FAILED = -8009;
    static final int NOT_READY = -8012;
    static final int IN_CONTAINER = -8013;
    static final int NOT_SUPPORTED = -8255;

    private DcmiStatus() {}

    /** Whether the card does not answer any more: the driver still knows it, but it has dropped off, or it knows it no longer. */
    static boolean gone(int status) {
        return status == NOT_READY || status == DEVICE_NOT_EXIST;
    }

    /** Why DCMI cannot be used at all, and what to do. */
    static String sentence(int status) {
        return switch (status) {
            case NOT_PERMITTED ->
                "the agent's user may not use the cards. Start the agent as root, or add its user to the group that the driver was"
                        + " installed for (HwHiAiUser, if it was not chosen).";
            case IOCTL_FAILED ->
                "the driver does not answer its library. Is it loaded (lsmod names drv_davinci or similar), and of the same version"
                        + " as the library? Restart the machine after an update of the driver.";
            case IN_CONTAINER ->
                "this is a container in which the driver's devices are missing. Give it /dev/davinci*, /dev/davinci_manager,"
                        + " /dev/devmm_svm and /dev/hisi_hdc.";
            case NOT_SUPPORTED -> "the installed driver lacks what is needed. Update it.";
            default -> "it answers with error " + status + ". npu-smi info may say more.";
        };
    }
}
