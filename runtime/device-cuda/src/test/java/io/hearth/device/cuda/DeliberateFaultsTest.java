package io.hearth.device.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kernels that are right but for one small error: the emulated card must find each, and says by which means. */
class DeliberateFaultsTest {
    private static final List<Fault> FAULTS = List.of(
            new Fault(
                    "missingBarrier",
                    "columns.cu",
                    "columns.cu",
                    "= sum;\n    __syncthreads();",
                    "= sum;",
                    "biasGrad",
                    "kit: ",
                    "race: "),
            new Fault(
                    "barrierInBranches",
                    "columns.cu",
                    "columns.cu",
                    "    __syncthreads();\n",
                    "    if (line == 0) {\n        __syncthreads();\n    } else {\n        __syncthreads();\n    }\n",
                    "biasGrad",
                    "while another thread of the block waits in __syncthreads at",
                    "while another thread of the block waits in __syncthreads at"),
            new Fault(
                    "lanesNotInTheMask",
                    "optimizer.cu",
                    "hearth.h",
                    "#define HEARTH_FULL_WARP 0xffffffffu",
                    "#define HEARTH_FULL_WARP 0x0000ffffu",
                    "squaredNorm",
                    "not in the mask",
                    ""),
            new Fault("missingWarpBarrier", "sampling.cu", "order.h", "__syncwarp();", "", "topK", "kit: ", "race: "),
            new Fault(
                    "unorderedCounting",
                    "sampling.cu",
                    "sampling.cu",
                    "atomicAdd(&counts[bins.of(value)], 1)",
                    "counts[bins.of(value)]++",
                    "topK",
                    "",
                    "race: "),
            new Fault(
                    "missingWaitForACopy",
                    "attention.cu",
                    "attention_forward.h",
                    "ptx::copyAsyncWait<0>();",
                    "ptx::copyAsyncWait<1>();",
                    "attention",
                    "asynchronous copy",
                    ""),
            new Fault(
                    "otherRow",
                    "embedding.cu",
                    "embedding.cu",
                    "order[k] * width + i",
                    "(order[k] + 40) * width + i",
                    "embeddingGrad",
                    "where there is no memory",
                    "which is not in the allocation"),
            new Fault(
                    "oneBehindTheEnd",
                    "elementwise.cu",
                    "elementwise.cu",
                    "forElements<8>(bytes / 2,",
                    "forElements<8>(bytes / 2 + 1,",
                    "fill",
                    "outside of its elements",
                    ""),
            new Fault(
                    "misaligned",
                    "activation.cu",
                    "activation.cu",
                    "isWide(gateUp, width) && isWide(h, width)",
                    "width >= 4",
                    "swiGlu",
                    "",
                    "misaligned: "),
            new Fault(
                    "blocksInTheSamePlace",
                    "columns.cu",
                    "columns.h",
                    "parts[blockIdx.y * width + tile + i]",
                    "parts[tile + i]",
                    "biasGrad",
                    "kit: ",
                    "nothing orders this and a write by block"));

    @TempDir
    Path scratch;

    @Test
    void theConformanceKitUnderSeveralSchedulesFindsThem() throws IOException {
        CardBuild build = CardBuild.plain();
        List<String> table = new ArrayList<>();
        for (Fault fault : FAULTS) {
            if (!fault.plainFinds().isEmpty()) {
                String found = FaultRun.found(build.library(fault, scratch), fault.kernel());
                table.add(fault.name() + ": " + found);
                assertThat(found).as(fault.name()).contains(fault.plainFinds());
            }
        }
        print("Faults, and what finds them without looking at every access", table);
    }

    @Test
    void theCheckedBuildFindsRacesAndMisplacedAccessesInAnySchedule() throws IOException {
        CardBuild build = CardBuild.of("checked");
        List<Fault> faults =
                FAULTS.stream().filter(fault -> !fault.checkedFinds().isEmpty()).toList();
        List<String> arguments = new ArrayList<>();
        for (Fault fault : faults) {
            arguments.add(build.library(fault, scratch).toString());
            arguments.add(fault.kernel());
        }
        ChildProcess child =
                ChildProcess.run(Map.of(), build.javaOptions(), FaultRun.class, arguments.toArray(String[]::new));
        List<String> table = new ArrayList<>();
        for (int i = 0; i < faults.size(); i++) {
            Fault fault = faults.get(i);
            String key = arguments.get(2 * i) + "=";
            String found = child.output()
                    .lines()
                    .filter(line -> line.startsWith(key))
                    .map(line -> line.substring(key.length()))
                    .findFirst()
                    .orElse("(nothing: " + child.output() + ")");
            table.add(fault.name() + ": " + found);
            assertThat(found).as(fault.name()).contains(fault.checkedFinds()).endsWith("[FORWARD]");
        }
        print("Faults, and what the checked build says", table);
    }

    private static void print(String title, List<String> table) {
        System.out.println(title + ":\n  " + String.join("\n  ", table));
    }
}
