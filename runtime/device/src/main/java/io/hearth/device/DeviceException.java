package io.hearth.device;

/** A device could not do what it was asked for. The message is a sentence for a person. */
public class DeviceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DeviceException(String message) {
        super(message);
    }

    public DeviceException(String message, Throwable cause) {
        super(message, cause);
    }

    /**
     * Whether the device failed while it worked: it hangs, is lost, or has stopped on an error. This process can do nothing with it
     * any more; another one may go on from where this one left a checkpoint. Else what was asked for cannot be done at all.
     */
    public boolean isFault() {
        return false;
    }
}
