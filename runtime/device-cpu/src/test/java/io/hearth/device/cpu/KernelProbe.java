package io.hearth.device.cpu;

import com.sun.management.OperatingSystemMXBean;
import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.Devices;
import io.hearth.device.Kernels;
import io.hearth.device.SeqLens;
import io.hearth.device.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/**
 * Runs kernels in a process of its own and prints, one {@code key=value} a line: hashes of the results of our own kernels
 * and of oneDNN's, the copies of OpenMP in the process, and the processor time that it spends while it has nothing to do.
 */
final class KernelProbe {
    private final Device device = Devices.open("cpu:0");
    private final Kernels kernels = device.kernels();
    private final Random random = new Random(5);

    public static void main(String[] arguments) throws Exception {
        KernelProbe probe = new KernelProbe();
        System.out.println("detail=" + probe.device.info().detail());
        System.out.println("threads=" + probe.device.info().threads());
        for (DType type : List.of(DType.F32, DType.BF16)) {
            System.out.println("own." + type + "=" + hash(probe.own(type)));
            System.out.println("products." + type + "=" + hash(probe.products(type)));
        }
        long openMp = Files.readAllLines(Path.of("/proc/self/maps")).stream()
                .filter(line -> line.contains("libgomp"))
                .map(line -> line.substring(line.indexOf('/')))
                .distinct()
                .count();
        System.out.println("openMp=" + openMp);
        System.out.println("idleMillis=" + idleMillis());
    }

    /** Processor time of the process over half a second in which it has nothing to do, the least of five. */
    private static long idleMillis() throws InterruptedException {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            long before = system.getProcessCpuTime();
            Thread.sleep(500);
            least = Math.min(least, system.getProcessCpuTime() - before);
        }
        return least / 1_000_000;
    }

    private List<Tensor> own(DType act) {
        int tokens = 700;
        int hidden = 192;
        Tensor x = random(act, tokens, hidden);
        Tensor gamma = random(act, hidden);
        Tensor y = device.allocate(act, tokens, hidden);
        Tensor rstd = device.allocate(DType.F32, tokens);
        Tensor dGamma = device.allocate(DType.F32, hidden);
        Tensor dx = device.allocate(act, tokens, hidden);
        kernels.rmsNorm(x, gamma, 1e-6f, y, rstd);
        kernels.rmsNormGrad(y, x, rstd, gamma, null, dx, dGamma);
        Tensor dBias = device.allocate(DType.F32, hidden);
        kernels.biasGrad(x, dBias);
        Tensor norm = device.allocate(DType.F32, 1);
        kernels.squaredNorm(random(DType.F32, 400_000), norm);
        List<Tensor> results = new ArrayList<>(List.of(y, rstd, dx, dGamma, dBias, norm));
        results.addAll(attention(act));
        Tensor few = device.allocate(DType.F32, 7, 600);
        kernels.linear(x.rows(0, 7), device.prepareWeight(random(act, 600, hidden)), null, few);
        results.add(few);
        return results;
    }

    private List<Tensor> attention(DType act) {
        int tokens = 700;
        Tensor q = random(act, tokens, 6, 64);
        Tensor k = random(act, tokens, 2, 64);
        Tensor v = random(act, tokens, 2, 64);
        Tensor out = device.allocate(act, tokens, 6, 64);
        Tensor dq = device.allocate(act, tokens, 6, 64);
        Tensor dk = device.allocate(act, tokens, 2, 64);
        Tensor dv = device.allocate(act, tokens, 2, 64);
        Tensor stats = device.allocate(DType.F32, device.attentionStatsElements(tokens, 6));
        SeqLens lens = SeqLens.upload(
                device,
                new int[] {0, 600, 700},
                new int[] {600, 100},
                device.allocate(DType.I32, 3),
                device.allocate(DType.I32, 2));
        kernels.attention(q, k, v, lens, 0.125f, 0, out, stats);
        kernels.attentionGrad(q, q, k, v, out, stats, lens, 0.125f, 0, dq, dk, dv);
        return List.of(out, dq, dk, dv);
    }

    private List<Tensor> products(DType act) {
        Tensor x = random(act, 500, 192);
        Tensor weight = random(act, 320, 192);
        Tensor y = device.allocate(act, 500, 320);
        kernels.linear(x, device.prepareWeight(weight), null, y);
        Tensor dx = device.allocate(act, 500, 192);
        kernels.matmul(y, false, weight, false, 0.5f, 0, dx);
        Tensor dWeight = device.allocate(DType.F32, 320, 192);
        kernels.weightGrad(y, x, dWeight);
        return List.of(y, dx, dWeight);
    }

    private Tensor random(DType type, long... shape) {
        Tensor made = device.allocate(DType.F32, shape);
        float[] values = new float[(int) made.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        device.upload(MemorySegment.ofArray(values), made);
        Tensor target = device.allocate(type, shape);
        kernels.copy(made, target);
        return target;
    }

    private static String hash(List<Tensor> tensors) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (Tensor t : tensors) {
            digest.update(t.buffer().host().asSlice(t.byteOffset(), t.bytes()).toArray(ValueLayout.JAVA_BYTE));
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
