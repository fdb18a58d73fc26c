package io.hearth.worker.ranks;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The kinds of cards that jobs on several of them are tried with: the processor, and cards that are emulated. */
enum Cluster {
    CPU,
    CUDA,
    ASCEND;

    private static final Path CUDA_CARDS =
            Path.of("../device-cuda/target/emulated-card/lib").toAbsolutePath().normalize();

    private static final Path CANN = Path.of("../device-ascend/target/ascend-standin/cann9")
            .toAbsolutePath()
            .normalize();

    /** Skips the test if the stand-ins could not be built, for want of a compiler. */
    void require() {
        assumeTrue(this != ASCEND || Files.exists(CANN.resolve("lib64/libhccl.so")), "CANN's stand-in was not built");
        assumeTrue(this != CUDA || Files.exists(CUDA_CARDS.resolve("libnccl.so.2")), "the emulated card was not built");
    }

    List<String> cards(int count) {
        return switch (this) {
            case CPU -> Collections.nCopies(count, "cpu:0");
            case CUDA ->
                IntStream.range(0, count).mapToObj(card -> "cuda:" + card).toList();
            case ASCEND ->
                IntStream.range(0, count).mapToObj(card -> "ascend:" + card).toList();
        };
    }

    Map<String, String> environment() {
        return switch (this) {
            case CPU -> Map.of("HEARTH_CPU_THREADS", "1");
            case CUDA ->
                Map.of(
                        "HEARTH_CPU_THREADS",
                        "1",
                        "HEARTH_CUDA_LIBRARIES",
                        CUDA_CARDS.toString(),
                        "HEARTH_EMULATED_CARDS",
                        "4");
            case ASCEND ->
                Map.of("HEARTH_CPU_THREADS", "1", "HEARTH_ASCEND_HOME", CANN.toString(), "HEARTH_STANDIN_DEVICES", "4");
        };
    }
}
