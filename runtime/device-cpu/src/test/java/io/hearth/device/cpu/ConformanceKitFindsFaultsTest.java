package io.hearth.device.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.Kernels;
import io.hearth.device.Tensor;
import io.hearth.device.conformance.CheckResult;
import io.hearth.device.conformance.ConformanceKit;
import io.hearth.device.conformance.ConformanceReport;
import io.hearth.device.conformance.Outcome;
import io.hearth.device.cpu.portable.PortableKernels;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Kernels that are right but for one small fault: the kit must find each. */
class ConformanceKitFindsFaultsTest {
    private final CpuDevice right = new CpuDevice(new PortableKernels());

    /** Makes a call of the right kernel with other arguments, or something around it. */
    @FunctionalInterface
    private interface Fault {
        void call(Method kernel, Object[] arguments) throws ReflectiveOperationException;
    }

    @AfterEach
    void close() {
        right.close();
    }

    private Object rightCall(Method kernel, Object... arguments) throws ReflectiveOperationException {
        return kernel.invoke(right.kernels(), arguments);
    }

    private ConformanceReport check(String name, Fault fault) {
        Kernels kernels = proxy(Kernels.class, (method, arguments) -> {
            if (method.getName().equals(name)) {
                fault.call(method, arguments);
                return null;
            }
            return rightCall(method, arguments);
        });
        Device device = proxy(
                Device.class,
                (method, arguments) -> method.getName().equals("kernels") ? kernels : method.invoke(right, arguments));
        return ConformanceKit.run(
                device, ConformanceKit.Options.standard().withKernel(name).withRounds(6));
    }

    /** An invocation that may fail as reflection does. */
    @FunctionalInterface
    private interface Call {
        Object call(Method method, Object[] arguments) throws ReflectiveOperationException;
    }

    private static <T> T proxy(Class<T> type, Call call) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
                    try {
                        return call.call(method, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    private void assertFound(String name, String words, Fault fault) {
        ConformanceReport report = check(name, fault);
        assertThat(report.outcome()).as(report.table()).isEqualTo(Outcome.FAILED);
        assertThat(report.failures())
                .extracting(CheckResult::message)
                .as(report.table())
                .anyMatch(message -> message.contains(words));
    }

    @Test
    void theKernelsAreRightWithoutAFault() {
        for (String name : List.of("attention", "matmul", "add", "linear", "rmsNormGrad", "sample")) {
            ConformanceReport report = check(name, this::rightCall);
            assertThat(report.outcome()).as(report.table()).isEqualTo(Outcome.PASSED);
        }
    }

    @Test
    void aWindowThatIsOneTooWide() {
        assertFound("attention", "element", (kernel, a) -> {
            int window = (int) a[5];
            rightCall(kernel, a[0], a[1], a[2], a[3], a[4], window == 0 ? 0 : window + 1, a[6], a[7]);
        });
    }

    @Test
    void anAccumulationThatOverwrites() {
        assertFound("matmul", "out", (kernel, a) -> rightCall(kernel, a[0], a[1], a[2], a[3], a[4], 0f, a[6]));
    }

    @Test
    void aWriteBehindTheEnd() {
        assertFound("add", "outside of its elements", (kernel, a) -> {
            rightCall(kernel, a);
            Tensor out = (Tensor) a[2];
            host(out).set(ValueLayout.JAVA_BYTE, out.byteOffset() + out.bytes(), (byte) 1);
        });
    }

    @Test
    void aChangedInput() {
        assertFound("rmsNormGrad", "an input", (kernel, a) -> {
            rightCall(kernel, a);
            Tensor dy = (Tensor) a[0];
            host(dy).set(ValueLayout.JAVA_SHORT, dy.byteOffset(), (short) 1);
        });
    }

    @Test
    void aRowThatIsLeftOut() {
        assertFound("linear", "NaN", (kernel, a) -> {
            Tensor x = (Tensor) a[0];
            Tensor y = (Tensor) a[3];
            long rows = Math.max(1, x.dim(0) - 1);
            rightCall(kernel, x.rows(0, rows), a[1], a[2], y.rows(0, rows));
        });
    }

    @Test
    void bitsThatChangeFromCallToCall() {
        AtomicInteger calls = new AtomicInteger();
        assertFound("rmsNorm", "the same call gave other bits", (kernel, a) -> {
            rightCall(kernel, a);
            Tensor rstd = (Tensor) a[4];
            if (calls.incrementAndGet() % 2 == 0 && rstd.type() == DType.F32) {
                float value = host(rstd).get(ValueLayout.JAVA_FLOAT, rstd.byteOffset());
                host(rstd).set(ValueLayout.JAVA_FLOAT, rstd.byteOffset(), Math.nextUp(value));
            }
        });
    }

    @Test
    void aGradientWithoutItsResidual() {
        assertFound("rmsNormGrad", "dx", (kernel, a) -> rightCall(kernel, a[0], a[1], a[2], a[3], null, a[5], a[6]));
    }

    @Test
    void aStepCountedFromZero() {
        assertFound("adamW", "parameter", (kernel, a) -> {
            Object[] later = a.clone();
            later[5] = (int) a[5] + 1;
            rightCall(kernel, later);
        });
    }

    @Test
    void aRestrictionThatIsIgnored() {
        assertFound("sample", "token", (kernel, a) -> {
            Tensor topP = (Tensor) a[3];
            MemorySegment memory = host(topP).asSlice(topP.byteOffset(), topP.bytes());
            byte[] kept = memory.toArray(ValueLayout.JAVA_BYTE);
            right.kernels().fill(topP, 1);
            rightCall(kernel, a);
            memory.copyFrom(MemorySegment.ofArray(kept));
        });
    }

    private static MemorySegment host(Tensor tensor) {
        return tensor.buffer().host();
    }
}
