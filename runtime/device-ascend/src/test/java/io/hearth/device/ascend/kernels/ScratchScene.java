package io.hearth.device.ascend.kernels;

import io.hearth.device.DType;
import io.hearth.device.Tensor;
import io.hearth.device.conformance.ConformanceKit;
import io.hearth.device.conformance.ConformanceReport;
import io.hearth.device.conformance.Outcome;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Runs the conformance kit for some kernels in a process of its own, with as much scratch memory as it is told, and prints how
 * often the functions that it was asked about were called.
 */
public final class ScratchScene {
    private ScratchScene() {}

    /** Arguments: KiB of scratch memory, kernels (or {@code masks}, {@code limits}) with commas, functions to count. */
    public static void main(String[] arguments) {
        ScratchDevice device = new ScratchDevice(Long.parseLong(arguments[0]) << 10);
        for (String kernel : arguments[1].split(",")) {
            switch (kernel) {
                case "masks" -> masks(device);
                case "limits" -> limits(device);
                default -> conforms(device, kernel);
            }
        }
        System.out.println("as wanted");
        for (String function : Arrays.copyOfRange(arguments, 2, arguments.length)) {
            System.out.println(function + " " + (ScratchDevice.calls(function) > 0 ? "called" : "not called"));
        }
        Runtime.getRuntime().halt(0);
    }

    private static void conforms(ScratchDevice device, String kernel) {
        ConformanceReport report = ConformanceKit.run(
                device, ConformanceKit.Options.standard().withRounds(8).withKernel(kernel));
        if (report.outcome() != Outcome.PASSED) {
            throw new AssertionError(report.table());
        }
    }

    /** A mask over several blocks of the generator is the same however it is cut, and whatever fits into scratch memory. */
    private static void masks(ScratchDevice device) {
        int rows = 700;
        int cols = 1000;
        long offset = (1 << 18) - 12_345;
        Tensor x = device.allocate(DType.F32, rows, cols);
        Tensor y = device.allocate(DType.F32, rows, cols);
        Tensor whole = device.allocate(DType.I8, rows, cols);
        Tensor parts = device.allocate(DType.I8, rows, cols);
        device.kernels().dropout(x, 0.3f, 5, offset, y, whole);
        AscendKernels roomy = device.kernels(16 << 20);
        for (int from = 0; from < rows; from += 250) {
            int to = Math.min(rows, from + 250);
            roomy.dropout(
                    x.rows(from, to), 0.3f, 5, offset + (long) from * cols, y.rows(from, to), parts.rows(from, to));
        }
        byte[] first = bytes(device, whole);
        if (!Arrays.equals(first, bytes(device, parts))) {
            throw new AssertionError("the mask depends on how it is cut");
        }
        // The blocks have seeds of their own.
        int block = 1 << 18;
        int start = 12_345;
        if (Arrays.equals(
                Arrays.copyOfRange(first, start, start + 1000),
                Arrays.copyOfRange(first, start + block, start + block + 1000))) {
            throw new AssertionError("the mask repeats itself");
        }
    }

    private static byte[] bytes(ScratchDevice device, Tensor mask) {
        byte[] bytes = new byte[Math.toIntExact(mask.elements())];
        device.download(mask, MemorySegment.ofArray(bytes));
        return bytes;
    }

    /** What cannot be cut is refused with a sentence. */
    private static void limits(ScratchDevice device) {
        Tensor logits = device.allocate(DType.F32, 1, 100_000);
        Tensor perRow = device.allocate(DType.F32, 1);
        Tensor whole = device.allocate(DType.I32, 1);
        refused(() -> device.kernels().sample(logits, perRow, whole, perRow, perRow, perRow, whole, perRow));
        Tensor values = device.allocate(DType.F32, 1, 5);
        Tensor indices = device.allocate(DType.I32, 1, 5);
        refused(() -> device.kernels().topK(logits, values, indices));
        Tensor a = device.allocate(DType.F16, 1, 100_000);
        Tensor out = device.allocate(DType.F32, 1, 1);
        refused(() -> device.kernels().matmul(a, false, a, true, 1, 0, out));
    }

    private static void refused(Runnable call) {
        try {
            call.run();
        } catch (IllegalArgumentException e) {
            System.out.println(e.getMessage());
            return;
        }
        throw new AssertionError("a call that does not fit was not refused");
    }
}
