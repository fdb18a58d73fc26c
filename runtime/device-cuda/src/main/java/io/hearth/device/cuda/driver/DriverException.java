package io.hearth.device.cuda.driver;

import io.hearth.device.DeviceException;

/** NVIDIA's driver refused something. */
public final class DriverException extends DeviceException {
    private static final long serialVersionUID = 1L;

    private final int status;

    DriverException(int status, String what, String name) {
        super(sentence(status, what, name));
        this.status = status;
    }

    private static String sentence(int status, String what, String name) {
        String meaning = DriverStatus.meaning(status);
        return "The NVIDIA driver could not " + what + ": " + (meaning == null ? name : meaning + " (" + name + ")")
                + ".";
    }

    /** The driver's number for the reason; see {@link DriverStatus}. */
    public int status() {
        return status;
    }

    @Override
    public boolean isFault() {
        return DriverStatus.isFault(status);
    }
}
