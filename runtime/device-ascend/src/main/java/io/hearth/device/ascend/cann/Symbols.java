package io.hearth.device.ascend.cann;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Every function of CANN that Hearth calls, where it is in CANN 8 and in CANN 9, and what is done where it is missing. An
 * operator counts as there if both its phases are.
 */
public final class Symbols {
    /** What a function is needed for. */
    public enum Need {
        /** Without it no card is used. */
        ALWAYS,
        /** Something else takes its place. */
        REPLACED,
        /** What is built on it is refused with a sentence. */
        FOR_SOME
    }

    /**
     * A function.
     *
     * @param name of the function, or of the operator's second phase
     * @param part that holds it
     * @param eight library in CANN 8, or "-" if its public headers do not have it
     * @param nine library in CANN 9
     * @param need what it is needed for
     * @param fallback what is done where it is missing, in words; empty for one that is always needed
     */
    public record Symbol(String name, Part part, String eight, String nine, Need need, String fallback) {
        /** The functions that must be found for it. */
        List<String> functions() {
            return part == Part.OPERATORS ? List.of(name + "GetWorkspaceSize", name) : List.of(name);
        }
    }

    private static final String ALWAYS = "";

    private static final List<Symbol> ALL = Stream.of(
                    runtime(), objects(), OperatorSymbols.all().stream(), collectives())
            .flatMap(rows -> rows)
            .toList();

    private Symbols() {}

    /** The whole table: runtime, objects, operators, collectives. */
    public static List<Symbol> all() {
        return ALL;
    }

    private static Stream<Symbol> runtime() {
        List<Symbol> rows = new ArrayList<>();
        for (String name : Natives.names(RuntimeCalls.class)) {
            rows.add(runtime(name, Need.ALWAYS, ALWAYS));
        }
        Map.of(
                        "aclrtSynchronizeStreamWithTimeout", "the stream is asked every millisecond",
                        "aclsysGetCANNVersion", "the version that CANN's files tell",
                        "aclGetCannAttribute", "bf16 by the name of the chip")
                .entrySet()
                .stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(entry -> rows.add(runtime(entry.getKey(), Need.REPLACED, entry.getValue())));
        for (String name : Natives.names(CaptureCalls.class)) {
            rows.add(runtime(name, Need.REPLACED, "nothing is recorded, every step is queued anew"));
        }
        return rows.stream();
    }

    private static Symbol runtime(String name, Need need, String fallback) {
        return new Symbol(name, Part.RUNTIME, "libascendcl.so", "libacl_rt.so", need, fallback);
    }

    private static Stream<Symbol> objects() {
        List<Symbol> rows = new ArrayList<>();
        for (String name : Natives.names(ObjectCalls.class)) {
            rows.add(new Symbol(name, Part.OBJECTS, "libnnopbase.so", "libnnopbase.so", Need.ALWAYS, ALWAYS));
        }
        for (String name : Natives.names(ReuseCalls.class)) {
            rows.add(new Symbol(
                    name,
                    Part.OBJECTS,
                    "libnnopbase.so",
                    "libnnopbase.so",
                    Need.REPLACED,
                    "operators are prepared anew at each call"));
        }
        return rows.stream();
    }

    private static Stream<Symbol> collectives() {
        String refused = "a job on one card runs, one on several is refused";
        Stream<String> communicators = Stream.of(
                "HcclGetRootInfo",
                "HcclCommInitRootInfo",
                "HcclCommDestroy",
                "HcclGetCommAsyncError",
                "HcclGetErrorString");
        Stream<String> exchanges = Stream.of(
                "HcclAllReduce", "HcclAllGather", "HcclReduceScatter", "HcclBroadcast", "HcclSend", "HcclRecv");
        return Stream.concat(
                communicators.map(name ->
                        new Symbol(name, Part.COLLECTIVES, "libhccl.so", "libhcomm.so", Need.FOR_SOME, refused)),
                exchanges.map(name ->
                        new Symbol(name, Part.COLLECTIVES, "libhccl.so", "libhccl.so", Need.FOR_SOME, refused)));
    }
}
