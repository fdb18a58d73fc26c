package io.hearth.device.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.device.Bfloat16;
import io.hearth.device.DType;
import io.hearth.device.Devices;
import io.hearth.device.RecordedWork;
import io.hearth.device.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Products against plain Java. Elements are small whole numbers, so that sums in f32 are exact and every result is known to
 * the last bit: the exact sum, rounded once to the type of the result.
 */
class GemmTest {
    private CudaDevice device;

    @BeforeEach
    void open() {
        Stand.require();
        device = (CudaDevice) Devices.open("cuda:0");
    }

    @AfterEach
    void close() {
        if (device != null) {
            device.close();
        }
    }

    /** A view with room around it, and its elements on the host. */
    private record Matrix(Tensor tensor, float[] values) {}

    private Matrix matrix(Random random, DType type, int rows, int cols, int left, int right) {
        Tensor view = device.allocate(type, rows, left + cols + right).columns(left, left + cols);
        float[] values = new float[rows * cols];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextInt(-4, 5);
        }
        write(view, values);
        return new Matrix(view, values);
    }

    private void write(Tensor view, float[] values) {
        int cols = view.cols();
        for (int row = 0; row < view.rows(); row++) {
            MemorySegment bytes =
                    MemorySegment.ofArray(new byte[cols * view.type().bytes()]);
            for (int col = 0; col < cols; col++) {
                float value = values[row * cols + col];
                switch (view.type()) {
                    case F32 -> bytes.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, col, value);
                    case BF16 -> bytes.setAtIndex(ValueLayout.JAVA_SHORT_UNALIGNED, col, Bfloat16.fromFloat(value));
                    default -> bytes.setAtIndex(ValueLayout.JAVA_SHORT_UNALIGNED, col, Float.floatToFloat16(value));
                }
            }
            device.upload(bytes, view.rows(row, row + 1).reshape(cols));
        }
    }

    private float[] read(Tensor view) {
        float[] values = new float[view.rows() * view.cols()];
        for (int row = 0; row < view.rows(); row++) {
            MemorySegment bytes =
                    MemorySegment.ofArray(new byte[view.cols() * view.type().bytes()]);
            device.download(view.rows(row, row + 1).reshape(view.cols()), bytes);
            for (int col = 0; col < view.cols(); col++) {
                values[row * view.cols() + col] = switch (view.type()) {
                    case F32 -> bytes.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, col);
                    case BF16 -> Bfloat16.toFloat(bytes.getAtIndex(ValueLayout.JAVA_SHORT_UNALIGNED, col));
                    default -> Float.float16ToFloat(bytes.getAtIndex(ValueLayout.JAVA_SHORT_UNALIGNED, col));
                };
            }
        }
        return values;
    }

    private static float rounded(float value, DType type) {
        return switch (type) {
            case BF16 -> Bfloat16.toFloat(Bfloat16.fromFloat(value));
            case F16 -> Float.float16ToFloat(Float.floatToFloat16(value));
            default -> value;
        };
    }

    private void check(long seed) {
        Random random = new Random(seed);
        DType act = new DType[] {DType.F32, DType.BF16, DType.F16}[random.nextInt(3)];
        DType outType = random.nextBoolean() ? act : DType.F32;
        int m = 1 + random.nextInt(random.nextBoolean() ? 5 : 150);
        int n = 1 + random.nextInt(150);
        int k = 1 + random.nextInt(random.nextBoolean() ? 8 : 300);
        boolean transposeA = random.nextBoolean();
        boolean transposeB = random.nextBoolean();
        float alpha = new float[] {1, 2, -0.5f}[random.nextInt(3)];
        float beta = random.nextInt(2);
        int around = random.nextBoolean() ? 0 : 9;
        Matrix a = matrix(
                random,
                act,
                transposeA ? k : m,
                transposeA ? m : k,
                random.nextInt(around + 1),
                random.nextInt(around + 1));
        Matrix b = matrix(
                random,
                act,
                transposeB ? n : k,
                transposeB ? k : n,
                random.nextInt(around + 1),
                random.nextInt(around + 1));
        Matrix out = matrix(random, outType, m, n, random.nextInt(around + 1), random.nextInt(around + 1));
        Matrix bias = beta == 0 && random.nextBoolean() ? matrix(random, act, 1, n, random.nextInt(3), 0) : null;
        if (beta == 0) {
            float[] nothing = new float[m * n];
            Arrays.fill(nothing, Float.NaN);
            write(out.tensor(), nothing);
        }
        Tensor biasRow = bias == null ? null : bias.tensor().reshape(n);
        device.gemm().matmul(a.tensor(), transposeA, b.tensor(), transposeB, alpha, beta, biasRow, out.tensor());
        float[] result = read(out.tensor());
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                float sum = 0;
                for (int x = 0; x < k; x++) {
                    sum += a.values()[transposeA ? x * m + i : i * k + x]
                            * b.values()[transposeB ? j * k + x : x * n + j];
                }
                float expected = alpha * sum + (beta == 0 ? 0 : out.values()[i * n + j]);
                if (bias != null) {
                    // A bias that is not aligned is added by a kernel of its own, after the product was rounded.
                    boolean fused = act == outType && biasRow.address() % 16 == 0;
                    expected = (fused ? expected : rounded(expected, outType)) + bias.values()[j];
                }
                assertThat(result[i * n + j])
                        .as(
                                "seed %d: element (%d, %d) of %s x %s to %s",
                                seed, i, j, a.tensor(), b.tensor(), out.tensor())
                        .isEqualTo(rounded(expected, outType));
            }
        }
    }

    @Test
    void oddShapesAndViewsAreRightToTheLastBit() {
        for (int i = 0; i < 120; i++) {
            check(1000 + i);
        }
    }

    @Test
    void aSumOverNothingIsZero() {
        Matrix out = matrix(new Random(1), DType.BF16, 3, 5, 1, 1);
        Tensor a = device.allocate(DType.BF16, 3, 0);
        Tensor b = device.allocate(DType.BF16, 0, 5);
        device.gemm().matmul(a, false, b, false, 1, 1, null, out.tensor());
        assertThat(read(out.tensor())).isEqualTo(out.values());
        device.gemm().matmul(a, false, b, false, 1, 0, null, out.tensor());
        assertThat(read(out.tensor())).containsOnly(0);
    }

    @Test
    void recordedProductsTakeWhatIsThereAtTheReplay() {
        Random random = new Random(3);
        Matrix a = matrix(random, DType.BF16, 7, 33, 0, 0);
        Matrix b = matrix(random, DType.BF16, 20, 33, 0, 0);
        Tensor out = device.allocate(DType.F32, 7, 20);
        Tensor direct = device.allocate(DType.F32, 7, 20);
        Runnable step = () -> device.gemm().matmul(a.tensor(), false, b.tensor(), true, 2, 0, null, out);
        step.run();
        try (RecordedWork work = device.record(step).orElseThrow()) {
            for (int i = 0; i < 3; i++) {
                float[] values = new float[7 * 33];
                for (int j = 0; j < values.length; j++) {
                    values[j] = random.nextInt(-4, 5);
                }
                write(a.tensor(), values);
                work.replay();
                device.gemm().matmul(a.tensor(), false, b.tensor(), true, 2, 0, null, direct);
                assertThat(read(out)).isEqualTo(read(direct));
            }
        }
    }

    @Test
    void aKnownShapeAllocatesNothing() {
        Matrix a = matrix(new Random(4), DType.BF16, 2, 8, 0, 0);
        Matrix b = matrix(new Random(5), DType.BF16, 8, 8, 0, 0);
        Matrix bias = matrix(new Random(6), DType.BF16, 1, 8, 0, 0);
        Tensor biasRow = bias.tensor().reshape(8);
        Tensor out = device.allocate(DType.BF16, 2, 8);
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long perCall = Long.MAX_VALUE;
        for (int round = 0; round < 20; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 1000; i++) {
                device.gemm().matmul(a.tensor(), false, b.tensor(), true, 1, 0, biasRow, out);
            }
            perCall = Math.min(perCall, (threads.getCurrentThreadAllocatedBytes() - before) / 1000);
            device.synchronize();
        }
        assertThat(perCall).isZero();
    }
}
