package io.hearth.device.cpu.onednn;

import static io.hearth.device.cpu.host.NativeFunction.bind;
import static io.hearth.device.cpu.host.NativeFunction.failed;

import io.hearth.device.DType;
import io.hearth.device.DeviceException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The functions of oneDNN's C API that matrix products need, with one engine and one stream for the CPU. Handles are
 * addresses. A call that oneDNN refuses throws {@link DeviceException} with oneDNN's status.
 */
final class OneDnn {
    static final int ARG_SOURCE = 1;
    static final int ARG_TARGET = 17;
    static final int ARG_WEIGHTS = 33;
    static final int ARG_BIAS = 41;
    static final int ARG_SCRATCHPAD = 80;

    private static final int CPU = 1;
    private static final int IN_ORDER = 1;
    private static final int SCRATCHPAD_USER = 1;
    private static final int ELTWISE_LINEAR = 0x26;
    private static final int QUERY_IMPLEMENTATION = 8;
    private static final int QUERY_SCRATCHPAD = 136;

    private final MethodHandle descCreate;
    private final MethodHandle descDestroy;
    private final MethodHandle descSize;
    private final MethodHandle attrCreate;
    private final MethodHandle attrDestroy;
    private final MethodHandle attrScratchpad;
    private final MethodHandle attrPostOps;
    private final MethodHandle postOpsCreate;
    private final MethodHandle postOpsDestroy;
    private final MethodHandle postOpsEltwise;
    private final MethodHandle postOpsSum;
    private final MethodHandle matmulCreate;
    private final MethodHandle query;
    private final MethodHandle queryDesc;
    private final MethodHandle primitiveDescDestroy;
    private final MethodHandle primitiveCreate;
    private final MethodHandle primitiveDestroy;
    private final MethodHandle memoryCreate;
    private final MethodHandle memoryDestroy;
    private final MethodHandle memorySet;
    private final MethodHandle execute;
    private final MemorySegment version;
    private final long engine;
    private final long stream;

    OneDnn(SymbolLookup library) {
        descCreate = bind(library, "dnnl_memory_desc_create_with_strides", "ILILIL");
        descDestroy = bind(library, "dnnl_memory_desc_destroy", "IL");
        descSize = bind(library, "dnnl_memory_desc_get_size", "LL");
        attrCreate = bind(library, "dnnl_primitive_attr_create", "IL");
        attrDestroy = bind(library, "dnnl_primitive_attr_destroy", "IL");
        attrScratchpad = bind(library, "dnnl_primitive_attr_set_scratchpad_mode", "ILI");
        attrPostOps = bind(library, "dnnl_primitive_attr_set_post_ops", "ILL");
        postOpsCreate = bind(library, "dnnl_post_ops_create", "IL");
        postOpsDestroy = bind(library, "dnnl_post_ops_destroy", "IL");
        postOpsEltwise = bind(library, "dnnl_post_ops_append_eltwise", "ILIFF");
        postOpsSum = bind(library, "dnnl_post_ops_append_sum", "ILFII");
        matmulCreate = bind(library, "dnnl_matmul_primitive_desc_create", "ILLLLLLL");
        query = bind(library, "dnnl_primitive_desc_query", "ILIIL");
        queryDesc = bind(library, "dnnl_primitive_desc_query_md", "LLII");
        primitiveDescDestroy = bind(library, "dnnl_primitive_desc_destroy", "IL");
        primitiveCreate = bind(library, "dnnl_primitive_create", "ILL");
        primitiveDestroy = bind(library, "dnnl_primitive_destroy", "IL");
        memoryCreate = bind(library, "dnnl_memory_create", "ILLLL");
        memoryDestroy = bind(library, "dnnl_memory_destroy", "IL");
        memorySet = bind(library, "dnnl_memory_set_data_handle", "ILL");
        execute = bind(library, "dnnl_primitive_execute", "ILLIL");
        try {
            long address = (long) bind(library, "dnnl_version", "L").invokeExact();
            version = MemorySegment.ofAddress(address).reinterpret(12);
            MethodHandle engineCreate = bind(library, "dnnl_engine_create", "ILIL");
            MethodHandle streamCreate = bind(library, "dnnl_stream_create", "ILLI");
            engine = created("engine", out -> (int) engineCreate.invokeExact(out, CPU, 0L));
            stream = created("stream", out -> (int) streamCreate.invokeExact(out, engine, IN_ORDER));
        } catch (DeviceException e) {
            throw e;
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /** Version as the maker writes it, such as 3.11.0. */
    String version() {
        return version.get(ValueLayout.JAVA_INT, 0) + "." + version.get(ValueLayout.JAVA_INT, 4) + "."
                + version.get(ValueLayout.JAVA_INT, 8);
    }

    /** Descriptor of a matrix, element (i, j) at i * rowStride + j * colStride. */
    long matrix(DType type, long rows, long cols, long rowStride, long colStride) {
        try (Arena arena = Arena.ofConfined()) {
            long dims = arena.allocateFrom(ValueLayout.JAVA_LONG, rows, cols).address();
            long strides = arena.allocateFrom(ValueLayout.JAVA_LONG, rowStride, colStride)
                    .address();
            return created(
                    "memory descriptor", out -> (int) descCreate.invokeExact(out, 2, dims, typeCode(type), strides));
        }
    }

    private static int typeCode(DType type) {
        return switch (type) {
            case F16 -> 1;
            case BF16 -> 2;
            case F32 -> 3;
            case I32 -> 4;
            case I8 -> 5;
        };
    }

    /**
     * Primitive descriptor of {@code target = alpha * source * weights + bias (+ target)}.
     *
     * @param bias descriptor or 0
     */
    long matmul(long source, long weights, long bias, long target, float alpha, boolean accumulate) {
        long postOps = created("post-ops", out -> (int) postOpsCreate.invokeExact(out));
        long attributes = created("attributes", out -> (int) attrCreate.invokeExact(out));
        try {
            if (alpha != 1) {
                check("scaling", () -> (int) postOpsEltwise.invokeExact(postOps, ELTWISE_LINEAR, alpha, 0f));
            }
            if (accumulate) {
                check("accumulation", () -> (int) postOpsSum.invokeExact(postOps, 1f, 0, 0));
            }
            check("scratchpad", () -> (int) attrScratchpad.invokeExact(attributes, SCRATCHPAD_USER));
            check("post-ops", () -> (int) attrPostOps.invokeExact(attributes, postOps));
            return created("matrix product", out ->
                    (int) matmulCreate.invokeExact(out, engine, source, weights, bias, target, attributes));
        } finally {
            check("attributes", () -> (int) attrDestroy.invokeExact(attributes));
            check("post-ops", () -> (int) postOpsDestroy.invokeExact(postOps));
        }
    }

    /** Name of the implementation behind a primitive descriptor. */
    String implementation(long primitiveDesc) {
        long name =
                created("implementation", out -> (int) query.invokeExact(primitiveDesc, QUERY_IMPLEMENTATION, 0, out));
        return MemorySegment.ofAddress(name).reinterpret(256).getString(0);
    }

    /** Descriptor of the scratch memory; belongs to the primitive descriptor. */
    long scratchpad(long primitiveDesc) {
        try {
            return (long) queryDesc.invokeExact(primitiveDesc, QUERY_SCRATCHPAD, 0);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    long size(long desc) {
        try {
            return (long) descSize.invokeExact(desc);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    long primitive(long primitiveDesc) {
        return created("primitive", out -> (int) primitiveCreate.invokeExact(out, primitiveDesc));
    }

    /** A memory object without memory; {@link #place} gives it some. */
    long memory(long desc) {
        return created("memory", out -> (int) memoryCreate.invokeExact(out, desc, engine, 0L));
    }

    void place(long memory, long address) {
        try {
            int status = (int) memorySet.invokeExact(memory, address);
            if (status != 0) {
                throw refused("memory", status);
            }
        } catch (DeviceException e) {
            throw e;
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /**
     * Runs a primitive.
     *
     * @param arguments address of pairs of argument number and memory object
     */
    void run(long primitive, int count, long arguments) {
        try {
            int status = (int) execute.invokeExact(primitive, stream, count, arguments);
            if (status != 0) {
                throw refused("execution", status);
            }
        } catch (DeviceException e) {
            throw e;
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    void destroyDesc(long desc) {
        check("memory descriptor", () -> (int) descDestroy.invokeExact(desc));
    }

    void destroyPrimitiveDesc(long primitiveDesc) {
        check("primitive descriptor", () -> (int) primitiveDescDestroy.invokeExact(primitiveDesc));
    }

    void destroyPrimitive(long primitive) {
        check("primitive", () -> (int) primitiveDestroy.invokeExact(primitive));
    }

    void destroyMemory(long memory) {
        check("memory", () -> (int) memoryDestroy.invokeExact(memory));
    }

    private interface Creation {
        int into(long out) throws Throwable;
    }

    private interface Call {
        int make() throws Throwable;
    }

    private static long created(String what, Creation creation) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG);
            check(what, () -> creation.into(out.address()));
            return out.get(ValueLayout.JAVA_LONG, 0);
        }
    }

    private static void check(String what, Call call) {
        int status;
        try {
            status = call.make();
        } catch (Throwable e) {
            throw failed(e);
        }
        if (status != 0) {
            throw refused(what, status);
        }
    }

    private static DeviceException refused(String what, int status) {
        String reason = switch (status) {
            case 1 -> "out of memory";
            case 2 -> "invalid arguments";
            case 3 -> "not implemented on this processor";
            default -> "status " + status;
        };
        return new DeviceException("oneDNN refused " + what + ": " + reason + ".");
    }
}
