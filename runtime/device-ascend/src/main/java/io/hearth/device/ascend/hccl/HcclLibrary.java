package io.hearth.device.ascend.hccl;

import com.sun.jna.Function;
import com.sun.jna.Pointer;
import io.hearth.device.DeviceException;
import io.hearth.device.ascend.cann.CannLibraries;
import io.hearth.device.ascend.cann.Natives;
import io.hearth.device.ascend.cann.Part;

/** HCCL in this process, once its functions are bound. */
final class HcclLibrary {
    private static final String DETERMINISTIC = "HCCL_DETERMINISTIC";

    private static HcclLibrary bound;

    private final boolean asyncErrors;
    private final boolean texts;

    private HcclLibrary(CannLibraries libraries) {
        // Read by HCCL when it is loaded: sums in a fixed order, so that the same inputs give the same bits.
        if (System.getenv(DETERMINISTIC) == null) {
            Function.getFunction("c", "setenv").invokeInt(new Object[] {DETERMINISTIC, "true", 0});
        }
        if (!Natives.bind(libraries, Part.COLLECTIVES, CommunicatorCalls.class)
                || !Natives.bind(libraries, Part.COLLECTIVES, ExchangeCalls.class)) {
            throw new DeviceException("CANN in "
                    + libraries.folders().home().map(Object::toString).orElse("this machine")
                    + " has no HCCL that Hearth can use, so that a job cannot have several Ascend cards. \"./hearth doctor\""
                    + " lists what is missing; install CANN's toolkit with HCCL, or use one card.");
        }
        asyncErrors = Natives.bind(libraries, Part.COLLECTIVES, StatusCalls.AsyncError.class);
        texts = Natives.bind(libraries, Part.COLLECTIVES, StatusCalls.Text.class);
    }

    /**
     * HCCL, loaded at the first call.
     *
     * @throws DeviceException with a sentence if it is not there
     */
    static synchronized HcclLibrary of(CannLibraries libraries) {
        if (bound == null) {
            bound = new HcclLibrary(libraries);
        }
        return bound;
    }

    /** Whether a communicator can be asked for failures of what is queued. */
    boolean asyncErrors() {
        return asyncErrors;
    }

    /** A code in words: its meaning, and HCCL's own text of it if there is one. */
    String describe(int status) {
        long text = texts ? StatusCalls.Text.HcclGetErrorString(status) : 0;
        String own = text == 0 ? "" : new Pointer(text).getString(0, "UTF-8").strip();
        return "code " + status + ", " + HcclStatus.meaning(status) + (own.isEmpty() ? "" : " (" + own + ")");
    }
}
