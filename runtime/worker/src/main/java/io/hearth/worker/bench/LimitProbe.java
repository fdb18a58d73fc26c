package io.hearth.worker.bench;

import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.Kernels;
import io.hearth.device.PreparedWeight;
import io.hearth.device.Tensor;
import io.hearth.engine.model.LoadedModel;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures what the device can do at the moment. On a machine that others use too this changes within seconds, so that a
 * figure is fairly compared only with what was measured just before and just after it. Bandwidth is that of the model's own
 * weights: where the system happens to put a piece of memory can make a difference of two.
 */
final class LimitProbe implements AutoCloseable {
    /** Rows and columns of matrices that keep a processor busy. */
    private static final int MATRIX = 2048;

    private static final double SECONDS = 0.7;
    private static final long MOST_COPIED_BYTES = 1L << 30;

    private final Kernels kernels;
    private final int matrix;
    private final Stopwatch stopwatch;
    private final List<Tensor> owned = new ArrayList<>();
    private final Tensor a;
    private final Tensor b;
    private final Tensor product;
    private final PreparedWeight square;
    private final Tensor weights;
    private final Tensor sum;
    private final Tensor copy;
    private MachineLimits last;

    /** @param model whose weights are read to measure bandwidth, in the type of whose activations matrices are multiplied */
    LimitProbe(LoadedModel model, double seconds) {
        this(model, seconds, MATRIX, false);
    }

    /**
     * A probe for cards.
     *
     * @param matrix rows and columns of the matrices that are multiplied
     */
    static LimitProbe ofCard(LoadedModel model, double seconds, int matrix) {
        return new LimitProbe(model, seconds, matrix, true);
    }

    private LimitProbe(LoadedModel model, double seconds, int matrix, boolean copying) {
        this.matrix = matrix;
        Device device = model.device();
        DType type = model.act();
        this.kernels = device.kernels();
        this.stopwatch = new Stopwatch(device, Math.min(SECONDS, seconds));
        this.a = own(device, type, matrix, matrix);
        this.b = own(device, type, matrix, matrix);
        this.product = own(device, type, matrix, matrix);
        this.square = device.prepareWeight(b);
        Tensor values = model.weights().arena().values();
        this.weights = Tensor.of(values.buffer(), 0, DType.F32, values.bytes() / 4);
        this.sum = own(device, DType.F32, 1);
        this.copy = copying ? own(device, DType.F32, Math.min(weights.bytes(), MOST_COPIED_BYTES) / 4) : null;
        List.of(a, b).forEach(tensor -> RandomWeights.fill(device, tensor));
        this.last = measure();
    }

    private Tensor own(Device device, DType type, long... shape) {
        Tensor tensor = device.allocate(type, shape);
        owned.add(tensor);
        return tensor;
    }

    /**
     * How long a round took, and what the device could do at that time.
     *
     * @param seconds median
     */
    record Timed(double seconds, MachineLimits limits) {}

    /** Times rounds of work between two measurements of the limits; the better of each counts. */
    Timed timed(Stopwatch stopwatch, Runnable round) {
        MachineLimits before = last;
        double seconds = stopwatch.median(round);
        last = measure();
        return new Timed(seconds, before.best(last));
    }

    /**
     * The fastest product of two square matrices, plain or with a prepared weight; and the median of reading all weights
     * once, since decoding, too, is measured by its median, and memory is now and then twice as fast for a moment. On a card
     * a copy, which reads and writes, may move more bytes in a second than reading alone; the better counts.
     */
    private MachineLimits measure() {
        double plain = stopwatch.fastest(() -> kernels.matmul(a, false, b, true, 1, 0, product));
        double packed = stopwatch.fastest(() -> kernels.linear(a, square, null, product));
        double read = stopwatch.median(() -> kernels.squaredNorm(weights, sum));
        double bandwidth = weights.bytes() / read;
        if (copy != null) {
            Tensor source = weights.slice(0, copy.elements());
            bandwidth = Math.max(bandwidth, 2.0 * copy.bytes() / stopwatch.median(() -> kernels.copy(source, copy)));
        }
        return new MachineLimits(2.0 * matrix * matrix * matrix / Math.min(plain, packed), bandwidth);
    }

    @Override
    public void close() {
        square.close();
        owned.forEach(tensor -> tensor.buffer().close());
    }
}
