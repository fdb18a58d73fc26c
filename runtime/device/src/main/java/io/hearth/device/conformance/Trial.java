package io.hearth.device.conformance;

import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.Kernels;
import io.hearth.device.SeqLens;
import io.hearth.device.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/** One call of a kernel with inputs of one shape: makes tensors, calls, compares, remembers the largest error. */
final class Trial implements AutoCloseable {
    private final Device device;
    private final Kernels kernels;
    private final DType act;
    private final int round;
    private final Random random;
    private final List<Slot> slots = new ArrayList<>();
    private double error;
    private double tolerance;

    Trial(Device device, Kernels kernels, DType act, int round, long seed) {
        this.device = device;
        this.kernels = kernels;
        this.act = act;
        this.round = round;
        this.random = new Random(seed);
    }

    Device device() {
        return device;
    }

    Kernels kernels() {
        return kernels;
    }

    /** Type of activations in this trial. */
    DType act() {
        return act;
    }

    /** Number of this trial, from 0: by it checks go through variants that all must come up. */
    int round() {
        return round;
    }

    /** Whether this trial takes the variant of odd rounds. */
    boolean odd() {
        return round % 2 == 1;
    }

    // ---- Drawing ---------------------------------------------------------------------------------------------------

    /** One of the values; the first trial takes the first, which is the smallest that makes sense. */
    int size(int first, int... others) {
        return round == 0 ? first : others[random.nextInt(others.length)];
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    double uniform() {
        return random.nextDouble();
    }

    /** Normal numbers, rounded to a type. */
    double[] normal(DType type, int count) {
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = Rounding.round(type, random.nextGaussian());
        }
        return values;
    }

    /** The numbers 0 to count - 1 in random order. */
    int[] shuffled(int count) {
        int[] order = new int[count];
        for (int i = 0; i < count; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }

    // ---- Tensors ---------------------------------------------------------------------------------------------------

    Slot input(String name, DType type, double[] values, long... shape) {
        return add(new Slot(device, name, Slot.Role.INPUT, type, values, -1, 0, shape));
    }

    /** Normal numbers of the activations' type. */
    Slot input(String name, long... shape) {
        return input(name, act, normal(act, count(shape)), shape);
    }

    /** Normal numbers in a view with gaps. */
    Slot inputView(String name, long rows, long cols) {
        double[] values = normal(act, count(rows, cols));
        return add(new Slot(device, name, Slot.Role.INPUT, act, values, gap(), gap() + 1, rows, cols));
    }

    /** An i32 vector. */
    Slot indices(String name, int... values) {
        double[] numbers = Arrays.stream(values).asDoubleStream().toArray();
        return input(name, DType.I32, numbers, values.length);
    }

    Slot output(String name, DType type, long... shape) {
        return add(new Slot(device, name, Slot.Role.OUTPUT, type, null, -1, 0, shape));
    }

    Slot outputView(String name, DType type, long rows, long cols) {
        return add(new Slot(device, name, Slot.Role.OUTPUT, type, null, gap(), gap() + 1, rows, cols));
    }

    /** An output that holds numbers before, since it is added to or is an input as well. */
    Slot update(String name, DType type, long... shape) {
        return update(name, type, normal(type, count(shape)), shape);
    }

    Slot update(String name, DType type, double[] values, long... shape) {
        return add(new Slot(device, name, Slot.Role.OUTPUT, type, values, -1, 0, shape));
    }

    Slot updateView(String name, DType type, long rows, long cols) {
        double[] values = normal(type, count(rows, cols));
        return add(new Slot(device, name, Slot.Role.OUTPUT, type, values, gap(), gap() + 1, rows, cols));
    }

    /** An input that is undefined afterwards, or room for the kernel's own use. */
    Slot scratch(String name, DType type, double[] values, long... shape) {
        return add(new Slot(device, name, Slot.Role.SCRATCH, type, values, -1, 0, shape));
    }

    private int gap() {
        return random.nextInt(4) * 4 + (act == DType.F32 ? 0 : random.nextInt(2));
    }

    private Slot add(Slot slot) {
        slots.add(slot);
        return slot;
    }

    private static int count(long... shape) {
        return Math.toIntExact(Arrays.stream(shape).reduce(1, (a, b) -> a * b));
    }

    /** Lengths on the host and, as inputs of this trial, on the device. */
    SeqLens lengths(int[] cuQ, int[] kvLen) {
        Slot starts = indices("cuQ", cuQ);
        Slot contexts = indices("kvLen", kvLen);
        return SeqLens.upload(device, cuQ, kvLen, starts.tensor(), contexts.tensor());
    }

    // ---- Calling and comparing -------------------------------------------------------------------------------------

    /** Calls twice from the same state: nothing but outputs may change, and both calls must leave the same bits. */
    void run(Runnable call) {
        once(call);
        List<byte[]> first = slots.stream().map(Slot::image).toList();
        once(call);
        for (int i = 0; i < slots.size(); i++) {
            if (!Arrays.equals(first.get(i), slots.get(i).image())) {
                throw new ConformanceFailure(
                        "the same call gave other bits in " + slots.get(i).name());
            }
        }
    }

    private void once(Runnable call) {
        slots.forEach(Slot::restore);
        device.synchronize();
        call.run();
        device.synchronize();
        slots.forEach(Slot::fetch);
    }

    /** Compares what the call left with what the reference says. */
    void expect(Slot slot, double[] wanted, Tolerance allowed) {
        expect(slot, wanted, allowed, 0);
    }

    /**
     * The same where the wanted values are differences of larger numbers.
     *
     * @param size of those numbers: errors are relative to it where it is larger than what errors are relative to else
     */
    void expect(Slot slot, double[] wanted, Tolerance allowed, double size) {
        expect(slot.name(), slot.tensor(), slot.values(), wanted, allowed, size);
    }

    /** Compares some values of a tensor. */
    void expect(String name, Tensor tensor, double[] actual, double[] wanted, Tolerance allowed, double size) {
        if (actual.length != wanted.length) {
            throw new ConformanceFailure(name + " has " + actual.length + " elements, not " + wanted.length);
        }
        double limit = allowed.of(tensor.type());
        double scale = Math.max(size, Math.max(rootMeanSquare(wanted), Tolerance.smallestNormal(tensor.type())));
        for (int i = 0; i < wanted.length; i++) {
            double difference = actual[i] == wanted[i] ? 0 : Math.abs(actual[i] - wanted[i]);
            double relative = difference == 0 ? 0 : difference / Math.max(Math.abs(wanted[i]), scale);
            if (!(relative * tolerance <= error * limit) || tolerance == 0) {
                error = relative;
                tolerance = limit;
            }
            if (!(relative <= limit)) {
                throw new ConformanceFailure("element " + i + " of " + name + " " + tensor + " is " + actual[i]
                        + ", wanted " + wanted[i] + ": error " + relative + ", allowed " + limit);
            }
        }
    }

    void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new ConformanceFailure(otherwise);
        }
    }

    static double rootMeanSquare(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value * value;
        }
        return Math.sqrt(sum / Math.max(1, values.length));
    }

    /** Largest error relative to its tolerance so far. */
    double error() {
        return error;
    }

    /** Tolerance that belongs to {@link #error}. */
    double tolerance() {
        return tolerance;
    }

    /** Names and shapes of the tensors. */
    String shapes() {
        return slots.stream().map(slot -> slot.name() + " " + slot.tensor()).collect(Collectors.joining(", "));
    }

    @Override
    public void close() {
        slots.forEach(Slot::close);
    }
}
