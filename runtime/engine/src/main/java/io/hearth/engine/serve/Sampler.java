package io.hearth.engine.serve;

import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/** Draws the next token of each sequence, each with the options of its own request. */
final class Sampler implements AutoCloseable {
    /** Elements between the starts of a step's arrays are a multiple of this: 256 bytes. */
    private static final int UNIT = 64;

    /** Temperature, top k, top p, min p, uniform. */
    private static final int INPUTS = 5;

    private final Device device;
    private final Tensor inputs;
    private final Tensor results;

    /** @param maxSequences most rows of logits at once */
    Sampler(Device device, int maxSequences) {
        this.device = device;
        this.inputs = device.allocate(DType.I32, INPUTS * stride(maxSequences));
        this.results = device.allocate(DType.I32, 2 * stride(maxSequences));
    }

    private static long stride(int rows) {
        return Math.ceilDiv(rows, UNIT) * (long) UNIT;
    }

    /**
     * Queues the drawing and waits for its result: the one place where a step is waited for.
     *
     * @param logits f32[B, V], the row of each sequence's last token; undefined afterwards
     * @param sequences B of them
     * @return a token for each, or {@link StepRunner#NOT_A_NUMBER}
     */
    int[] draw(Tensor logits, List<Sequence> sequences) {
        int rows = sequences.size();
        upload(sequences);
        device.kernels()
                .sample(
                        logits,
                        part(inputs, 0, DType.F32, rows),
                        part(inputs, 1, DType.I32, rows),
                        part(inputs, 2, DType.F32, rows),
                        part(inputs, 3, DType.F32, rows),
                        part(inputs, 4, DType.F32, rows),
                        part(results, 0, DType.I32, rows),
                        part(results, 1, DType.F32, rows));
        int stride = (int) stride(rows);
        int[] host = new int[2 * stride];
        device.download(results.slice(0, host.length), MemorySegment.ofArray(host));
        int[] drawn = Arrays.copyOf(host, rows);
        for (int i = 0; i < rows; i++) {
            // A token drawn from NaN logits has no meaning; its log probability gives it away.
            float logprob = Float.intBitsToFloat(host[stride + i]);
            if (!Float.isFinite(logprob) || drawn[i] < 0 || drawn[i] >= logits.cols()) {
                drawn[i] = StepRunner.NOT_A_NUMBER;
            }
        }
        return drawn;
    }

    private void upload(List<Sequence> sequences) {
        int stride = (int) stride(sequences.size());
        int[] host = new int[INPUTS * stride];
        for (int i = 0; i < sequences.size(); i++) {
            SamplingOptions options = sequences.get(i).request().sampling();
            host[i] = Float.floatToRawIntBits(options.temperature());
            host[stride + i] = options.topK();
            host[2 * stride + i] = Float.floatToRawIntBits(options.topP());
            host[3 * stride + i] = Float.floatToRawIntBits(options.minP());
            host[4 * stride + i] =
                    Float.floatToRawIntBits(options.uniform(sequences.get(i).length()));
        }
        device.upload(MemorySegment.ofArray(host), inputs.slice(0, host.length));
    }

    /** Number {@code index} of the arrays of a step with this many rows. */
    private static Tensor part(Tensor arrays, int index, DType type, int rows) {
        return Tensor.of(arrays.buffer(), index * stride(rows) * Integer.BYTES, type, rows);
    }

    @Override
    public void close() {
        inputs.buffer().close();
        results.buffer().close();
    }
}
