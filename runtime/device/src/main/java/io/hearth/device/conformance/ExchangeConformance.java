package io.hearth.device.conformance;

import io.hearth.device.Bfloat16;
import io.hearth.device.Collective;
import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * One rank's part in a check of every call of {@link Collective} against the plain result. All ranks of a group run it at the
 * same time.
 *
 * <p>Sums may be made in any order, so that an element may be off by one rounding of f32 for each addition, and by one of its own
 * type; but they have the same bits on every rank, and again when they are repeated.
 */
public final class ExchangeConformance {
    /** More than one piece of the sums in f32, for three ranks and up. */
    private static final int LONG = (4 << 20) + 77;

    private static final double F32_ROUNDING = 0x1p-23;

    private final Device device;
    private final Collective ranks;
    private final Consumer<String> say;

    /** @param say told of each part that was found right, in a few words */
    public ExchangeConformance(Device device, Collective ranks, Consumer<String> say) {
        this.device = device;
        this.ranks = ranks;
        this.say = say;
    }

    // ---- Every call against the plain result -----------------------------------------------------------------------

    /** @throws ConformanceFailure if a result is wrong */
    public void run() {
        for (DType type : new DType[] {DType.F32, DType.BF16, DType.F16}) {
            if (device.supports(type)) {
                for (int elements : new int[] {1, 3, 1000, LONG / ranks.size()}) {
                    sums(type, elements);
                }
            }
        }
        for (DType type : DType.values()) {
            moves(type, 1001);
        }
        orderOfTheStream();
    }

    private void sums(DType type, int elements) {
        int size = ranks.size();
        float[][] parts = new float[size][];
        for (int rank = 0; rank < size; rank++) {
            parts[rank] = values(type, rank, elements * size);
        }
        Tensor all = upload(type, parts[ranks.rank()]);
        Tensor part = device.allocate(type, elements);
        ranks.reduceScatter(all, part);
        expectSum("reduceScatter of " + type, type, parts, ranks.rank() * elements, download(part));
        byte[] again = downloadBytes(part);
        ranks.reduceScatter(all, part);
        expect("reduceScatter of " + type + ", repeated", again, downloadBytes(part), 0);
        ranks.allReduce(all);
        expectSum("allReduce of " + type, type, parts, 0, download(all));
        expectSameOnAllRanks("allReduce of " + type, all);
        all.buffer().close();
        part.buffer().close();
        say.accept("sums of " + size + " times " + elements + " " + type);
    }

    /** Rank 0's bits are every other rank's. */
    private void expectSameOnAllRanks(String what, Tensor sum) {
        byte[] mine = downloadBytes(sum);
        ranks.broadcast(sum, 0);
        expect(what + ", on all ranks", downloadBytes(sum), mine, 0);
    }

    private void moves(DType type, int elements) {
        int size = ranks.size();
        Tensor part = uploadBytes(type, bytes(ranks.rank(), elements * type.bytes()));
        Tensor all = device.allocate(type, (long) elements * size);
        ranks.allGather(part, all);
        byte[] gathered = downloadBytes(all);
        for (int rank = 0; rank < size; rank++) {
            expect("allGather " + type, bytes(rank, elements * type.bytes()), gathered, rank * elements * type.bytes());
        }
        for (int root = 0; root < size; root++) {
            Tensor values = uploadBytes(type, bytes(ranks.rank() + 10 * root, elements * type.bytes()));
            ranks.broadcast(values, root);
            expect("broadcast " + type, bytes(11 * root, elements * type.bytes()), downloadBytes(values), 0);
            values.buffer().close();
        }
        if (size > 1) {
            ring(type, elements);
        }
        say.accept("moves of " + elements + " " + type);
    }

    /** Around the ring: even ranks send first. */
    private void ring(DType type, int elements) {
        int next = (ranks.rank() + 1) % ranks.size();
        int previous = (ranks.rank() + ranks.size() - 1) % ranks.size();
        Tensor mine = uploadBytes(type, bytes(ranks.rank(), elements * type.bytes()));
        Tensor other = device.allocate(type, elements);
        if (ranks.rank() % 2 == 0) {
            ranks.send(mine, next);
            ranks.receive(other, previous);
        } else {
            ranks.receive(other, previous);
            ranks.send(mine, next);
        }
        expect("receive " + type, bytes(previous, elements * type.bytes()), downloadBytes(other), 0);
        mine.buffer().close();
        other.buffer().close();
    }

    /** Exchanges and kernels follow each other without the host waiting in between. */
    private void orderOfTheStream() {
        Tensor values = upload(DType.F32, new float[] {1, 2, 3});
        for (int i = 0; i < 20; i++) {
            ranks.allReduce(values);
            device.kernels().scale(values, 1f / ranks.size());
        }
        float[] same = download(values);
        for (int i = 0; i < same.length; i++) {
            if (!(Math.abs(same[i] - (i + 1)) < 1e-4)) {
                throw new ConformanceFailure("exchanges and kernels in turn: element " + i + " is " + same[i]);
            }
        }
        values.buffer().close();
        say.accept("order of exchanges and kernels");
    }

    // ---- Values ----------------------------------------------------------------------------------------------------

    /** The same on every rank, of very different sizes so that the order of a sum shows. */
    private static float[] values(DType type, int rank, int count) {
        SplittableRandom random = new SplittableRandom(1000L * rank + count);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = round(type, (float) ((random.nextDouble() - 0.5) * Math.pow(2, random.nextInt(12))));
        }
        return values;
    }

    private static byte[] bytes(int seed, int count) {
        byte[] bytes = new byte[count];
        new SplittableRandom(seed).nextBytes(bytes);
        return bytes;
    }

    private static float round(DType type, float value) {
        return switch (type) {
            case BF16 -> Bfloat16.toFloat(Bfloat16.fromFloat(value));
            case F16 -> Float.float16ToFloat(Float.floatToFloat16(value));
            default -> value;
        };
    }

    private Tensor upload(DType type, float[] values) {
        Tensor tensor = device.allocate(type, values.length);
        if (type == DType.F32) {
            device.upload(MemorySegment.ofArray(values), tensor);
        } else {
            short[] rounded = new short[values.length];
            for (int i = 0; i < values.length; i++) {
                rounded[i] = type == DType.BF16 ? Bfloat16.fromFloat(values[i]) : Float.floatToFloat16(values[i]);
            }
            device.upload(MemorySegment.ofArray(rounded), tensor);
        }
        return tensor;
    }

    private float[] download(Tensor tensor) {
        float[] values = new float[(int) tensor.elements()];
        if (tensor.type() == DType.F32) {
            device.download(tensor, MemorySegment.ofArray(values));
        } else {
            short[] rounded = new short[values.length];
            device.download(tensor, MemorySegment.ofArray(rounded));
            for (int i = 0; i < values.length; i++) {
                values[i] =
                        tensor.type() == DType.BF16 ? Bfloat16.toFloat(rounded[i]) : Float.float16ToFloat(rounded[i]);
            }
        }
        return values;
    }

    private Tensor uploadBytes(DType type, byte[] bytes) {
        Tensor tensor = device.allocate(type, bytes.length / type.bytes());
        device.upload(MemorySegment.ofArray(bytes), tensor);
        return tensor;
    }

    private byte[] downloadBytes(Tensor tensor) {
        byte[] bytes = new byte[(int) tensor.bytes()];
        device.download(tensor, MemorySegment.ofArray(bytes));
        return bytes;
    }

    private static void expectSum(String what, DType type, float[][] parts, int from, float[] actual) {
        for (int i = 0; i < actual.length; i++) {
            double sum = 0;
            double size = 0;
            for (float[] part : parts) {
                sum += part[from + i];
                size += Math.abs(part[from + i]);
            }
            double own = switch (type) {
                case BF16 -> 0x1p-8;
                case F16 -> 0x1p-11;
                default -> 0;
            };
            double tolerance = size * parts.length * F32_ROUNDING + Math.abs(sum) * own;
            if (!(Math.abs(actual[i] - sum) <= tolerance)) {
                throw new ConformanceFailure(what + ": element " + i + " is " + actual[i] + ", not " + sum);
            }
        }
    }

    private static void expect(String what, byte[] expected, byte[] actual, int from) {
        int at = Arrays.mismatch(expected, Arrays.copyOfRange(actual, from, from + expected.length));
        if (at >= 0) {
            throw new ConformanceFailure(what + ": byte " + at + " is " + actual[from + at] + ", not " + expected[at]);
        }
    }
}
