package io.hearth.device.ascend;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.device.Device;
import io.hearth.device.DeviceException;
import io.hearth.device.Devices;
import io.hearth.device.conformance.ConformanceCommand;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each rule of CANN that the stand-in holds callers to is broken once in the device itself, and the conformance kit finds it. What
 * the device does right is in the file that the fault names.
 */
class DeliberateFaultsTest {
    /** Microseconds: what is queued has not happened for so long that nobody can rely on luck. */
    private static final int DELAY = 2000;

    static Stream<DeviceFault> faults() {
        return Stream.of(
                new DeviceFault(
                        "threadWithoutDevice",
                        "card/Card.java",
                        "        acl.turnTo(index);\n",
                        "",
                        "add",
                        "ctx is NULL: this thread is bound to no device"),
                new DeviceFault(
                        "executorUsedTwice",
                        "aclnn/Prepared.java",
                        "return ReuseCalls.aclSetAclOpExecutorRepeatable(executor) == 0;",
                        "return true;",
                        "crossEntropyStats",
                        "the executor has been used already (and was not set to be repeatable)"),
                new DeviceFault(
                        "executorWithOldAddresses",
                        "aclnn/Prepared.java",
                        "if (addresses.get(i) != others.get(i)) {",
                        "if (addresses.get(i) != others.get(i) && !inExecutor) {",
                        "crossEntropyStats",
                        "FAILED crossEntropyStats"),
                new DeviceFault(
                        "executorNotTold",
                        "aclnn/Prepared.java",
                        "int code = inExecutor\n",
                        "int code = false\n",
                        "crossEntropyStats",
                        "was changed between the two phases, and not through this executor"),
                new DeviceFault(
                        "addressesInAnotherOrder",
                        "aclnn/Prepared.java",
                        "ReuseCalls.aclSetTensorAddr(executor, i, ",
                        "ReuseCalls.aclSetTensorAddr(executor, others.size() - 1 - i, ",
                        "crossEntropyStats",
                        "this is not the tensor that"),
                new DeviceFault(
                        "noWorkspace",
                        "aclnn/Runner.java",
                        "workspace.atLeast(bytes), bytes",
                        "0, bytes",
                        "rmsNormGrad",
                        "workspace is NULL, but"),
                new DeviceFault(
                        "smallWorkspace",
                        "aclnn/Runner.java",
                        "workspace.atLeast(bytes), bytes",
                        "workspace.atLeast(bytes), bytes / 2",
                        "rmsNormGrad",
                        "bytes are needed"),
                new DeviceFault(
                        "workspaceOffItsAlignment",
                        "aclnn/Runner.java",
                        "workspace.atLeast(bytes), bytes",
                        "workspace.atLeast(bytes + 8) + 8, bytes",
                        "rmsNormGrad",
                        "of workspace is not a multiple of 32"),
                new DeviceFault(
                        "descriptionsDestroyedTooEarly",
                        "aclnn/Prepared.java",
                        "            executor = memory.get(1);\n",
                        "            executor = memory.get(1);\n"
                                + "            ObjectCalls.aclDestroyTensor(ownTensors.get(0));\n",
                        "add",
                        "was destroyed between the two phases"),
                new DeviceFault(
                        "elementsDestroyedBesideTheirList",
                        "aclnn/Prepared.java",
                        "if (list == null) {\n                            ownTensors.add(tensor);",
                        "ownTensors.add(tensor);\n                        if (list == null) {",
                        "embeddingGrad",
                        "stand-in: aclDestroyTensor: this was destroyed before (perhaps with its list)"),
                new DeviceFault(
                        "stridesInBytes",
                        "aclnn/Call.java",
                        "strides[0] = tensor.rowStride();",
                        "strides[0] = tensor.rowStride() * tensor.type().bytes();",
                        "copy",
                        "(strides and offset are in elements)"),
                new DeviceFault(
                        "addressesOffTheirAlignment",
                        "aclnn/Arguments.java",
                        "ALIGNMENT = 32;",
                        "ALIGNMENT = 1;",
                        "copy",
                        "is not a multiple of 32"),
                new DeviceFault(
                        "gradientOfGammaInTheTypeOfActivations",
                        "kernels/Norms.java",
                        "Piece gammaGrad = Piece.take(scratch, AclType.FLOAT, x.cols());",
                        "Piece gammaGrad = Piece.take(scratch, AclType.of(x.type()), x.cols());",
                        "rmsNormGrad",
                        "dgammaOut"),
                new DeviceFault(
                        "downloadWithoutWaiting",
                        "card/PinnedSlots.java",
                        "        events[slot].await();\n",
                        "",
                        "add",
                        "FAILED add"),
                new DeviceFault(
                        "maskTurnedRound",
                        "aclnn/Operators.java",
                        "row * MASK_SIZE + row + 1, (row + 1) * MASK_SIZE, (byte) 1",
                        "row * MASK_SIZE, row * MASK_SIZE + row + 1, (byte) 1",
                        "attention",
                        "FAILED attention"),
                new DeviceFault(
                        "lengthsWithLeadingZero",
                        "kernels/FusedAttention.java",
                        ".array(run.queryEnds())",
                        ".array(java.util.stream.LongStream.concat(java.util.stream.LongStream.of(0), "
                                + "java.util.Arrays.stream(run.queryEnds())).toArray())",
                        "attention",
                        "actualSeqQLen begins with 0: cumulative lengths"),
                new DeviceFault(
                        "lengthsInsteadOfEnds",
                        "kernels/SequenceRun.java",
                        "ends.stream().mapToLong(end -> end - first).toArray()",
                        "ends.stream().mapToLong(end -> end - (ends.indexOf(end) == 0 ? first : ends.get(ends.indexOf(end) - 1)))"
                                + ".toArray()",
                        "attention",
                        "actualSeqQLen is cumulative"),
                new DeviceFault(
                        "endsInsteadOfLengthsOfPagedKeys",
                        "kernels/FusedPagedAttention.java",
                        "call.array(lens.kvLen(), begin, end - begin);",
                        "int[] ends = lens.kvLen().clone();\n"
                                + "        java.util.Arrays.parallelPrefix(ends, Integer::sum);\n"
                                + "        call.array(ends, begin, end - begin);",
                        "pagedAttention",
                        "FAILED pagedAttention"),
                new DeviceFault(
                        "stepCountedTwice",
                        "kernels/Optimiser.java",
                        "new float[] {step - 1}",
                        "new float[] {step}",
                        "adamW",
                        "FAILED adamW"),
                new DeviceFault(
                        "sumsInAnyOrder",
                        "cann/Acl.java",
                        "check(RuntimeCalls.aclrtSetSysParamOpt(DETERMINISTIC, 1), ",
                        "check(RuntimeCalls.aclrtSetSysParamOpt(DETERMINISTIC, 0), ",
                        "rmsNormGrad",
                        "the same call gave other bits"));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void isFound(DeviceFault fault, @TempDir Path scratch) throws IOException {
        assertThat(run(
                        fault,
                        scratch,
                        ConformanceCommand.class,
                        "ascend:0",
                        "--kernel",
                        fault.kernel(),
                        "--rounds",
                        "3"))
                .contains(fault.finds());
    }

    /** The kit reads everything before it gives memory back, so that nothing is queued then. */
    @Test
    void memoryFreedUnderQueuedWorkIsFound(@TempDir Path scratch) throws IOException {
        DeviceFault fault = new DeviceFault(
                "memoryFreedUnderQueuedWork",
                "AscendDevice.java",
                "        stream.settle();\n",
                "",
                "",
                "which is queued and has not ended");
        assertThat(run(fault, scratch, GivesBackEarly.class)).contains(fault.finds());
    }

    /** Gives memory back while it is being filled. */
    static final class GivesBackEarly {
        private GivesBackEarly() {}

        public static void main(String[] arguments) {
            try (Device device = Devices.open("ascend:0")) {
                device.allocate(1 << 20).close();
            } catch (DeviceException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    private static String run(DeviceFault fault, Path scratch, Class<?> main, String... arguments) throws IOException {
        StandIn standIn = StandIn.of(StandIn.Face.CANN9).delay(DELAY);
        return ChildProcess.run(standIn.environment(), List.of(), fault.classPath(scratch), main, arguments)
                .output();
    }
}
