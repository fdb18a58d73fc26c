package io.hearth.engine.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.engine.TestDevice;
import io.hearth.engine.model.Golden;
import io.hearth.engine.model.LoadedModel;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the driver is asked for in a step that only decodes: counted by the emulated card. */
@Tag("card")
class DecodingStepCostTest {
    private static final List<String> COUNTED =
            List.of("hostToCard", "cardToHost", "onCard", "fills", "graphLaunches", "allocations", "frees");

    @Test
    void isTwoCopiesOneRecordingAndTheDrawingAndOneCopyBack() throws Throwable {
        String libraries = System.getenv("HEARTH_CUDA_LIBRARIES");
        assumeTrue(libraries != null && libraries.contains("emulated-card"), "only the emulated card counts");
        EngineLimits limits = new EngineLimits(64, 160, 0, 40, 16, 4, 64, 100);
        try (Device device = TestDevice.open();
                LoadedModel model =
                        LoadedModel.load(device, Golden.load("qwen2").directory(), DType.F32);
                StepRunner runner = new ModelStepRunner(model, null, limits)) {
            MethodHandle count = counter(Path.of(libraries, "libcuda.so.1"));
            Scheduler scheduler = new Scheduler(new BlockManager(40, 16), 4, 64);
            for (int i = 0; i < 3; i++) {
                scheduler.add(sequence(i));
            }
            Map<String, Long> before = Map.of();
            for (int step = 0; step < 8; step++) {
                before = step < 7 ? before : counts(count);
                List<Chunk> chunks = scheduler.schedule();
                int[] tokens = runner.run(chunks);
                scheduler.computed(chunks);
                for (int i = 0; i < tokens.length; i++) {
                    chunks.get(i).sequence().append(tokens[i]);
                }
            }
            Map<String, Long> after = counts(count);
            Map<String, Long> used = new LinkedHashMap<>();
            for (String what : COUNTED) {
                used.put(what, after.get(what) - before.get(what));
            }
            assertThat(used)
                    .isEqualTo(Map.of(
                            "hostToCard", 2L,
                            "cardToHost", 1L,
                            "onCard", 0L,
                            "fills", 0L,
                            "graphLaunches", 1L,
                            "allocations", 0L,
                            "frees", 0L));
        }
    }

    private static Sequence sequence(int number) {
        SamplingOptions sampling = new SamplingOptions(1, 0.9f, 20, 0, number);
        return new Sequence(
                number,
                new GenerationRequest(
                        new int[] {5, 6, 7 + number}, -1, 20, sampling, new int[0], List.of(), TokenText.NONE, null));
    }

    private static MethodHandle counter(Path driver) {
        MemorySegment function = SymbolLookup.libraryLookup(driver, Arena.global())
                .find("hearth_emulated_count")
                .orElseThrow();
        return Linker.nativeLinker()
                .downcallHandle(function, FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.ADDRESS));
    }

    private static Map<String, Long> counts(MethodHandle count) throws Throwable {
        Map<String, Long> counts = new LinkedHashMap<>();
        try (Arena arena = Arena.ofConfined()) {
            for (String what : COUNTED) {
                counts.put(what, (long) count.invokeExact(arena.allocateFrom(what)));
            }
        }
        return counts;
    }
}
