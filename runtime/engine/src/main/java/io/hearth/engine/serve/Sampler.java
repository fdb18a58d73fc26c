package io.hearth.engine.serve;

import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Draws the next token of each sequence, each with the options of its own request. */
final class Sampler implements AutoCloseable {
    private final Device device;
    private final List<Tensor> owned = new ArrayList<>();
    private final Tensor temperature;
    private final Tensor topK;
    private final Tensor topP;
    private final Tensor minP;
    private final Tensor uniform;
    private final Tensor token;
    private final Tensor logprob;

    /** @param maxSequences most rows of logits at once */
    Sampler(Device device, int maxSequences) {
        this.device = device;
        this.temperature = own(DType.F32, maxSequences);
        this.topK = own(DType.I32, maxSequences);
        this.topP = own(DType.F32, maxSequences);
        this.minP = own(DType.F32, maxSequences);
        this.uniform = own(DType.F32, maxSequences);
        this.token = own(DType.I32, maxSequences);
        this.logprob = own(DType.F32, maxSequences);
    }

    private Tensor own(DType type, int length) {
        Tensor tensor = device.allocate(type, length);
        owned.add(tensor);
        return tensor;
    }

    /**
     * @param logits f32[B, V], the row of each sequence's last token; undefined afterwards
     * @param sequences B of them
     * @return a token for each, or {@link StepRunner#NOT_A_NUMBER}
     */
    int[] draw(Tensor logits, List<Sequence> sequences) {
        int rows = sequences.size();
        float[] temperatures = new float[rows];
        int[] topKs = new int[rows];
        float[] topPs = new float[rows];
        float[] minPs = new float[rows];
        float[] uniforms = new float[rows];
        for (int i = 0; i < rows; i++) {
            SamplingOptions options = sequences.get(i).request().sampling();
            temperatures[i] = options.temperature();
            topKs[i] = options.topK();
            topPs[i] = options.topP();
            minPs[i] = options.minP();
            uniforms[i] = options.uniform(sequences.get(i).length());
        }
        Tensor tokens = token.slice(0, rows);
        Tensor logprobs = logprob.slice(0, rows);
        device.kernels()
                .sample(
                        logits,
                        upload(temperatures, temperature),
                        uploaded(MemorySegment.ofArray(topKs), topK, rows),
                        upload(topPs, topP),
                        upload(minPs, minP),
                        upload(uniforms, uniform),
                        tokens,
                        logprobs);
        int[] drawn = new int[rows];
        float[] logprobOfDrawn = new float[rows];
        device.download(tokens, MemorySegment.ofArray(drawn));
        device.download(logprobs, MemorySegment.ofArray(logprobOfDrawn));
        for (int i = 0; i < rows; i++) {
            // A token drawn from NaN logits has no meaning; its log probability gives it away.
            if (!Float.isFinite(logprobOfDrawn[i]) || drawn[i] < 0 || drawn[i] >= logits.cols()) {
                drawn[i] = StepRunner.NOT_A_NUMBER;
            }
        }
        return drawn;
    }

    private Tensor upload(float[] values, Tensor place) {
        return uploaded(MemorySegment.ofArray(values), place, values.length);
    }

    private Tensor uploaded(MemorySegment values, Tensor place, int length) {
        Tensor target = place.slice(0, length);
        device.upload(values, target);
        return target;
    }

    @Override
    public void close() {
        owned.forEach(tensor -> tensor.buffer().close());
    }
}
