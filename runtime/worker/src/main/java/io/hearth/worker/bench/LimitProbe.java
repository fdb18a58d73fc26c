package io.hearth.worker.bench;

import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.Kernels;
import io.hearth.device.PreparedWeight;
import io.hearth.device.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures what the device can do at the moment. On a machine that others use too this changes within seconds, so that a
 * figure is fairly compared only with what was measured just before and just after it.
 */
final class LimitProbe implements AutoCloseable {
    private static final int MATRIX = 2048;

    /** Larger than any cache. */
    private static final long READ_BYTES = 512L << 20;

    private static final double SECONDS = 0.7;

    private final Kernels kernels;
    private final Stopwatch stopwatch;
    private final List<Tensor> owned = new ArrayList<>();
    private final Tensor a;
    private final Tensor b;
    private final Tensor product;
    private final Tensor source;
    private final Tensor target;
    private final Tensor sum;
    private final Tensor row;
    private final Tensor answer;
    private final PreparedWeight square;
    private final PreparedWeight tall;
    private MachineLimits last;

    /** @param type of the matrices */
    LimitProbe(Device device, DType type, double seconds) {
        this.kernels = device.kernels();
        this.stopwatch = new Stopwatch(device, Math.min(SECONDS, seconds));
        this.a = own(device, type, MATRIX, MATRIX);
        this.b = own(device, type, MATRIX, MATRIX);
        this.product = own(device, type, MATRIX, MATRIX);
        this.square = device.prepareWeight(b);
        this.source = own(device, DType.F32, READ_BYTES / 4);
        this.target = own(device, DType.F32, READ_BYTES / 4);
        this.sum = own(device, DType.F32, 1);
        long rows = READ_BYTES / type.bytes() / MATRIX;
        Tensor weight = own(device, type, rows, MATRIX);
        this.tall = device.prepareWeight(weight);
        this.row = own(device, type, 1, MATRIX);
        this.answer = own(device, type, 1, rows);
        // Memory that nobody has written to may be one page of zeros, which is read from the cache.
        List.of(a, b, source, target, weight).forEach(tensor -> RandomWeights.fill(device, tensor));
        this.last = measure();
    }

    private Tensor own(Device device, DType type, long... shape) {
        Tensor tensor = device.allocate(type, shape);
        owned.add(tensor);
        return tensor;
    }

    /** Does some work between two measurements of the limits; the better of each counts. */
    MachineLimits around(Runnable work) {
        MachineLimits before = last;
        work.run();
        last = measure();
        return before.best(last);
    }

    /**
     * The product of two square matrices of 2048, plain or with a prepared weight; and the fastest of reading 512 MiB once (a
     * squared norm), copying them, and a product with a single row, which reads its weight once.
     */
    private MachineLimits measure() {
        double plain = stopwatch.fastest(() -> kernels.matmul(a, false, b, true, 1, 0, product));
        double packed = stopwatch.fastest(() -> kernels.linear(a, square, null, product));
        double read = READ_BYTES / stopwatch.fastest(() -> kernels.squaredNorm(source, sum));
        double copied = 2.0 * READ_BYTES / stopwatch.fastest(() -> kernels.copy(source, target));
        double multiplied = READ_BYTES / stopwatch.fastest(() -> kernels.linear(row, tall, null, answer));
        return new MachineLimits(
                2.0 * MATRIX * MATRIX * MATRIX / Math.min(plain, packed), Math.max(read, Math.max(copied, multiplied)));
    }

    @Override
    public void close() {
        square.close();
        tall.close();
        owned.forEach(tensor -> tensor.buffer().close());
    }
}
