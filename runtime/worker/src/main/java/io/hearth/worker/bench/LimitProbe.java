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
    private static final int MATRIX = 2048;

    private static final double SECONDS = 0.7;

    private final Kernels kernels;
    private final Stopwatch stopwatch;
    private final List<Tensor> owned = new ArrayList<>();
    private final Tensor a;
    private final Tensor b;
    private final Tensor product;
    private final PreparedWeight square;
    private final Tensor weights;
    private final Tensor sum;
    private MachineLimits last;

    /** @param model whose weights are read to measure bandwidth, in the type of whose activations matrices are multiplied */
    LimitProbe(LoadedModel model, double seconds) {
        Device device = model.device();
        DType type = model.act();
        this.kernels = device.kernels();
        this.stopwatch = new Stopwatch(device, Math.min(SECONDS, seconds));
        this.a = own(device, type, MATRIX, MATRIX);
        this.b = own(device, type, MATRIX, MATRIX);
        this.product = own(device, type, MATRIX, MATRIX);
        this.square = device.prepareWeight(b);
        Tensor values = model.weights().arena().values();
        this.weights = Tensor.of(values.buffer(), 0, DType.F32, values.bytes() / 4);
        this.sum = own(device, DType.F32, 1);
        List.of(a, b).forEach(tensor -> RandomWeights.fill(device, tensor));
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
     * The fastest product of two square matrices of 2048, plain or with a prepared weight; and the median of reading all
     * weights once, since decoding, too, is measured by its median, and memory is now and then twice as fast for a moment.
     */
    private MachineLimits measure() {
        double plain = stopwatch.fastest(() -> kernels.matmul(a, false, b, true, 1, 0, product));
        double packed = stopwatch.fastest(() -> kernels.linear(a, square, null, product));
        double read = stopwatch.median(() -> kernels.squaredNorm(weights, sum));
        return new MachineLimits(2.0 * MATRIX * MATRIX * MATRIX / Math.min(plain, packed), weights.bytes() / read);
    }

    @Override
    public void close() {
        square.close();
        owned.forEach(tensor -> tensor.buffer().close());
    }
}
