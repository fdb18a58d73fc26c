package io.hearth.device.cpu.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The instruction sets that the native kernels are built for, the best first. */
public enum Isa {
    AVX512("AVX512_CORE_AMX", Set.of("avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl")),
    AVX2("AVX2", Set.of("avx2", "fma", "bmi2", "f16c")),
    GENERIC("SSE41", Set.of()),
    /** No native code at all. */
    PORTABLE("", Set.of());

    private final String oneDnn;
    private final Set<String> flags;

    Isa(String oneDnn, Set<String> flags) {
        this.oneDnn = oneDnn;
        this.flags = flags;
    }

    /** What oneDNN's variable ONEDNN_MAX_CPU_ISA calls it. */
    String oneDnnLimit() {
        return oneDnn;
    }

    String suffix() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The instruction set to use: the environment variable HEARTH_CPU_ISA, else the best that the processor has.
     *
     * @throws IllegalArgumentException if the variable names none
     */
    public static Isa choose() {
        String forced = forced();
        if (forced == null) {
            return best(processorFlags());
        }
        return Arrays.stream(values())
                .filter(isa -> isa.suffix().equals(forced))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "HEARTH_CPU_ISA is \"" + forced + "\". It can be avx512, avx2, generic or portable."));
    }

    /** The value of HEARTH_CPU_ISA in lower case, or null. */
    static String forced() {
        String forced = System.getenv("HEARTH_CPU_ISA");
        return forced == null || forced.isBlank() ? null : forced.trim().toLowerCase(Locale.ROOT);
    }

    private static Isa best(Set<String> processor) {
        return Arrays.stream(values())
                .filter(isa -> processor.containsAll(isa.flags))
                .findFirst()
                .orElse(GENERIC);
    }

    /** The flags of an x86 processor; of others none, also where an emulator shows its own processor in the file. */
    private static Set<String> processorFlags() {
        if (!System.getProperty("os.arch").equals("amd64")) {
            return Set.of();
        }
        try {
            List<String> lines = Files.readAllLines(Path.of("/proc/cpuinfo"));
            return lines.stream()
                    .filter(line -> line.startsWith("flags"))
                    .findFirst()
                    .map(line ->
                            Set.of(line.substring(line.indexOf(':') + 1).trim().split("\\s+")))
                    .orElse(Set.of());
        } catch (IOException e) {
            return Set.of();
        }
    }
}
