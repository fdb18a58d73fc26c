package io.hearth.device.ascend.kernels;

import com.sun.jna.NativeLibrary;
import io.hearth.device.Bfloat16;
import io.hearth.device.CheckedKernels;
import io.hearth.device.DType;
import io.hearth.device.DeviceBuffer;
import io.hearth.device.Kernels;
import io.hearth.device.SeqLens;
import io.hearth.device.Tensor;
import io.hearth.device.ascend.aclnn.Operators;
import io.hearth.device.ascend.aclnn.Scratch;
import io.hearth.device.ascend.aclnn.Soc;
import io.hearth.device.ascend.cann.Acl;
import io.hearth.device.ascend.cann.Cann;
import io.hearth.device.ascend.card.Card;
import io.hearth.device.ascend.card.Patience;
import io.hearth.device.ascend.card.Staging;
import io.hearth.device.ascend.card.Stream;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;

/** The stand-in's card as kernels see it, with scratch memory of any size, so that small tensors have to be cut. */
final class KernelStand {
    private final Acl acl;
    private final Staging staging;
    private final Stream stream;
    final Operators operators;
    final Kernels kernels;
    final Random random = new Random(11);

    KernelStand(long scratchBytes) {
        acl = Cann.ofThisMachine().start();
        stream = new Stream(Card.take(acl, 0), Patience.configured());
        staging = new Staging(stream);
        operators = new Operators(stream, staging, Soc.of(acl.socName()), this::allocate);
        kernels = new CheckedKernels(
                new AscendKernels(operators, new Scratch(allocate(scratchBytes).address(), scratchBytes)));
    }

    /** How often a function of CANN was called, as the stand-in counts it. */
    static long calls(String function) {
        Path core = Path.of(System.getenv("HEARTH_ASCEND_HOME"), "lib64", "libstandin_core.so");
        return NativeLibrary.getInstance(core.toString())
                .getFunction("standin_calls")
                .invokeLong(new Object[] {function});
    }

    /** The process ends before its memory is missed. */
    private DeviceBuffer allocate(long bytes) {
        long reserved = acl.allocate(bytes + 512);
        long address = (reserved + 255) & -256L;
        return new DeviceBuffer() {
            @Override
            public long bytes() {
                return (bytes + 255) & -256L;
            }

            @Override
            public long address() {
                return address;
            }

            @Override
            public MemorySegment host() {
                throw new UnsupportedOperationException();
            }

            @Override
            public void close() {}
        };
    }

    // ---- Tensors ---------------------------------------------------------------------------------------------------

    Tensor empty(DType type, long... shape) {
        long elements = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        return Tensor.of(allocate(Math.max(1, elements * type.bytes())), 0, type, shape);
    }

    Tensor of(DType type, double[] values, long... shape) {
        Tensor tensor = empty(type, shape);
        Object bits = switch (type) {
            case F32 -> {
                float[] numbers = new float[values.length];
                Arrays.setAll(values, i -> numbers[i] = (float) values[i]);
                yield numbers;
            }
            case I32 -> Arrays.stream(values).mapToInt(x -> (int) x).toArray();
            default -> {
                short[] numbers = new short[values.length];
                for (int i = 0; i < numbers.length; i++) {
                    numbers[i] = type == DType.BF16
                            ? Bfloat16.fromFloat((float) values[i])
                            : Float.floatToFloat16((float) values[i]);
                }
                yield numbers;
            }
        };
        staging.upload(
                switch (bits) {
                    case float[] numbers -> MemorySegment.ofArray(numbers);
                    case int[] numbers -> MemorySegment.ofArray(numbers);
                    case short[] numbers -> MemorySegment.ofArray(numbers);
                    default -> throw new AssertionError();
                },
                tensor.address());
        return tensor;
    }

    Tensor indices(int... values) {
        return of(DType.I32, Arrays.stream(values).asDoubleStream().toArray(), values.length);
    }

    Tensor normal(DType type, long... shape) {
        double[] values = new double[Math.toIntExact(Arrays.stream(shape).reduce(1, (a, b) -> a * b))];
        Arrays.setAll(values, i -> random.nextGaussian());
        return of(type, values, shape);
    }

    double[] read(Tensor tensor) {
        int count = Math.toIntExact(tensor.elements());
        double[] values = new double[count];
        if (tensor.type() == DType.F32) {
            float[] numbers = new float[count];
            staging.download(tensor.address(), MemorySegment.ofArray(numbers));
            Arrays.setAll(values, i -> numbers[i]);
        } else {
            short[] numbers = new short[count];
            staging.download(tensor.address(), MemorySegment.ofArray(numbers));
            Arrays.setAll(
                    values,
                    i -> tensor.type() == DType.BF16 ? Bfloat16.toFloat(numbers[i]) : Float.float16ToFloat(numbers[i]));
        }
        return values;
    }

    SeqLens lengths(int[] cuQ, int[] kvLen) {
        return SeqLens.of(cuQ, kvLen, indices(cuQ), indices(kvLen));
    }

    // ---- Comparing -------------------------------------------------------------------------------------------------

    /**
     * @param single error of f32 that is allowed, relative to the larger of a value and {@code scale}
     * @param roundings of the tensor's type that are allowed beside, half a unit in the last place each
     */
    void close(String name, Tensor tensor, double[] wanted, double single, double roundings, double scale) {
        double unit = switch (tensor.type()) {
            case BF16 -> 0x1p-8;
            case F16 -> 0x1p-11;
            default -> 0;
        };
        double allowed = single + roundings * unit;
        double[] actual = read(tensor);
        for (int i = 0; i < wanted.length; i++) {
            double error = Math.abs(actual[i] - wanted[i]) / Math.max(scale, Math.abs(wanted[i]));
            if (!(error <= allowed)) {
                throw new AssertionError("element " + i + " of " + name + " " + tensor + " is " + actual[i]
                        + ", wanted " + wanted[i] + ": error " + error + ", allowed " + allowed);
            }
        }
    }

    static double rootMeanSquare(double[] values) {
        return Math.sqrt(Arrays.stream(values).map(x -> x * x).sum() / Math.max(1, values.length));
    }
}
