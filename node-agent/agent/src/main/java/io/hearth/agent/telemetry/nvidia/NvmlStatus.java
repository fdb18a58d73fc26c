package io.hearth.agent.telemetry.nvidia;

/** What NVML's functions return ({@code nvmlReturn_t}). */
final class NvmlStatus {
    static final int SUCCESS = 0;
    static final int INSUFFICIENT_SIZE = 7;
    static final int DRIVER_NOT_LOADED = 9;
    static final int TIMEOUT = 10;
    static final int FUNCTION_NOT_FOUND = 13;
    static final int GPU_IS_LOST = 15;
    static final int RESET_REQUIRED = 16;
    static final int LIBRARY_MISMATCH = 18;

    private NvmlStatus() {}

    /** Why NVML cannot be used at all, and what to do. */
    static String sentence(int status) {
        return switch (status) {
            case DRIVER_NOT_LOADED ->
                "the driver is not loaded. Load it (modprobe nvidia), then start the agent again.";
            case LIBRARY_MISMATCH ->
                "the library and the loaded driver are of different versions. Restart the machine after an update of the driver.";
            case 4 -> "the agent's user may not use the cards. Look at the rights of /dev/nvidia*.";
            default -> "it answers with error " + status + ". nvidia-smi may say more.";
        };
    }
}
