package io.hearth.device.ascend.cann;

import io.hearth.device.DeviceException;

/** CANN refused something. */
public final class AclException extends DeviceException {
    private static final long serialVersionUID = 1L;

    private final int code;

    /**
     * @param what what was to be done, such as "reserve memory"
     * @param detail CANN's own text, or null
     */
    public AclException(int code, String what, String detail) {
        this(code, what, detail, AclStatus.isLost(code));
    }

    /** @param lost whether the card does not answer any more, which the code need not tell */
    AclException(int code, String what, String detail, boolean lost) {
        super("The Ascend card could not " + what + ": " + AclStatus.meaning(code) + "."
                + (lost ? " The card is lost: look at \"npu-smi info\", and restart the card or the machine." : "")
                + (detail == null || detail.isBlank() ? "" : " CANN says: " + detail.strip()));
        this.code = code;
    }

    /** CANN's number for the reason; see {@link AclStatus}. */
    public int code() {
        return code;
    }

    @Override
    public boolean isFault() {
        return AclStatus.isFault(code);
    }
}
