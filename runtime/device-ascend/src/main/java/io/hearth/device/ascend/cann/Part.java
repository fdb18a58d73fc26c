package io.hearth.device.ascend.cann;

import java.util.List;

/** A part of CANN, with the libraries that hold it, the one to look into first before the others. */
public enum Part {
    RUNTIME(List.of("libascendcl.so"), List.of("libacl_rt.so", "libascendcl.so")),
    OBJECTS(List.of("libnnopbase.so"), List.of("libnnopbase.so")),
    /** CANN 9 divides its operators over libraries that must not be mixed with the one of before. */
    OPERATORS(
            List.of(
                    "libopapi.so",
                    "libaclnn_ops_infer.so",
                    "libaclnn_ops_train.so",
                    "libaclnn_math.so",
                    "libaclnn_rand.so"),
            List.of("libopapi_math.so", "libopapi_nn.so", "libopapi_transformer.so", "libopapi_cv.so")),
    /** CANN 9 keeps communicators in a library of their own. */
    COLLECTIVES(List.of("libhccl.so"), List.of("libhccl.so", "libhcomm.so"));

    private final List<String> eight;
    private final List<String> nine;

    Part(List<String> eight, List<String> nine) {
        this.eight = eight;
        this.nine = nine;
    }

    /** Libraries of a face of CANN, 8 or 9. */
    List<String> libraries(int face) {
        return face >= 9 ? nine : eight;
    }
}
