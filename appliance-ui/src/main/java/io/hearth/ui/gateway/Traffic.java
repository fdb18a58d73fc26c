package io.hearth.ui.gateway;

import io.hearth.ui.metering.Usage;
import io.hearth.ui.metering.UsageObserver;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What went through the gateway in the last minutes, second by second for each name. In memory, for the pages. */
@ApplicationScoped
public class Traffic implements UsageObserver {
    /** Seconds that are kept. */
    public static final int SECONDS = 600;

    /**
     * One second.
     *
     * @param time its beginning, milliseconds since 1970
     * @param requests requests that ended
     * @param failures of these, with a status of 500 or more
     * @param tokens tokens out, told in the second
     * @param firstByteMillis mean time to the first byte of the answers that began, or null if none did
     * @param slowestMillis the longest of these, or null
     */
    public record Second(
            long time, long requests, long failures, long tokens, Double firstByteMillis, Double slowestMillis) {}

    private static final int REQUESTS = 0;
    private static final int FAILURES = 1;
    private static final int TOKENS = 2;
    private static final int BEGAN = 3;
    private static final int FIRST_BYTE_MICROS = 4;
    private static final int SLOWEST_MICROS = 5;
    private static final int FIGURES = 6;

    private final Clock clock;
    private final Map<String, Ring> rings = new ConcurrentHashMap<>();

    public Traffic(Clock clock) {
        this.clock = clock;
    }

    void began(String model, long firstByteMicros) {
        ring(model).began(second(), firstByteMicros);
    }

    void ended(String model, int status) {
        ring(model).ended(second(), status >= 500);
    }

    @Override
    public void used(Usage usage) {
        ring(usage.model()).tokens(second(), usage.completionTokens());
    }

    /** The last seconds of a name, the oldest first, the present one left out. */
    public List<Second> last(String model, int seconds) {
        Ring ring = rings.get(model);
        long now = second();
        int count = Math.min(seconds, SECONDS - 1);
        List<Second> last = new ArrayList<>(count);
        for (long at = now - count; at < now; at++) {
            last.add(ring == null ? new Second(at * 1000, 0, 0, 0, null, null) : ring.read(at));
        }
        return last;
    }

    private Ring ring(String model) {
        return rings.computeIfAbsent(model, name -> new Ring());
    }

    private long second() {
        return clock.millis() / 1000;
    }

    private static final class Ring {
        private final long[] seconds = new long[SECONDS];
        private final long[][] figures = new long[SECONDS][FIGURES];

        private long[] at(long second) {
            int slot = (int) (second % SECONDS);
            if (seconds[slot] != second) {
                seconds[slot] = second;
                Arrays.fill(figures[slot], 0);
            }
            return figures[slot];
        }

        synchronized void began(long second, long micros) {
            long[] slot = at(second);
            slot[BEGAN]++;
            slot[FIRST_BYTE_MICROS] += micros;
            slot[SLOWEST_MICROS] = Math.max(slot[SLOWEST_MICROS], micros);
        }

        synchronized void ended(long second, boolean failed) {
            long[] slot = at(second);
            slot[REQUESTS]++;
            slot[FAILURES] += failed ? 1 : 0;
        }

        synchronized void tokens(long second, long tokens) {
            at(second)[TOKENS] += tokens;
        }

        synchronized Second read(long second) {
            int slot = (int) (second % SECONDS);
            if (seconds[slot] != second) {
                return new Second(second * 1000, 0, 0, 0, null, null);
            }
            long[] known = figures[slot];
            boolean any = known[BEGAN] > 0;
            return new Second(
                    second * 1000,
                    known[REQUESTS],
                    known[FAILURES],
                    known[TOKENS],
                    any ? known[FIRST_BYTE_MICROS] / 1e3 / known[BEGAN] : null,
                    any ? known[SLOWEST_MICROS] / 1e3 : null);
        }
    }
}
