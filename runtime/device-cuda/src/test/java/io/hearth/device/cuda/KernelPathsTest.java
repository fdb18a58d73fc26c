package io.hearth.device.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.device.Bfloat16;
import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.Devices;
import io.hearth.device.Kernels;
import io.hearth.device.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Function;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Shapes that take other ways through the kernels than those of the conformance kit: odd addresses, long rows, many rows. */
class KernelPathsTest {
    private static final float EPS = 1e-5f;

    private final Random random = new Random(4);
    private Device device;
    private Kernels kernels;

    @BeforeEach
    void open() {
        Stand.require();
        device = Devices.open("cuda:0");
        kernels = device.kernels();
    }

    @AfterEach
    void close() {
        if (device != null) {
            device.close();
        }
    }

    // ---- Tensors ---------------------------------------------------------------------------------------------------

    private Tensor tensor(DType type, long... shape) {
        long elements = 1;
        for (long size : shape) {
            elements *= size;
        }
        return Tensor.of(device.allocate(elements * type.bytes()), 0, type, shape);
    }

    private Tensor normal(DType type, long... shape) {
        Tensor tensor = tensor(type, shape);
        write(tensor, i -> random.nextGaussian());
        return tensor;
    }

    private void write(Tensor tensor, IntToDoubleFunction values) {
        int count = (int) tensor.elements();
        MemorySegment host;
        if (tensor.type() == DType.F32) {
            float[] numbers = new float[count];
            for (int i = 0; i < count; i++) {
                numbers[i] = (float) values.applyAsDouble(i);
            }
            host = MemorySegment.ofArray(numbers);
        } else {
            short[] numbers = new short[count];
            for (int i = 0; i < count; i++) {
                float value = (float) values.applyAsDouble(i);
                numbers[i] = tensor.type() == DType.BF16 ? Bfloat16.fromFloat(value) : Float.floatToFloat16(value);
            }
            host = MemorySegment.ofArray(numbers);
        }
        device.upload(host, tensor);
    }

    private double[] read(Tensor tensor) {
        int count = (int) tensor.elements();
        if (tensor.type() == DType.F32) {
            float[] numbers = new float[count];
            device.download(tensor, MemorySegment.ofArray(numbers));
            return IntStream.range(0, count).mapToDouble(i -> numbers[i]).toArray();
        }
        short[] numbers = new short[count];
        device.download(tensor, MemorySegment.ofArray(numbers));
        boolean bf16 = tensor.type() == DType.BF16;
        return IntStream.range(0, count)
                .mapToDouble(i -> bf16 ? Bfloat16.toFloat(numbers[i]) : Float.float16ToFloat(numbers[i]))
                .toArray();
    }

    /** The same numbers, one element behind an aligned address. */
    private Tensor shifted(Tensor tensor) {
        long count = tensor.elements();
        Tensor copy = tensor(tensor.type(), count + 1).slice(1, count);
        double[] values = read(tensor);
        write(copy, i -> values[i]);
        return copy.reshape(tensor.shape());
    }

    private static void assertClose(double[] actual, double[] wanted, double tolerance) {
        double scale = Math.sqrt(IntStream.range(0, wanted.length)
                        .mapToDouble(i -> wanted[i] * wanted[i])
                        .sum()
                / wanted.length);
        assertThat(actual).hasSameSizeAs(wanted);
        for (int i = 0; i < wanted.length; i++) {
            assertThat(Math.abs(actual[i] - wanted[i]))
                    .as("element %d: %s, wanted %s", i, actual[i], wanted[i])
                    .isLessThanOrEqualTo(tolerance * Math.max(scale, Math.abs(wanted[i])));
        }
    }

    // ---- Odd addresses ---------------------------------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource(names = {"F32", "BF16", "F16"})
    void elementsDoNotDependOnWhereTheyLie(DType type) {
        Tensor x = normal(type, 3, 4099);
        Tensor y = normal(type, 3, 4099);
        Tensor mask = tensor(DType.I8, 3, 4099);
        assertSameShifted(x, a -> {
            kernels.add(a, y, a);
            return a;
        });
        assertSameShifted(x, a -> {
            Tensor out = shifted(y);
            kernels.axpy(-1.5f, a, out);
            return out;
        });
        assertSameShifted(x, a -> {
            kernels.scale(a, 3.25f);
            return a;
        });
        assertSameShifted(x, a -> {
            Tensor out = shifted(y);
            kernels.dropout(a, 0.3f, 9, 1, out, mask);
            return out;
        });
        for (DType other : new DType[] {DType.F32, DType.BF16, DType.F16}) {
            assertSameShifted(x, a -> {
                Tensor out = tensor(other, 3, 4099);
                kernels.copy(a, out);
                return out;
            });
        }
        assertSameShifted(x, a -> {
            kernels.fill(a, 0.1f);
            return a;
        });
    }

    private void assertSameShifted(Tensor x, Function<Tensor, Tensor> work) {
        Tensor there = shifted(x);
        Tensor here = tensor(x.type(), x.shape());
        kernels.copy(x, here);
        assertThat(read(work.apply(there))).isEqualTo(read(work.apply(here)));
    }

    // ---- Long and many rows ----------------------------------------------------------------------------------------

    /** Rows that a block holds, the longest of them, rows that it does not hold, and rows that are not aligned. */
    @ParameterizedTest
    @CsvSource({"F32, 8192", "F32, 8196", "F32, 20001", "BF16, 16384", "BF16, 16392", "BF16, 20001"})
    void normsOfRowsOfAnyLength(DType type, int width) {
        int rows = 3;
        double tolerance = type == DType.F32 ? 1e-5 : 0.013;
        Tensor x = normal(type, rows, width);
        Tensor gamma = normal(type, width);
        Tensor dy = normal(type, rows, width);
        Tensor y = tensor(type, rows, width);
        Tensor rstd = tensor(DType.F32, rows);
        Tensor dx = tensor(type, rows, width);
        Tensor dGamma = normal(DType.F32, width);
        double[] before = read(dGamma);
        kernels.rmsNorm(x, gamma, EPS, y, rstd);
        kernels.rmsNormGrad(dy, x, rstd, gamma, x, dx, dGamma);

        double[] a = read(x);
        double[] g = read(gamma);
        double[] d = read(dy);
        double[] r = new double[rows];
        double[] wantedDx = new double[rows * width];
        double[] wantedY = new double[rows * width];
        for (int row = 0; row < rows; row++) {
            double squares = 0;
            double pull = 0;
            for (int i = row * width; i < (row + 1) * width; i++) {
                squares += a[i] * a[i];
                pull += d[i] * g[i % width] * a[i];
            }
            r[row] = 1 / Math.sqrt(squares / width + EPS);
            for (int i = row * width; i < (row + 1) * width; i++) {
                wantedY[i] = a[i] * r[row] * g[i % width];
                wantedDx[i] = r[row] * (d[i] * g[i % width] - a[i] * r[row] * r[row] * pull / width) + a[i];
                before[i % width] += d[i] * a[i] * r[row];
            }
        }
        assertClose(read(rstd), r, 1e-5);
        assertClose(read(y), wantedY, tolerance);
        assertClose(read(dx), wantedDx, tolerance);
        assertClose(read(dGamma), before, 1e-5);
    }

    @ParameterizedTest
    @CsvSource({"F32, 5000, 136, 1", "BF16, 5000, 264, 8", "F16, 4097, 33, 0"})
    void sumsOverManyRows(DType type, int rows, int width, int gap) {
        Tensor all = normal(type, rows, width + gap);
        Tensor dy = all.columns(0, width);
        Tensor dBias = normal(DType.F32, width);
        double[] wanted = read(dBias);
        double[] values = read(all);
        for (int i = 0; i < rows * width; i++) {
            wanted[i % width] += values[i / width * (width + gap) + i % width];
        }
        kernels.biasGrad(dy, dBias);
        assertClose(read(dBias), wanted, 1e-5);
    }

    // ---- Heads of any size -----------------------------------------------------------------------------------------

    /** Fewer and more elements than the threads of a head take at a time, odd numbers of them among these. */
    @ParameterizedTest
    @CsvSource({"F32, 2", "F32, 6", "F32, 80", "F32, 512", "F32, 1032", "BF16, 512", "BF16, 1040"})
    void headsOfAnySizeAreTurnedThereAndBack(DType type, int size) {
        int tokens = 3;
        int heads = 5 + 2;
        Tensor qkv = normal(type, tokens, heads * size);
        Tensor cos = tensor(type, tokens, size);
        Tensor sin = tensor(type, tokens, size);
        write(cos, i -> Math.cos(i / size + i % size % (size / 2)));
        write(sin, i -> Math.sin(i / size + i % size % (size / 2)));
        Tensor q = tensor(type, tokens, 5, size);
        Tensor k = tensor(type, tokens, 1, size);
        Tensor v = tensor(type, tokens, 1, size);
        Tensor back = tensor(type, tokens, heads * size);
        kernels.qkvRope(qkv, cos, sin, null, null, EPS, q, k, v, null, null);
        kernels.qkvRopeGrad(q, k, v, null, cos, sin, null, null, null, null, back, null, null);
        // The way back is the transpose of a rotation, which is its inverse.
        double tolerance = type == DType.F32 ? 1e-6 : 0.03;
        assertClose(read(back), read(qkv), tolerance);
        // The queries of the last token, of which none stands at an angle of zero.
        int last = (tokens - 1) * heads * size;
        assertThat(Arrays.copyOfRange(read(q), (tokens - 1) * 5 * size, tokens * 5 * size))
                .isNotEqualTo(Arrays.copyOfRange(read(qkv), last, last + 5 * size));

        // With a gamma of ones, the norm makes the mean square of every head one.
        Tensor ones = tensor(type, size);
        kernels.fill(ones, 1);
        Tensor qRstd = tensor(DType.F32, tokens, 5);
        kernels.qkvRope(qkv, cos, sin, ones, null, 0, q, k, v, qRstd, null);
        double[] turned = read(q);
        for (int head = 0; head < tokens * 5; head++) {
            double squares = 0;
            for (int i = 0; i < size; i++) {
                squares += turned[head * size + i] * turned[head * size + i];
            }
            assertThat(squares / size).isBetween(1 - tolerance, 1 + tolerance);
        }
    }
}
