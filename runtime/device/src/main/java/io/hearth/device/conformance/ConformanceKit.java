package io.hearth.device.conformance;

import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.DeviceException;
import io.hearth.device.DeviceInfo;
import io.hearth.device.Devices;
import io.hearth.device.Kernels;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Checks a device against the references. See the package's page for what is looked at. */
public final class ConformanceKit {
    private final Device device;
    private final Options options;
    private final Consumer<CheckResult> listener;
    private final Set<String> called = new TreeSet<>();
    private final Kernels kernels;

    /**
     * @param seed of all inputs; the same seed gives the same calls
     * @param rounds shapes that each check tries in each type
     * @param kernel name of the only kernel to look at, or null for all
     */
    public record Options(long seed, int rounds, String kernel) {
        /** Five shapes for each check and type, a fixed seed. */
        public static Options standard() {
            return new Options(20260101, 5, null);
        }

        public Options withSeed(long value) {
            return new Options(value, rounds, kernel);
        }

        public Options withRounds(int value) {
            return new Options(seed, value, kernel);
        }

        public Options withKernel(String value) {
            return new Options(seed, rounds, value);
        }
    }

    private ConformanceKit(Device device, Options options, Consumer<CheckResult> listener) {
        this.device = device;
        this.options = options;
        this.listener = listener;
        this.kernels = recording(device.kernels());
    }

    /** Checks a device by its id; the report of one that is not there says so and is not passed. */
    public static ConformanceReport run(String id, Options options) {
        return run(id, options, result -> {});
    }

    /** The same; {@code listener} hears of each result as soon as it is known. */
    static ConformanceReport run(String id, Options options, Consumer<CheckResult> listener) {
        try (Device device = Devices.open(id)) {
            return new ConformanceKit(device, options, listener).run();
        } catch (DeviceException e) {
            CheckResult absent = new CheckResult("-", "-", "-", 0, 0, 0, Outcome.SKIPPED, "", e.getMessage());
            listener.accept(absent);
            return new ConformanceReport(id + ", which is absent: " + e.getMessage(), options.seed, List.of(absent));
        }
    }

    /** Checks an open device. */
    public static ConformanceReport run(Device device, Options options) {
        return new ConformanceKit(device, options, result -> {}).run();
    }

    /** All checks, in the order in which they are made. */
    static List<Check> checks() {
        return Stream.of(
                        ElementwiseConformance.checks(),
                        DropoutConformance.checks(),
                        DenseConformance.checks(),
                        LoraConformance.checks(),
                        NormConformance.checks(),
                        RopeConformance.checks(),
                        AttentionConformance.checks(),
                        CacheConformance.checks(),
                        LossConformance.checks(),
                        OptimiserConformance.checks(),
                        SamplingConformance.checks(),
                        RefusalConformance.checks())
                .flatMap(List::stream)
                .toList();
    }

    private ConformanceReport run() {
        List<CheckResult> results = new ArrayList<>();
        for (Check check : checks()) {
            if (options.kernel == null || options.kernel.equals(check.kernel())) {
                for (DType type : List.of(DType.F32, DType.BF16, DType.F16)) {
                    CheckResult result = run(check, type);
                    results.add(result);
                    listener.accept(result);
                }
            }
        }
        if (options.kernel == null) {
            List<CheckResult> holes = neverCalled();
            results.addAll(holes);
            holes.forEach(listener);
        }
        DeviceInfo info = device.info();
        return new ConformanceReport(
                info.id() + " (" + info.name() + "; " + info.detail() + ")", options.seed, List.copyOf(results));
    }

    private CheckResult run(Check check, DType type) {
        if (!device.supports(type)) {
            String why = "the device does not compute with " + type;
            return new CheckResult(check.kernel(), check.name(), type.name(), 0, 0, 0, Outcome.SKIPPED, "", why);
        }
        double error = 0;
        double tolerance = 0;
        String shapes = "";
        for (int round = 0; round < options.rounds; round++) {
            long seed = Objects.hash(check.kernel(), check.name(), type.name(), round) + options.seed * 0x9e3779b97f4aL;
            String failure = null;
            try (Trial trial = new Trial(device, kernels, type, round, seed)) {
                try {
                    check.body().run(trial);
                } catch (ConformanceFailure e) {
                    failure = e.getMessage();
                } catch (RuntimeException e) {
                    failure = e + " at "
                            + Arrays.stream(e.getStackTrace())
                                    .findFirst()
                                    .map(Object::toString)
                                    .orElse("?");
                }
                shapes = trial.shapes();
                if (failure != null || error * trial.tolerance() <= trial.error() * tolerance) {
                    error = trial.error();
                    tolerance = trial.tolerance();
                }
            }
            if (failure != null) {
                String where = "round " + round + ", " + shapes + ": " + failure;
                return new CheckResult(
                        check.kernel(),
                        check.name(),
                        type.name(),
                        round + 1,
                        error,
                        tolerance,
                        Outcome.FAILED,
                        shapes,
                        where);
            }
        }
        return new CheckResult(
                check.kernel(),
                check.name(),
                type.name(),
                options.rounds,
                error,
                tolerance,
                Outcome.PASSED,
                shapes,
                "");
    }

    /** A kernel that no check calls is a hole in the kit, and the report says so as a failure. */
    private List<CheckResult> neverCalled() {
        return Arrays.stream(Kernels.class.getMethods())
                .map(ConformanceKit::signature)
                .filter(signature -> !called.contains(signature))
                .sorted()
                .map(signature -> new CheckResult(
                        signature, "is called", "-", 0, 0, 0, Outcome.FAILED, "", "no check calls this kernel"))
                .toList();
    }

    private static String signature(Method method) {
        return method.getName()
                + Arrays.stream(method.getParameterTypes())
                        .map(Class::getSimpleName)
                        .collect(Collectors.joining(", ", "(", ")"));
    }

    private Kernels recording(Kernels target) {
        return (Kernels) Proxy.newProxyInstance(
                Kernels.class.getClassLoader(), new Class<?>[] {Kernels.class}, (proxy, method, arguments) -> {
                    called.add(signature(method));
                    try {
                        return method.invoke(target, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
