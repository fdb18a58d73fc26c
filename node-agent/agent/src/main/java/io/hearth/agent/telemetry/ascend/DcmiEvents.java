package io.hearth.agent.telemetry.ascend;

import com.sun.jna.Callback;
import com.sun.jna.Pointer;
import com.sun.jna.Structure;
import io.hearth.agent.telemetry.ascend.Dcmi.Call;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Hears of faults as they come. A process may subscribe once, for all cards together, and cannot unsubscribe: after
 * {@link #close} nothing is passed on.
 */
final class DcmiEvents {
    private static final System.Logger LOG = System.getLogger(DcmiEvents.class.getName());

    private static final int ALL = -1;
    private static final int RECOVERED = 0;
    private static final int FAULT_EVENT = 0;
    private static final int EVENT_AT = 8;
    private static final int NAME_BYTES = 256;

    /** DCMI calls these as long as the process lives. */
    private static final Set<Handler> KEPT = ConcurrentHashMap.newKeySet();

    private final Listener listener;
    private volatile boolean closed;

    /** Is told of faults that have begun, and of those that begin and end in one. */
    interface Listener {
        void fault(int logicId, int code, String words);
    }

    /** The C function that DCMI calls. */
    public interface Handler extends Callback {
        void invoke(Pointer event);
    }

    /** {@code struct dcmi_event_filter}: what it is not told to look at, it lets through. */
    @Structure.FieldOrder({"flag", "code", "severity", "nodeType", "reserved"})
    public static final class Filter extends Structure implements Structure.ByValue {
        public long flag;
        public int code;
        public byte severity;
        public byte nodeType;
        public byte[] reserved = new byte[32];
    }

    DcmiEvents(Dcmi dcmi, Listener listener) {
        this.listener = listener;
        Handler handler = this::hear;
        KEPT.add(handler);
        int status = dcmi.call(Call.SUBSCRIBE, ALL, ALL, new Filter(), handler);
        if (status != DcmiStatus.OK) {
            KEPT.remove(handler);
            LOG.log(
                    System.Logger.Level.INFO,
                    "The driver of Ascend cards does not tell of faults by itself ({0}); they are asked for every second.",
                    Integer.toString(status));
        }
    }

    /** Passes nothing on any more. */
    void close() {
        closed = true;
    }

    private void hear(Pointer event) {
        if (closed || event == null || event.getInt(0) != FAULT_EVENT) {
            return;
        }
        try {
            int code = event.getInt(EVENT_AT);
            int logicId = Short.toUnsignedInt(event.getShort(EVENT_AT + 4));
            int assertion = event.getByte(EVENT_AT + 11);
            byte[] words = event.getByteArray(EVENT_AT + 32, NAME_BYTES);
            if (assertion != RECOVERED) {
                listener.fault(logicId, code, text(words));
            }
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "A fault that the driver told of could not be taken down", e);
        }
    }

    private static String text(byte[] bytes) {
        int length = 0;
        while (length < bytes.length && bytes[length] != 0) {
            length++;
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8).strip();
    }
}
