package io.hearth.agent.telemetry.ascend;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The management library of Ascend cards through JNA. A function that the installed driver does not have answers
 * {@link DcmiStatus#NOT_SUPPORTED}, as one does that the card cannot answer. DCMI may be called from several threads.
 */
final class Dcmi {
    private static final int MOST_CARDS = 64;
    private static final int VERSION_BYTES = 64;

    /** The functions that are used; all return a status. Those that belong to a chip begin with its card and its device. */
    enum Call {
        INIT("dcmi_init"),
        DRIVER_VERSION("dcmi_get_driver_version"),
        CARDS("dcmi_get_card_list"),
        CARDS_OLD("dcmi_get_card_num_list"),
        DEVICES("dcmi_get_device_num_in_card"),
        LOGIC_ID("dcmi_get_device_logic_id"),
        CHIP("dcmi_get_device_chip_info"),
        CHIP_V2("dcmi_get_device_chip_info_v2"),
        DIE("dcmi_get_device_die_v2"),
        PCIE("dcmi_get_device_pcie_info_v2"),
        HEALTH("dcmi_get_device_health"),
        UTILISATION("dcmi_get_device_utilization_rate"),
        TEMPERATURE("dcmi_get_device_temperature"),
        POWER("dcmi_get_device_power_info"),
        FREQUENCY("dcmi_get_device_frequency"),
        AI_CORE("dcmi_get_device_aicore_info"),
        HBM("dcmi_get_device_hbm_info"),
        MEMORY("dcmi_get_device_memory_info_v3"),
        ECC("dcmi_get_device_ecc_info"),
        ERROR_CODES("dcmi_get_device_errorcode_v2"),
        ERROR_WORDS("dcmi_get_device_errorcode_string"),
        PROCESSES("dcmi_get_device_resource_info"),
        SUBSCRIBE("dcmi_subscribe_fault_event");

        private final String symbol;

        Call(String symbol) {
            this.symbol = symbol;
        }
    }

    /** A chip: the card that it is on, and which of the card's it is. */
    record Place(int card, int device) {}

    private final Map<Call, Function> functions = new EnumMap<>(Call.class);

    Dcmi(NativeLibrary library) {
        for (Call call : Call.values()) {
            try {
                functions.put(call, library.getFunction(call.symbol));
            } catch (UnsatisfiedLinkError e) {
                // An older driver. What cannot be asked is not told.
            }
        }
    }

    /** Whether the installed driver has a function. */
    boolean has(Call call) {
        return functions.containsKey(call);
    }

    /**
     * Calls a function.
     *
     * @param arguments in the order of its signature
     * @return its status
     */
    int call(Call call, Object... arguments) {
        Function function = functions.get(call);
        return function == null ? DcmiStatus.NOT_SUPPORTED : function.invokeInt(arguments);
    }

    /** Version of the driver, or null. */
    String driverVersion() {
        try (Memory text = new Memory(VERSION_BYTES)) {
            text.clear();
            return call(Call.DRIVER_VERSION, text, VERSION_BYTES) == DcmiStatus.OK ? text.getString(0) : null;
        }
    }

    /** All chips, card by card. */
    List<Place> places() {
        List<Place> places = new ArrayList<>();
        try (Memory out = new Memory(Integer.BYTES * (1L + MOST_CARDS))) {
            out.clear();
            Call list = has(Call.CARDS) ? Call.CARDS : Call.CARDS_OLD;
            if (call(list, out, out.share(Integer.BYTES), MOST_CARDS) != DcmiStatus.OK) {
                return places;
            }
            int[] cards = out.getIntArray(Integer.BYTES, Math.clamp(out.getInt(0), 0, MOST_CARDS));
            for (int card : cards) {
                int devices = call(Call.DEVICES, card, out) == DcmiStatus.OK ? out.getInt(0) : 1;
                for (int device = 0; device < devices; device++) {
                    places.add(new Place(card, device));
                }
            }
        }
        return places;
    }
}
