package io.hearth.device.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.Devices;
import io.hearth.device.LoraSegments;
import io.hearth.device.PreparedWeight;
import io.hearth.device.RecordedWork;
import io.hearth.device.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What the conformance kit does not ask of products: bits that do not depend on the number of rows, adapters on long batches,
 * and recorded adapters. Adapters hold small whole numbers, so that f32 sums are exact.
 */
class DensePathsTest {
    private static final int IN = 40;
    private static final int RANK = 16;
    private static final int OUT = 24;
    private static final int POOL = 3;

    private final Random random = new Random(12);
    private Device device;

    @BeforeEach
    void open() {
        Stand.require();
        device = Devices.open("cuda:0");
    }

    @AfterEach
    void close() {
        if (device != null) {
            device.close();
        }
    }

    private Tensor upload(float[] values, long... shape) {
        Tensor tensor = device.allocate(DType.F32, shape);
        device.upload(MemorySegment.ofArray(values), tensor);
        return tensor;
    }

    private Tensor upload(int... values) {
        Tensor tensor = device.allocate(DType.I32, values.length);
        device.upload(MemorySegment.ofArray(values), tensor);
        return tensor;
    }

    private float[] download(Tensor tensor) {
        float[] values = new float[(int) tensor.elements()];
        device.download(tensor, MemorySegment.ofArray(values));
        return values;
    }

    /** Whole numbers from -2 to 2. */
    private float[] whole(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextInt(-2, 3);
        }
        return values;
    }

    @Test
    void aRowHasTheSameBitsAmongOneToSixteen() {
        int in = 1000;
        int out = 37;
        for (DType act : new DType[] {DType.F32, DType.BF16, DType.F16}) {
            Tensor x = normal(act, 16, in);
            PreparedWeight weight = device.prepareWeight(normal(act, out, in));
            Tensor y = device.allocate(DType.F32, 16, out);
            device.kernels().linear(x, weight, null, y);
            float[] all = download(y);
            for (int rows = 1; rows < 16; rows++) {
                int from = random.nextInt(17 - rows);
                Tensor part = device.allocate(DType.F32, rows, out);
                device.kernels().linear(x.rows(from, from + rows), weight, null, part);
                assertThat(download(part)).isEqualTo(Arrays.copyOfRange(all, from * out, (from + rows) * out));
            }
        }
    }

    private Tensor normal(DType act, int rows, int cols) {
        float[] values = new float[rows * cols];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        Tensor numbers = upload(values, rows, cols);
        Tensor tensor = device.allocate(act, rows, cols);
        device.kernels().copy(numbers, tensor);
        return tensor;
    }

    // ---- Adapters --------------------------------------------------------------------------------------------------

    private final float[] a = whole(POOL * RANK * IN);
    private final float[] b = whole(POOL * OUT * RANK);

    private LoraSegments segments(int[] adapters, int... cuRows) {
        return new LoraSegments(adapters, cuRows, upload(adapters), upload(cuRows));
    }

    /** y of rows of x under some division into segments. */
    private float[] wanted(float[] x, float[] y, int[] adapters, int... cuRows) {
        float[] out = y.clone();
        for (int s = 0; s < adapters.length; s++) {
            for (int row = cuRows[s]; row < cuRows[s + 1]; row++) {
                for (int r = 0; r < RANK; r++) {
                    float inner = 0;
                    for (int i = 0; i < IN; i++) {
                        inner += x[row * IN + i] * a[(adapters[s] * RANK + r) * IN + i];
                    }
                    for (int o = 0; o < OUT; o++) {
                        out[row * OUT + o] += inner * b[(adapters[s] * OUT + o) * RANK + r];
                    }
                }
            }
        }
        return out;
    }

    /** Long segments are cuBLASLt's there, short ones between them our own kernel's. */
    @Test
    void adaptsLongBatches() {
        int rows = 420;
        float[] x = whole(rows * IN);
        float[] y = whole(rows * OUT);
        int[] adapters = {2, 0, 1, 2, 0};
        int[] cuRows = {0, 100, 120, 120, 280, 401};
        Tensor out = upload(y, rows, OUT);
        device.kernels()
                .lora(
                        upload(x, rows, IN),
                        upload(a, POOL, RANK, IN),
                        upload(b, POOL, OUT, RANK),
                        segments(adapters, cuRows),
                        device.allocate(DType.F32, rows, RANK),
                        out);
        assertThat(download(out)).isEqualTo(wanted(x, y, adapters, cuRows));
    }

    /** A recording serves any division of its rows into at most as many segments. */
    @Test
    void recordedAdaptersFollowTheSegmentsOnTheCard() {
        int rows = 19;
        float[] x = whole(rows * IN);
        float[] y = whole(rows * OUT);
        Tensor input = upload(x, rows, IN);
        Tensor out = upload(y, rows, OUT);
        Tensor low = upload(a, POOL, RANK, IN);
        Tensor high = upload(b, POOL, OUT, RANK);
        Tensor scratch = device.allocate(DType.F32, rows, RANK);
        LoraSegments upperBound = segments(new int[] {0, 0, 0}, 0, rows, rows, rows);
        try (RecordedWork recorded = device.record(
                        () -> device.kernels().lora(input, low, high, upperBound, scratch, out))
                .orElseThrow()) {
            for (int[] cuRows : new int[][] {{0, 3, 17, 18}, {0, 0, 0, 19}, {0, 8, 8, 16}, {0, 0, 0, 0}}) {
                int[] adapters = {random.nextInt(POOL), random.nextInt(POOL), random.nextInt(POOL)};
                device.upload(MemorySegment.ofArray(adapters), upperBound.adapterDevice());
                device.upload(MemorySegment.ofArray(cuRows), upperBound.cuRowsDevice());
                device.upload(MemorySegment.ofArray(y), out);
                recorded.replay();
                assertThat(download(out)).isEqualTo(wanted(x, y, adapters, cuRows));
            }
        }
    }
}
