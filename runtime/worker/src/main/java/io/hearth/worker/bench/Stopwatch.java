package io.hearth.worker.bench;

import io.hearth.device.Device;
import java.util.ArrayList;
import java.util.List;

/** Times something on a device that is done over and over. */
final class Stopwatch {
    private static final int FEWEST = 3;

    private final Device device;
    private final double seconds;

    /** @param seconds how long a measurement lasts, at least; never fewer than three rounds */
    Stopwatch(Device device, double seconds) {
        this.device = device;
        this.seconds = seconds;
    }

    /** Median of the seconds that a round takes, after a first one that does not count. */
    double median(Runnable round) {
        List<Double> times = times(round);
        return times.get(times.size() / 2);
    }

    /** The seconds of the fastest round. */
    double fastest(Runnable round) {
        return times(round).getFirst();
    }

    /** All rounds, the fastest first. */
    private List<Double> times(Runnable round) {
        round.run();
        device.synchronize();
        List<Double> times = new ArrayList<>();
        double total = 0;
        while (times.size() < FEWEST || total < seconds) {
            long begin = System.nanoTime();
            round.run();
            device.synchronize();
            double took = (System.nanoTime() - begin) / 1e9;
            times.add(took);
            total += took;
        }
        times.sort(null);
        return times;
    }
}
