package io.hearth.worker.bench;

import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.Kernels;
import io.hearth.device.PreparedWeight;
import io.hearth.device.Tensor;
import java.util.Locale;

/**
 * What a device can do at best.
 *
 * @param flops floating point operations per second of a large matrix product
 * @param bytesPerSecond memory bandwidth
 */
record MachineLimits(double flops, double bytesPerSecond) {
    private static final int MATRIX = 2048;

    /** Larger than any cache. */
    private static final long READ_BYTES = 512L << 20;

    /**
     * Measures both: the product of two square matrices of 2048; and the fastest of reading 512 MiB once (a squared norm),
     * copying them, and a product with a single row, which reads its weight once.
     *
     * @param type of the matrices
     */
    static MachineLimits measure(Device device, DType type, Stopwatch stopwatch) {
        return new MachineLimits(flops(device, type, stopwatch), bandwidth(device, type, stopwatch));
    }

    /** The better of each limit. */
    MachineLimits best(MachineLimits other) {
        return new MachineLimits(Math.max(flops, other.flops), Math.max(bytesPerSecond, other.bytesPerSecond));
    }

    private static double flops(Device device, DType type, Stopwatch stopwatch) {
        Kernels kernels = device.kernels();
        Tensor a = device.allocate(type, MATRIX, MATRIX);
        Tensor b = device.allocate(type, MATRIX, MATRIX);
        Tensor out = device.allocate(type, MATRIX, MATRIX);
        RandomWeights.fill(device, a);
        RandomWeights.fill(device, b);
        double work = 2.0 * MATRIX * MATRIX * MATRIX;
        double plain = stopwatch.fastest(() -> kernels.matmul(a, false, b, true, 1, 0, out));
        double packed;
        try (PreparedWeight weight = device.prepareWeight(b)) {
            packed = stopwatch.fastest(() -> kernels.linear(a, weight, null, out));
        }
        a.buffer().close();
        b.buffer().close();
        out.buffer().close();
        return work / Math.min(plain, packed);
    }

    private static double bandwidth(Device device, DType type, Stopwatch stopwatch) {
        Kernels kernels = device.kernels();
        Tensor source = device.allocate(DType.F32, READ_BYTES / 4);
        Tensor target = device.allocate(DType.F32, READ_BYTES / 4);
        Tensor sum = device.allocate(DType.F32, 1);
        // Memory that nobody has written to may be one page of zeros, which is read from the cache.
        RandomWeights.fill(device, source);
        RandomWeights.fill(device, target);
        double best = READ_BYTES / stopwatch.fastest(() -> kernels.squaredNorm(source, sum));
        best = Math.max(best, 2.0 * READ_BYTES / stopwatch.fastest(() -> kernels.copy(source, target)));
        source.buffer().close();
        target.buffer().close();
        sum.buffer().close();
        long columns = MATRIX;
        long rows = READ_BYTES / type.bytes() / columns;
        Tensor plain = device.allocate(type, rows, columns);
        RandomWeights.fill(device, plain);
        Tensor x = device.allocate(type, 1, columns);
        Tensor y = device.allocate(type, 1, rows);
        try (PreparedWeight weight = device.prepareWeight(plain)) {
            best = Math.max(best, READ_BYTES / stopwatch.fastest(() -> kernels.linear(x, weight, null, y)));
        }
        plain.buffer().close();
        x.buffer().close();
        y.buffer().close();
        return best;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "limits measured in this run: %.0f GFLOP/s (product of two %d x %d matrices), %.1f GB/s of memory",
                flops / 1e9,
                MATRIX,
                MATRIX,
                bytesPerSecond / 1e9);
    }
}
