package io.hearth.device.cuda;

import io.hearth.device.conformance.CheckResult;
import io.hearth.device.conformance.ConformanceKit;
import java.nio.file.Path;

/** Runs the conformance kit with a faulty kernel under all schedules until something finds the fault. */
final class FaultRun {
    private FaultRun() {}

    /** Prints what finds each fault: arguments are pairs of a library and the kernel that it spoils. */
    public static void main(String[] arguments) {
        for (int i = 0; i < arguments.length; i += 2) {
            System.out.println(arguments[i] + "=" + found(Path.of(arguments[i]), arguments[i + 1]));
        }
    }

    /** What is said about the fault, in one line; empty if it is not found. */
    static String found(Path library, String kernel) {
        EmulatedCard.set("HEARTH_EMULATED_QUIET", "1");
        try (EmulatedCard.Replacement replacement = EmulatedCard.replace(library)) {
            for (EmulatedCard.Schedule schedule : EmulatedCard.Schedule.values()) {
                String found = found(schedule, kernel);
                if (!found.isEmpty()) {
                    return found;
                }
            }
            return "";
        } finally {
            EmulatedCard.schedule(EmulatedCard.Schedule.FORWARD, 1);
            EmulatedCard.set("HEARTH_EMULATED_QUIET", "0");
        }
    }

    private static String found(EmulatedCard.Schedule schedule, String kernel) {
        EmulatedCard.schedule(schedule, 1);
        EmulatedCard.forgetFailure();
        CudaDevice device = EmulatedCard.open();
        try {
            String kit = kit(device, kernel);
            String card = EmulatedCard.failure();
            String found = !card.isEmpty() ? "card: " + card : kit.isEmpty() ? "" : "kit: " + kit;
            return found.isEmpty() ? "" : found.replace('\n', ' ') + " [" + schedule + "]";
        } finally {
            close(device);
        }
    }

    private static String kit(CudaDevice device, String kernel) {
        try {
            return ConformanceKit.run(
                            device,
                            ConformanceKit.Options.standard().withKernel(kernel).withRounds(3))
                    .failures()
                    .stream()
                    .findFirst()
                    .map(CheckResult::message)
                    .orElse("");
        } catch (RuntimeException e) {
            return e.toString();
        }
    }

    /** A card on which a kernel has failed refuses even to be tidied up. */
    private static void close(CudaDevice device) {
        try {
            device.close();
        } catch (RuntimeException e) {
            // What failed has been noted.
        }
    }
}
