package io.hearth.device.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What nvcc and ptxas made of the kernels in this build. Skipped where there is no nvcc. */
class CompiledKernelsTest {
    private static final Path SOURCES = Path.of("src/main/cuda");
    private static final Path IMAGES = Path.of("target/classes/cuda");
    private static final Path WORK = Path.of("target/cuda-build");
    private static final Path TABLE = Path.of("target/cuda-kernels.md");
    private static final Path COMMITTED = Path.of("../../docs/cuda-kernels.md");

    /** A card has no more. */
    private static final int MOST_REGISTERS = 255;

    /** Bytes that a kernel may spill, stores and loads together, by the beginning of its name; all others spill nothing. */
    private static final Map<String, Integer> MOST_SPILLED = Map.of("paged_decode_128", 16, "paged_prefill_128", 16);

    /** A row of the table. */
    private record Kernel(String name, List<Integer> registers, int spilled, int sharedBytes) {
        static Kernel of(String row) {
            List<String> cells = Stream.of(row.split("\\|")).map(String::strip).toList();
            return new Kernel(
                    cells.get(1),
                    cells.subList(2, 6).stream().map(Integer::valueOf).toList(),
                    Integer.parseInt(cells.get(6)),
                    Integer.parseInt(cells.get(7)));
        }

        int mostSpilled() {
            return MOST_SPILLED.entrySet().stream()
                    .filter(bound -> name.startsWith(bound.getKey()))
                    .mapToInt(Map.Entry::getValue)
                    .max()
                    .orElse(0);
        }
    }

    private static void requireCompiler() {
        assumeTrue(Files.exists(IMAGES.resolve("index")), "the kernels were not compiled (no nvcc)");
    }

    private static String table() throws Exception {
        requireCompiler();
        run(
                List.of(
                        "sh",
                        SOURCES.resolve("table.sh").toString(),
                        WORK.toAbsolutePath().toString()),
                TABLE);
        return Files.readString(TABLE);
    }

    private static void run(List<String> command, Path output) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(String.join(" ", command)).isZero();
    }

    private static List<Kernel> kernels() throws Exception {
        return table().lines()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| kernel") && !line.startsWith("| ---"))
                .map(Kernel::of)
                .toList();
    }

    @Test
    void everySourceHasAnImageForEveryTarget() throws Exception {
        requireCompiler();
        Set<String> wanted = new TreeSet<>();
        for (String source : sources(".cu")) {
            for (String target : List.of("sm_80", "sm_86", "sm_89", "sm_90", "compute_80", "compute_90")) {
                wanted.add(source.substring(0, source.length() - ".cu".length()) + " " + target);
            }
        }
        assertThat(Files.readAllLines(IMAGES.resolve("index")).stream()
                        .map(line -> line.substring(0, line.indexOf(' ', line.indexOf(' ') + 1))))
                .containsExactlyInAnyOrderElementsOf(wanted);
    }

    private static List<String> sources(String ending) throws IOException {
        try (Stream<Path> files = Files.list(SOURCES)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(ending))
                    .toList();
        }
    }

    @Test
    void registersSufficeAndNothingIsSpilledButWhereItIsSaid() throws Exception {
        assertThat(kernels()).hasSizeGreaterThan(100).allSatisfy(kernel -> {
            assertThat(kernel.registers).allSatisfy(count -> assertThat(count).isBetween(1, MOST_REGISTERS));
            assertThat(kernel.spilled)
                    .as("bytes that %s spills", kernel.name)
                    .isLessThanOrEqualTo(kernel.mostSpilled());
            assertThat(kernel.sharedBytes).isLessThanOrEqualTo(48 << 10);
        });
    }

    @Test
    void whatCardsGetIsWhatTheEmulatorRuns() throws Exception {
        List<Kernel> compiled = kernels();
        Stand.require();
        assertThat(compiled.stream().map(Kernel::name)).containsExactlyInAnyOrderElementsOf(exported());
    }

    /** Names of the kernels that the sources export, as the emulator has registered them. */
    private static Set<String> exported() throws Exception {
        SymbolLookup emulator =
                SymbolLookup.libraryLookup(Stand.LIBRARIES.resolve("libhearth_emulator.so"), Arena.global());
        System.load(Stand.LIBRARIES.resolve("libhearth_kernels.so").toString());
        MethodHandle name = Linker.nativeLinker()
                .downcallHandle(
                        emulator.find("hearth_emulator_name").orElseThrow(),
                        FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
        Set<String> names = new TreeSet<>();
        try {
            for (int at = 0; ; at++) {
                MemorySegment text = (MemorySegment) name.invokeExact(at);
                if (text.equals(MemorySegment.NULL)) {
                    return names;
                }
                names.add(text.reinterpret(Long.MAX_VALUE).getString(0));
            }
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void theCommittedTableIsThatOfThisBuild() throws Exception {
        String table = table();
        String committed = Files.readString(COMMITTED);
        assumeTrue(
                committed.contains(
                        Files.readString(WORK.resolve("compiler")).replaceAll("(?s).*release .*V([0-9.]*).*", "$1.")),
                "the committed table is of another version of nvcc");
        assertThat(committed)
                .as("Make it anew: sh runtime/device-cuda/src/main/cuda/table.sh >docs/cuda-kernels.md")
                .isEqualTo(table);
    }

    @Test
    void imagesDependOnNoFolder(@TempDir Path folder) throws Exception {
        requireCompiler();
        Path copy = Files.createDirectories(folder.resolve("another/place"));
        for (String file : sources(".h")) {
            Files.copy(SOURCES.resolve(file), copy.resolve(file));
        }
        for (String file : List.of("build.sh", "columns.cu")) {
            Files.copy(SOURCES.resolve(file), copy.resolve(file));
        }
        Path out = folder.resolve("out");
        run(
                List.of("sh", copy.resolve("build.sh").toString(), out.toString(), folder + "/work"),
                folder.resolve("log"));
        List<String> lines = Files.readAllLines(out.resolve("index"));
        assertThat(lines).hasSize(6);
        assertThat(Files.readAllLines(IMAGES.resolve("index"))).containsAll(lines);
    }
}
