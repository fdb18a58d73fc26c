package io.hearth.device.cpu;

import io.hearth.device.DType;
import io.hearth.device.Kernels;
import io.hearth.device.PreparedWeight;
import io.hearth.device.SeqLens;
import io.hearth.device.Tensor;
import io.hearth.device.cpu.kernels.NativeKernels;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Measures the CPU device: memory bandwidth and the peak of matrix products, and kernels beside them. Figures of one run
 * are compared with each other, since other load on the machine changes all of them.
 */
public final class CpuBench implements AutoCloseable {
    private static final int SHORTEST = 200_000_000;

    private final CpuDevice device;
    private final Kernels kernels;
    private final List<Tensor> tensors = new ArrayList<>();
    private final Random random = new Random(1);

    /** @param device is not closed by this */
    public CpuBench(CpuDevice device) {
        this.device = device;
        this.kernels = device.kernels();
    }

    public static void main(String[] arguments) {
        try (CpuDevice device = new CpuDevice();
                CpuBench bench = new CpuBench(device)) {
            System.out.println(device.info().name() + ", " + device.info().threads() + " threads");
            bench.report();
            System.out.println(device.info().detail());
        }
    }

    /** Bytes a second that all threads together read from memory, the best of some passes over 512 MB. */
    public double bandwidth() {
        Tensor x = tensor(DType.F32, 1 << 17, 1 << 10);
        try {
            if (device.unchecked() instanceof NativeKernels fast) {
                return x.bytes() / seconds(() -> fast.read(x));
            }
            Tensor sum = tensor(DType.F32, 1);
            return x.bytes() / seconds(() -> kernels.squaredNorm(x, sum));
        } finally {
            free();
        }
    }

    /** Operations a second of a matrix product of 2048 cubed, a multiplication and an addition counted as two. */
    public double gemmPeak(DType type) {
        int n = 2048;
        Tensor a = tensor(type, n, n);
        Tensor b = tensor(type, n, n);
        Tensor out = tensor(type, n, n);
        try {
            return 2.0 * n * n * n / seconds(() -> kernels.matmul(a, false, b, true, 1, 0, out));
        } finally {
            free();
        }
    }

    private void report() {
        double bandwidth = bandwidth();
        System.out.printf("memory read %.1f GB/s%n", bandwidth / 1e9);
        for (DType type : List.of(DType.BF16, DType.F32)) {
            double peak = gemmPeak(type);
            System.out.printf("%n%s: product of 2048 cubed %.0f GFLOP/s%n", type, peak / 1e9);
            System.out.printf(
                    "%-34s %12s %9s %9s %8s %8s%n", "", "microseconds", "GFLOP/s", "GB/s", "of peak", "of mem");
            linear(type, 4864, 896, peak, bandwidth);
            linear(type, 151_936, 896, peak, bandwidth);
            attention(type, 1, 512, 14, 2, peak, bandwidth);
            attention(type, 16, 128, 4, 2, peak, bandwidth);
            decode(type, 8, 1024, peak, bandwidth);
            layers(type, peak, bandwidth);
        }
    }

    private void linear(DType type, int out, int in, double peak, double bandwidth) {
        Tensor weight = tensor(type, out, in);
        try (PreparedWeight prepared = device.prepareWeight(weight)) {
            for (int rows : out > 100_000 ? new int[] {1, 8, 32} : new int[] {1, 4, 8, 16, 32, 64, 128, 512}) {
                Tensor x = tensor(type, rows, in);
                Tensor y = tensor(type, rows, out);
                double time = seconds(() -> kernels.linear(x, prepared, null, y));
                double bytes = weight.bytes() + x.bytes() + y.bytes();
                print("linear " + rows + " x " + out + " x " + in, time, 2.0 * rows * out * in, bytes, peak, bandwidth);
            }
        }
        free();
    }

    private void attention(
            DType type, int sequences, int length, int heads, int keyHeads, double peak, double bandwidth) {
        int tokens = sequences * length;
        Tensor q = tensor(type, tokens, heads, 64);
        Tensor k = tensor(type, tokens, keyHeads, 64);
        Tensor v = tensor(type, tokens, keyHeads, 64);
        Tensor out = tensor(type, tokens, heads, 64);
        Tensor dOut = tensor(type, tokens, heads, 64);
        Tensor dq = tensor(type, tokens, heads, 64);
        Tensor dk = tensor(type, tokens, keyHeads, 64);
        Tensor dv = tensor(type, tokens, keyHeads, 64);
        Tensor stats = tensor(DType.F32, device.attentionStatsElements(tokens, heads));
        SeqLens lens = lengths(sequences, length, length);
        String name = sequences + " x " + length + ", heads " + heads + "/" + keyHeads;
        double pairs = (double) sequences * heads * length * (length + 1) / 2;
        double bytes = q.bytes() + k.bytes() + v.bytes() + out.bytes();
        double forward = seconds(() -> kernels.attention(q, k, v, lens, 0.125f, 0, out, stats));
        print("attention " + name, forward, 4.0 * 64 * pairs, bytes, peak, bandwidth);
        double backward = seconds(() -> kernels.attentionGrad(dOut, q, k, v, out, stats, lens, 0.125f, 0, dq, dk, dv));
        print("its gradient", backward, 10.0 * 64 * pairs, 3 * bytes, peak, bandwidth);
        free();
    }

    private void decode(DType type, int sequences, int context, double peak, double bandwidth) {
        int blocks = context / 128;
        Tensor q = tensor(type, sequences, 14, 64);
        Tensor out = tensor(type, sequences, 14, 64);
        Tensor k = tensor(type, sequences * blocks, 128, 2, 64);
        Tensor v = tensor(type, sequences * blocks, 128, 2, 64);
        Tensor table = tensor(DType.I32, sequences, blocks);
        int[] ids = new int[sequences * blocks];
        Arrays.setAll(ids, i -> i);
        device.upload(MemorySegment.ofArray(ids), table);
        SeqLens lens = lengths(sequences, 1, context);
        double time = seconds(() -> kernels.pagedAttention(q, k, v, table, lens, 0.125f, 0, out));
        double pairs = 14.0 * sequences * context;
        print("decode " + sequences + " x " + context, time, 4 * 64 * pairs, k.bytes() + v.bytes(), peak, bandwidth);
        free();
    }

    private void layers(DType type, double peak, double bandwidth) {
        int tokens = 2048;
        int hidden = 896;
        int vocabulary = 2800;
        Tensor x = tensor(type, tokens, hidden);
        Tensor y = tensor(type, tokens, hidden);
        Tensor gamma = tensor(type, hidden);
        Tensor rstd = tensor(DType.F32, tokens);
        double norm = seconds(() -> kernels.rmsNorm(x, gamma, 1e-6f, y, rstd));
        print("rmsNorm " + tokens + " x " + hidden, norm, 0, 2 * x.bytes(), peak, bandwidth);
        Tensor gateUp = tensor(type, tokens, 2 * hidden);
        double act = seconds(() -> kernels.swiGlu(gateUp, y));
        print("swiGlu " + tokens + " x " + hidden, act, 0, 3 * x.bytes(), peak, bandwidth);
        Tensor logits = tensor(DType.F32, tokens, vocabulary);
        Tensor gradient = tensor(type, tokens, vocabulary);
        Tensor targets = tensor(DType.I32, tokens);
        Tensor stats = tensor(DType.F32, 3, tokens);
        double loss = seconds(() -> kernels.crossEntropyStats(logits, targets, 0, false, stats));
        print("cross-entropy " + tokens + " x " + vocabulary, loss, 0, logits.bytes(), peak, bandwidth);
        double lossGrad = seconds(() -> kernels.crossEntropyGrad(logits, stats, targets, rstd, 0, gradient));
        print("its gradient", lossGrad, 0, logits.bytes() + gradient.bytes(), peak, bandwidth);
        int n = 1 << 24;
        Tensor p = tensor(DType.F32, n);
        Tensor m = tensor(DType.F32, n);
        Tensor v = device.allocate(DType.F32, n);
        tensors.add(v);
        Tensor g = tensor(DType.F32, n);
        Tensor one = tensor(DType.F32, 1);
        Tensor copy = tensor(type, n);
        double step = seconds(() -> kernels.adamW(p, m, v, g, one, 1, 1e-4f, 0.9f, 0.95f, 1e-8f, 0.1f, copy));
        print("adamW " + n, step, 0, 7.0 * p.bytes() + copy.bytes(), peak, bandwidth);
        free();
    }

    private SeqLens lengths(int sequences, int queries, int context) {
        int[] cuQ = new int[sequences + 1];
        int[] kvLen = new int[sequences];
        for (int b = 0; b < sequences; b++) {
            cuQ[b + 1] = cuQ[b] + queries;
            kvLen[b] = context;
        }
        return SeqLens.upload(device, cuQ, kvLen, tensor(DType.I32, sequences + 1), tensor(DType.I32, sequences));
    }

    /** A tensor of small random numbers, or of zeros if it holds integers. */
    private Tensor tensor(DType type, long... shape) {
        Tensor made = device.allocate(type, shape);
        tensors.add(made);
        if (type.isFloat()) {
            Tensor source =
                    type == DType.F32 ? made : device.allocate(DType.F32, 1, Math.min(made.elements(), 1 << 16));
            float[] values = new float[(int) Math.min(made.elements(), 1 << 16)];
            for (int i = 0; i < values.length; i++) {
                values[i] = random.nextFloat() - 0.5f;
            }
            Tensor flat = made.reshape(made.elements());
            device.upload(
                    MemorySegment.ofArray(values),
                    source.reshape(source.elements()).slice(0, values.length));
            for (long at = 0; at < made.elements(); at += values.length) {
                long n = Math.min(values.length, made.elements() - at);
                if (source != made || at > 0) {
                    kernels.copy(source.reshape(source.elements()).slice(0, n), flat.slice(at, n));
                }
            }
            if (source != made) {
                source.buffer().close();
            }
        }
        return made;
    }

    private void free() {
        tensors.forEach(t -> t.buffer().close());
        tensors.clear();
    }

    /** Seconds of the fastest of some calls, a fifth of a second of them or at least three. */
    private static double seconds(Runnable call) {
        call.run();
        call.run();
        long best = Long.MAX_VALUE;
        long begin = System.nanoTime();
        for (int i = 0; i < 3 || System.nanoTime() - begin < SHORTEST; i++) {
            long start = System.nanoTime();
            call.run();
            best = Math.min(best, System.nanoTime() - start);
        }
        return best / 1e9;
    }

    private static void print(String name, double time, double flop, double bytes, double peak, double bandwidth) {
        System.out.printf(
                "%-34s %12.1f %9.1f %9.1f %7.0f%% %7.0f%%%n",
                name,
                time * 1e6,
                flop / time / 1e9,
                bytes / time / 1e9,
                100 * flop / time / peak,
                100 * bytes / time / bandwidth);
    }

    @Override
    public void close() {
        free();
    }
}
