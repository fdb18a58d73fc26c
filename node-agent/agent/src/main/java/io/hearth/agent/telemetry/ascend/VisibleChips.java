package io.hearth.agent.telemetry.ascend;

import java.util.ArrayList;
import java.util.List;

/**
 * How programs number chips: the driver numbers all of them, but where {@code ASCEND_RT_VISIBLE_DEVICES} lists some, a program sees
 * only those, in that order and counted from 0.
 */
final class VisibleChips {
    private final List<Integer> listed;

    /** @param variable value of {@code ASCEND_RT_VISIBLE_DEVICES}; null or empty: all are seen. What follows on something that is no number does not count */
    VisibleChips(String variable) {
        if (variable == null || variable.isBlank()) {
            listed = null;
            return;
        }
        listed = new ArrayList<>();
        for (String part : variable.split(",")) {
            String number = part.strip();
            if (!number.matches("[0-9]{1,6}")) {
                break;
            }
            listed.add(Integer.valueOf(number));
        }
    }

    /**
     * The number of a chip as programs count; chips that they do not see come after all others.
     *
     * @param logicId its number as the driver counts
     */
    int number(int logicId) {
        if (listed == null) {
            return logicId;
        }
        int seen = listed.indexOf(logicId);
        return seen >= 0 ? seen : listed.size() + logicId;
    }
}
