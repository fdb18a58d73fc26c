package io.hearth.engine.parallel;

import io.hearth.device.Collective;
import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * The processes that train a job together, as one of them sees them. Every rank asks for the same things in the same order.
 * What they decide by, they agree on to the last bit: numbers are exchanged as they are and added in rank order.
 */
public final class Ranks implements AutoCloseable {
    /** Numbers that are exchanged at a time. */
    private static final int MOST_NUMBERS = 8;

    private static final int INTS_PER_NUMBER = Long.BYTES / Integer.BYTES;
    private static final Ranks ALONE = new Ranks(null, null);

    private final Device device;
    private final Collective collective;
    private final Tensor mine;
    private final Tensor everyones;
    private boolean closed;

    private Ranks(Device device, Collective collective) {
        this.device = device;
        this.collective = collective;
        mine = collective == null ? null : device.allocate(DType.I32, MOST_NUMBERS * INTS_PER_NUMBER);
        everyones = collective == null
                ? null
                : device.allocate(DType.I32, (long) collective.size() * MOST_NUMBERS * INTS_PER_NUMBER);
    }

    /** A job on one card. */
    public static Ranks alone() {
        return ALONE;
    }

    /** @param collective of this device; belongs to the result */
    public static Ranks of(Device device, Collective collective) {
        return new Ranks(device, collective);
    }

    /** This process's number. */
    public int rank() {
        return collective == null ? 0 : collective.rank();
    }

    public int size() {
        return collective == null ? 1 : collective.size();
    }

    /** Whether this is the rank that writes files and tells of the work. */
    public boolean isFirst() {
        return rank() == 0;
    }

    private boolean isAlone() {
        return collective == null;
    }

    /** Sums a tensor over all ranks, in place. */
    public void sum(Tensor values) {
        if (!isAlone()) {
            collective.allReduce(values);
        }
    }

    /** Gives every rank the first one's values. */
    public void copyFromFirst(Tensor values) {
        if (!isAlone()) {
            collective.broadcast(values, 0);
        }
    }

    /** Gives every rank the first one's bytes. */
    public byte[] fromFirst(byte[] bytes) {
        if (isAlone()) {
            return bytes;
        }
        int length = (int) gather(bytes.length)[0][0];
        Tensor place = device.allocate(DType.I8, Math.max(1, length));
        try {
            Tensor part = place.slice(0, length);
            if (isFirst()) {
                device.upload(MemorySegment.ofArray(bytes), part);
            }
            collective.broadcast(part, 0);
            byte[] answer = new byte[length];
            device.download(part, MemorySegment.ofArray(answer));
            return answer;
        } finally {
            place.buffer().close();
        }
    }

    /** The sum of every rank's number. */
    public double sum(double value) {
        if (isAlone()) {
            return value;
        }
        double sum = 0;
        for (long[] numbers : gather(Double.doubleToRawLongBits(value))) {
            sum += Double.longBitsToDouble(numbers[0]);
        }
        return sum;
    }

    /** The first rank's number. */
    public double fromFirst(double value) {
        return isAlone() ? value : Double.longBitsToDouble(gather(Double.doubleToRawLongBits(value))[0][0]);
    }

    /** Whether any rank says yes. */
    public boolean any(boolean yes) {
        return sum(yes ? 1.0 : 0.0) > 0;
    }

    /**
     * Looks whether all ranks have the same of something.
     *
     * @param numbers at most {@value #MOST_NUMBERS} that stand for it
     * @return the first rank that differs from rank 0, on every rank
     */
    public OptionalInt differing(long... numbers) {
        if (isAlone()) {
            return OptionalInt.empty();
        }
        long[][] all = gather(numbers);
        return IntStream.range(1, size())
                .filter(other -> !Arrays.equals(all[other], all[0]))
                .findFirst();
    }

    /** Every rank's numbers, by rank. */
    private long[][] gather(long... numbers) {
        MemorySegment host = MemorySegment.ofArray(Arrays.copyOf(numbers, MOST_NUMBERS));
        device.upload(host, mine);
        collective.allGather(mine, everyones);
        long[] gathered = new long[size() * MOST_NUMBERS];
        device.download(everyones, MemorySegment.ofArray(gathered));
        long[][] result = new long[size()][];
        for (int other = 0; other < size(); other++) {
            int from = other * MOST_NUMBERS;
            result[other] = Arrays.copyOfRange(gathered, from, from + numbers.length);
        }
        return result;
    }

    /** Leaves the group. What others still wait for fails. */
    @Override
    public void close() {
        if (!isAlone() && !closed) {
            closed = true;
            try {
                collective.close();
            } finally {
                mine.buffer().close();
                everyones.buffer().close();
            }
        }
    }
}
