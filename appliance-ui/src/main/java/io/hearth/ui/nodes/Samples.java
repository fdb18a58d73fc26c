package io.hearth.ui.nodes;

import io.hearth.protocol.CardSample;
import io.hearth.protocol.HostSample;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Names of what is measured, in the history, in the API and in metrics. */
public final class Samples {
    public static final String CPU = "cpu";
    public static final String LOAD = "load";
    public static final String MEMORY = "memory";
    public static final String DISK = "disk";
    public static final String DISK_READ = "diskRead";
    public static final String DISK_WRITTEN = "diskWritten";
    public static final String RECEIVED = "received";
    public static final String SENT = "sent";
    public static final String TEMPERATURE = "temperature";
    public static final String UTILISATION = "utilisation";
    public static final String POWER = "power";
    public static final String CLOCK = "clock";

    /** Figures of a machine, in the order of {@link #values(HostSample)}. */
    static final List<String> OF_HOST =
            List.of(CPU, LOAD, MEMORY, DISK, DISK_READ, DISK_WRITTEN, RECEIVED, SENT, TEMPERATURE);

    /** Figures of a card, in the order of {@link #values(CardSample)}. */
    static final List<String> OF_CARD = List.of(UTILISATION, MEMORY, TEMPERATURE, POWER, CLOCK);

    static double[] values(HostSample host) {
        return new double[] {
            host.cpuUtilisation(),
            number(host.load()),
            host.memoryUsedBytes(),
            host.diskUsedBytes(),
            number(host.diskReadBytesPerSecond()),
            number(host.diskWriteBytesPerSecond()),
            number(host.networkReceivedBytesPerSecond()),
            number(host.networkSentBytesPerSecond()),
            number(host.temperatureCelsius())
        };
    }

    static double[] values(CardSample card) {
        return new double[] {
            number(card.utilisation()),
            number(card.memoryUsedBytes()),
            number(card.temperatureCelsius()),
            number(card.powerWatts()),
            number(card.clockMegahertz())
        };
    }

    /** One second as a point; what was not told is left out. */
    static Point point(long time, List<String> names, double[] values) {
        Map<String, Point.Figure> figures = new LinkedHashMap<>();
        for (int i = 0; i < values.length; i++) {
            if (Double.isFinite(values[i])) {
                figures.put(names.get(i), new Point.Figure(values[i], values[i]));
            }
        }
        return new Point(time, 1, figures);
    }

    private static double number(Number value) {
        return value == null ? Double.NaN : value.doubleValue();
    }

    private Samples() {}
}
