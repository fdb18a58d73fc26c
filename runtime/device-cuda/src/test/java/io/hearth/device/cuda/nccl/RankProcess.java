package io.hearth.device.cuda.nccl;

import io.hearth.device.Bfloat16;
import io.hearth.device.Collective;
import io.hearth.device.DType;
import io.hearth.device.DeviceException;
import io.hearth.device.RendezvousFolder;
import io.hearth.device.Tensor;
import io.hearth.device.cuda.CudaDevice;
import io.hearth.device.cuda.CudaDeviceProvider;
import io.hearth.device.cuda.library.NvidiaLibraries;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;

/**
 * One rank of a group on a card of its own. Says on a line of its own what it has done; a {@link DeviceException} is its last
 * line.
 *
 * <p>Arguments: rank, size, folder, patience in milliseconds, and what to do: {@code everything} or {@code forever}.
 */
final class RankProcess {
    /** More than one piece of the sums in f32, for three ranks and up. */
    private static final int LONG = (4 << 20) + 77;

    private final CudaDevice device;
    private final Collective ranks;

    private RankProcess(CudaDevice device, Collective ranks) {
        this.device = device;
        this.ranks = ranks;
    }

    public static void main(String[] arguments) {
        int rank = Integer.parseInt(arguments[0]);
        int size = Integer.parseInt(arguments[1]);
        Duration patience = Duration.ofMillis(Long.parseLong(arguments[3]));
        try (CudaDevice device = (CudaDevice) new CudaDeviceProvider().open(rank);
                Collective ranks = NcclCollective.join(
                        device,
                        device.stream(),
                        NvidiaLibraries.ofThisMachine(),
                        new RendezvousFolder(Path.of(arguments[2])),
                        rank,
                        size,
                        patience)) {
            say("joined");
            RankProcess process = new RankProcess(device, ranks);
            if (arguments[4].equals("everything")) {
                process.everything();
            } else {
                process.forever();
            }
            say("done");
        } catch (DeviceException e) {
            say("failed: " + e.getMessage());
        }
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    // ---- Every call against the plain result -----------------------------------------------------------------------

    private void everything() {
        for (DType type : new DType[] {DType.F32, DType.BF16, DType.F16}) {
            for (int elements : new int[] {1, 3, 1000}) {
                sums(type, elements);
            }
        }
        sums(DType.BF16, LONG / ranks.size());
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
        float[] sum = new float[elements * size];
        for (int i = 0; i < sum.length; i++) {
            float added = 0;
            for (int rank = 0; rank < size; rank++) {
                added = rank == 0 ? parts[rank][i] : added + parts[rank][i];
            }
            sum[i] = round(type, added);
        }
        Tensor all = upload(type, parts[ranks.rank()]);
        Tensor part = device.allocate(type, elements);
        ranks.reduceScatter(all, part);
        expect("reduceScatter " + type, sum, ranks.rank() * elements, download(part));
        ranks.allReduce(all);
        expect("allReduce " + type, sum, 0, download(all));
        all.buffer().close();
        part.buffer().close();
        say("sums " + type + " " + elements);
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
        say("moves " + type + " " + elements);
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
        expect("order", new float[] {1, 2, 3}, 0, download(values));
        values.buffer().close();
    }

    // ---- Until something happens -----------------------------------------------------------------------------------

    private void forever() {
        Tensor values = upload(DType.F32, new float[100_000]);
        for (int round = 0; ; round++) {
            ranks.allReduce(values);
            if (round % 3 == 0) {
                device.synchronize();
                say("round " + round);
            }
        }
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

    private static void expect(String what, float[] expected, int from, float[] actual) {
        for (int i = 0; i < actual.length; i++) {
            if (actual[i] != expected[from + i]) {
                throw new AssertionError(what + ": element " + i + " is " + actual[i] + ", not " + expected[from + i]);
            }
        }
    }

    private static void expect(String what, byte[] expected, byte[] actual, int from) {
        for (int i = 0; i < expected.length; i++) {
            if (actual[from + i] != expected[i]) {
                throw new AssertionError(what + ": byte " + i + " is " + actual[from + i] + ", not " + expected[i]);
            }
        }
    }
}
