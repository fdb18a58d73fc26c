package io.hearth.device.cuda.blas;

import static org.bytedeco.cuda.global.cublas.CUBLASLT_EPILOGUE_BIAS;
import static org.bytedeco.cuda.global.cublas.CUBLASLT_MATMUL_DESC_BIAS_POINTER;
import static org.bytedeco.cuda.global.cublas.CUBLASLT_MATMUL_DESC_EPILOGUE;
import static org.bytedeco.cuda.global.cublas.CUBLASLT_MATMUL_DESC_TRANSA;
import static org.bytedeco.cuda.global.cublas.CUBLASLT_MATMUL_DESC_TRANSB;
import static org.bytedeco.cuda.global.cublas.CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES;
import static org.bytedeco.cuda.global.cublas.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES;
import static org.bytedeco.cuda.global.cublas.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES;
import static org.bytedeco.cuda.global.cublas.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES;
import static org.bytedeco.cuda.global.cublas.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES;
import static org.bytedeco.cuda.global.cublas.CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK;
import static org.bytedeco.cuda.global.cublas.CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE;
import static org.bytedeco.cuda.global.cublas.CUBLAS_COMPUTE_32F;
import static org.bytedeco.cuda.global.cublas.CUBLAS_OP_N;
import static org.bytedeco.cuda.global.cublas.CUBLAS_OP_T;
import static org.bytedeco.cuda.global.cudart.CUDA_R_16BF;
import static org.bytedeco.cuda.global.cudart.CUDA_R_16F;
import static org.bytedeco.cuda.global.cudart.CUDA_R_32F;

import io.hearth.device.DType;
import io.hearth.device.DeviceException;
import org.bytedeco.cuda.cublas.cublasLtContext;
import org.bytedeco.cuda.cublas.cublasLtMatmulAlgo_t;
import org.bytedeco.cuda.cublas.cublasLtMatmulDescOpaque_t;
import org.bytedeco.cuda.cublas.cublasLtMatmulHeuristicResult_t;
import org.bytedeco.cuda.cublas.cublasLtMatmulPreferenceOpaque_t;
import org.bytedeco.cuda.cublas.cublasLtMatrixLayoutOpaque_t;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * A product of one shape, ready to run: cuBLASLt's descriptors and the algorithm that its heuristic puts first.
 *
 * <p>cuBLASLt thinks in columns: a matrix of ours is its transpose there. So it is asked for {@code out^T = op(b)^T
 * op(a)^T}, with our second operand as its first, and our columns as its rows.
 */
final class GemmPlan implements AutoCloseable {
    private final cublasLtMatmulDescOpaque_t product;
    private final cublasLtMatrixLayoutOpaque_t first;
    private final cublasLtMatrixLayoutOpaque_t second;
    private final cublasLtMatrixLayoutOpaque_t out;
    private final cublasLtMatmulHeuristicResult_t choice = new cublasLtMatmulHeuristicResult_t();
    private final LongPointer biasAddress = new LongPointer(1);
    private final cublasLtMatmulAlgo_t algorithm;

    /** @param workspaceBytes scratch memory that an algorithm may use */
    GemmPlan(cublasLtContext library, GemmShape shape, long workspaceBytes) {
        product = descriptor(shape);
        int act = code(shape.act);
        first = layout(act, shape.transposeB ? shape.k : shape.n, shape.transposeB ? shape.n : shape.k, shape.strideB);
        second = layout(act, shape.transposeA ? shape.m : shape.k, shape.transposeA ? shape.k : shape.m, shape.strideA);
        out = layout(code(shape.out), shape.n, shape.m, shape.strideOut);
        try {
            choose(library, shape, workspaceBytes);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
        algorithm = choice.algo();
    }

    private static cublasLtMatmulDescOpaque_t descriptor(GemmShape shape) {
        try (PointerPointer<cublasLtMatmulDescOpaque_t> made = new PointerPointer<>(1)) {
            check(cublas.cublasLtMatmulDescCreate(made, CUBLAS_COMPUTE_32F, CUDA_R_32F), "describe a product");
            cublasLtMatmulDescOpaque_t product = new cublasLtMatmulDescOpaque_t(made.get(0));
            set(product, CUBLASLT_MATMUL_DESC_TRANSA, shape.transposeB ? CUBLAS_OP_T : CUBLAS_OP_N);
            set(product, CUBLASLT_MATMUL_DESC_TRANSB, shape.transposeA ? CUBLAS_OP_T : CUBLAS_OP_N);
            if (shape.biased) {
                set(product, CUBLASLT_MATMUL_DESC_EPILOGUE, CUBLASLT_EPILOGUE_BIAS);
            }
            return product;
        }
    }

    private static void set(cublasLtMatmulDescOpaque_t product, int attribute, int value) {
        try (IntPointer number = new IntPointer(new int[] {value})) {
            check(
                    cublas.cublasLtMatmulDescSetAttribute(product, attribute, number, Integer.BYTES),
                    "describe a product");
        }
    }

    private static cublasLtMatrixLayoutOpaque_t layout(int type, long rows, long cols, long stride) {
        try (PointerPointer<cublasLtMatrixLayoutOpaque_t> made = new PointerPointer<>(1)) {
            check(
                    cublas.cublasLtMatrixLayoutCreate(made, type, rows, cols, Math.max(rows, stride)),
                    "describe a matrix");
            return new cublasLtMatrixLayoutOpaque_t(made.get(0));
        }
    }

    private void choose(cublasLtContext library, GemmShape shape, long workspaceBytes) {
        cublasLtMatmulPreferenceOpaque_t preference;
        try (PointerPointer<cublasLtMatmulPreferenceOpaque_t> made = new PointerPointer<>(1)) {
            check(cublas.cublasLtMatmulPreferenceCreate(made), "say a preference");
            preference = new cublasLtMatmulPreferenceOpaque_t(made.get(0));
        }
        try (IntPointer found = new IntPointer(1)) {
            prefer(preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, workspaceBytes, Long.BYTES);
            prefer(preference, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, shape.alignmentB, Integer.BYTES);
            prefer(preference, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, shape.alignmentA, Integer.BYTES);
            prefer(preference, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, shape.alignmentOut, Integer.BYTES);
            prefer(preference, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, shape.alignmentOut, Integer.BYTES);
            // Parts of a sum that is divided among blocks stay in f32 until they are added up.
            prefer(
                    preference,
                    CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK,
                    CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE,
                    Integer.BYTES);
            int status = cublas.cublasLtMatmulAlgoGetHeuristic(
                    library, product, first, second, out, out, preference, 1, choice, found);
            if (status != cublas.CUBLAS_STATUS_NOT_SUPPORTED) {
                check(status, "choose an algorithm");
            }
            if (status != cublas.CUBLAS_STATUS_SUCCESS || found.get() == 0 || choice.state() != 0) {
                throw new DeviceException("cuBLASLt has no algorithm for a product of " + shape + ".");
            }
        } finally {
            cublas.cublasLtMatmulPreferenceDestroy(preference);
        }
    }

    private static void prefer(cublasLtMatmulPreferenceOpaque_t preference, int attribute, long value, int bytes) {
        // The machines that NVIDIA serves store the low half first, so that 4 bytes of a long are the number.
        try (LongPointer number = new LongPointer(new long[] {value})) {
            check(
                    cublas.cublasLtMatmulPreferenceSetAttribute(preference, attribute, number, bytes),
                    "say a preference");
        }
    }

    private static int code(DType type) {
        return switch (type) {
            case F32 -> CUDA_R_32F;
            case BF16 -> CUDA_R_16BF;
            case F16 -> CUDA_R_16F;
            default -> throw new IllegalArgumentException("no products of " + type);
        };
    }

    /** Throws if cuBLASLt has refused something. */
    static void check(int status, String what) {
        if (status != cublas.CUBLAS_STATUS_SUCCESS) {
            throw new DeviceException("cuBLASLt could not " + what + ": "
                    + cublas.cublasLtGetStatusName(status).getString() + ".");
        }
    }

    cublasLtMatmulDescOpaque_t product(long bias) {
        if (bias != biasAddress.get()) {
            biasAddress.put(bias);
            check(
                    cublas.cublasLtMatmulDescSetAttribute(
                            product, CUBLASLT_MATMUL_DESC_BIAS_POINTER, biasAddress, Long.BYTES),
                    "place a bias");
        }
        return product;
    }

    cublasLtMatrixLayoutOpaque_t first() {
        return first;
    }

    cublasLtMatrixLayoutOpaque_t second() {
        return second;
    }

    cublasLtMatrixLayoutOpaque_t out() {
        return out;
    }

    cublasLtMatmulAlgo_t algorithm() {
        return algorithm;
    }

    @Override
    public void close() {
        cublas.cublasLtMatrixLayoutDestroy(out);
        cublas.cublasLtMatrixLayoutDestroy(second);
        cublas.cublasLtMatrixLayoutDestroy(first);
        cublas.cublasLtMatmulDescDestroy(product);
        biasAddress.close();
        choice.close();
    }
}
