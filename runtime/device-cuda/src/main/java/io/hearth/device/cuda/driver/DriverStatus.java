package io.hearth.device.cuda.driver;

/** The answers of the driver that Hearth tells apart, and what they mean in words. */
public final class DriverStatus {
    static final int SUCCESS = 0;
    public static final int OUT_OF_MEMORY = 2;
    public static final int DEVICE_UNAVAILABLE = 46;
    public static final int NO_DEVICE = 100;
    static final int NOT_FOUND = 500;
    static final int NOT_READY = 600;

    private DriverStatus() {}

    /** Whether the card failed while it worked: what the process had on it is lost. */
    static boolean isFault(int status) {
        return switch (status) {
            case 214, 220, 700, 702, 714, 715, 716, 717, 718, 719 -> true;
            default -> false;
        };
    }

    /** What a status means for a person who looks after the machine; null for one that has no more to say than its name. */
    static String meaning(int status) {
        return switch (status) {
            case OUT_OF_MEMORY -> "the card has not enough memory";
            case 34 -> "the library found is the stub for linking, not a driver";
            case DEVICE_UNAVAILABLE -> "the card is busy or in exclusive use by another process";
            case NO_DEVICE -> "there is no card";
            case 101 -> "there is no card with this number";
            case 209, 218, 222 -> "the kernels in this build do not fit the card or the driver";
            case 214, 220 -> "the card has had a memory or link error that it cannot correct; reset the card";
            case 700, 714, 715, 716, 717, 718, 719 ->
                "a kernel has failed, and what the process had on the card is lost; start the worker again";
            case 702 -> "a kernel has run longer than the system allows; start the worker again";
            case 802 -> "the machine's NVLink switches are not ready; start nvidia-fabricmanager";
            case 803 -> "the driver's library and its kernel module have different versions; restart the machine";
            case 804 -> "the compatibility library does not serve this card; install the newer driver itself";
            case 999 -> "the driver gives no reason; look for Xid lines with dmesg";
            default -> null;
        };
    }
}
