package io.hearth.device.ascend;

import io.hearth.device.Device;
import io.hearth.device.Devices;
import io.hearth.device.Kernels;
import io.hearth.device.ascend.aclnn.AclnnOperators;
import io.hearth.device.ascend.aclnn.Operator;
import io.hearth.device.conformance.CheckResult;
import io.hearth.device.conformance.ConformanceKit;
import io.hearth.device.conformance.ConformanceReport;
import io.hearth.device.conformance.Outcome;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Runs the kit kernel by kernel over the stand-in of this process, and prints two tables: kernels with their largest errors and
 * the operators of CANN that served them, and operators with the largest error of any kernel that used them. Arguments: rounds,
 * seed. Ends with 1 if a check failed.
 */
final class ConformanceTable {
    private static final List<String> TYPES = List.of("F32", "BF16", "F16");

    /** The error that came nearest to its tolerance, and what it was of; 0 of 0 if nothing was compared. */
    private record Worst(double error, double tolerance, String kernel) {
        static final Worst NONE = new Worst(0, 0, "");

        Worst or(CheckResult result) {
            return result.largestError() * tolerance > error * result.tolerance() || tolerance == 0
                    ? new Worst(result.largestError(), result.tolerance(), result.kernel())
                    : this;
        }

        @Override
        public String toString() {
            return tolerance == 0 ? "exact" : String.format(Locale.ROOT, "%.1e of %.1e", error, tolerance);
        }
    }

    private final MethodHandle calls;
    private final Map<String, Map<String, Worst>> operators = new TreeMap<>();
    private final Map<String, Long> uses = new TreeMap<>();

    private ConformanceTable() {
        Path core = Path.of(System.getenv("HEARTH_ASCEND_HOME"), "lib64", "libstandin_core.so");
        MemorySegment counter = SymbolLookup.libraryLookup(core, Arena.global()).findOrThrow("standin_calls");
        calls = Linker.nativeLinker()
                .downcallHandle(counter, FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.ADDRESS));
    }

    public static void main(String[] arguments) {
        ConformanceKit.Options options = ConformanceKit.Options.standard()
                .withRounds(Integer.parseInt(arguments[0]))
                .withSeed(Long.parseLong(arguments[1]));
        System.exit(new ConformanceTable().run(options) ? 0 : 1);
    }

    private boolean run(ConformanceKit.Options options) {
        boolean passed = true;
        try (Device device = Devices.open("ascend:0")) {
            System.out.println(device.info().name() + ", seed " + options.seed());
            System.out.println("\n| kernel | " + String.join(" | ", TYPES) + " | operators |\n|---|---|---|---|---|");
            for (String kernel : kernels()) {
                Map<String, Long> before = counts();
                ConformanceReport report = ConformanceKit.run(device, options.withKernel(kernel));
                Map<String, Long> used = counts();
                used.replaceAll((name, count) -> count - before.get(name));
                used.values().removeIf(count -> count == 0);
                print(kernel, report, used);
                report.failures().forEach(failure -> System.out.println("FAILED " + failure.line()));
                passed &= report.outcome() != Outcome.FAILED;
            }
        }
        System.out.println(
                "\n| operator | calls | " + String.join(" | ", TYPES) + " | largest for |\n|---|---|---|---|---|---|");
        operators.forEach((name, errors) -> System.out.println("| " + name + " | " + uses.get(name) + " | "
                + cells(errors)
                + TYPES.stream()
                        .map(type -> errors.getOrDefault(type, Worst.NONE))
                        .reduce(
                                Worst.NONE,
                                (a, b) -> b.error() * a.tolerance() > a.error() * b.tolerance() || a.tolerance() == 0
                                        ? b
                                        : a)
                        .kernel()
                + " |"));
        System.out.println("Result: " + (passed ? "passed" : "failed"));
        return passed;
    }

    private void print(String kernel, ConformanceReport report, Map<String, Long> used) {
        Map<String, Worst> errors = new LinkedHashMap<>();
        for (CheckResult result : report.results()) {
            if (result.outcome() == Outcome.PASSED) {
                errors.merge(result.type(), Worst.NONE.or(result), (worst, one) -> worst.or(result));
            }
        }
        System.out.println("| " + kernel + " | " + cells(errors) + String.join(", ", used.keySet()) + " |");
        used.forEach((name, count) -> {
            uses.merge(name, count, Long::sum);
            for (CheckResult result : report.results()) {
                if (result.outcome() == Outcome.PASSED) {
                    operators
                            .computeIfAbsent(name, any -> new TreeMap<>())
                            .merge(result.type(), Worst.NONE.or(result), (worst, one) -> worst.or(result));
                }
            }
        });
    }

    private static String cells(Map<String, Worst> errors) {
        StringBuilder cells = new StringBuilder();
        TYPES.forEach(type ->
                cells.append(errors.containsKey(type) ? errors.get(type) : "-").append(" | "));
        return cells.toString();
    }

    private static List<String> kernels() {
        return Arrays.stream(Kernels.class.getMethods())
                .map(Method::getName)
                .distinct()
                .sorted()
                .toList();
    }

    /** How often the second phase of each operator was called in this process. */
    private Map<String, Long> counts() {
        Map<String, Long> counts = new TreeMap<>();
        for (Field field : AclnnOperators.class.getFields()) {
            if (Modifier.isStatic(field.getModifiers()) && field.getType() == Operator.class) {
                try (Arena arena = Arena.ofConfined()) {
                    String name = ((Operator) field.get(null)).name();
                    counts.put(name, (long) calls.invokeExact(arena.allocateFrom(name)));
                } catch (Throwable e) {
                    throw new AssertionError("the stand-in could not be asked", e);
                }
            }
        }
        return counts;
    }
}
