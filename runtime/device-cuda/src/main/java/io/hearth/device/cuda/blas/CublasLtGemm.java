package io.hearth.device.cuda.blas;

import io.hearth.device.DType;
import io.hearth.device.DeviceBuffer;
import io.hearth.device.Tensor;
import io.hearth.device.cuda.driver.KernelFunction;
import io.hearth.device.cuda.driver.KernelLibrary;
import io.hearth.device.cuda.driver.Stream;
import io.hearth.device.cuda.library.CardAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.cuda.cublas.cublasLtContext;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.javacpp.FloatPointer;

/**
 * Products by cuBLASLt. Descriptors and algorithm of a shape are made when it comes for the first time and kept; a call
 * after that allocates nothing. A bias is added by the product's epilogue, or by a kernel of our own where cuBLASLt cannot:
 * to an f32 result of 16-bit operands.
 *
 * <p>Only for use within {@link io.hearth.device.cuda.library.Presets#open}, which see.
 */
public final class CublasLtGemm implements Gemm {
    /** What NVIDIA advises for Hopper; earlier cards use a part of it. */
    public static final long WORKSPACE_BYTES = 32L << 20;

    /** Shapes whose plans are kept, about a kilobyte each; the one not used for the longest time goes. */
    private static final int MOST_PLANS = 8192;

    private static final int THREADS = 256;
    private static final int MOST_GRID_ROWS = 65535;

    private final Stream stream;
    private final KernelLibrary kernels;
    private final DeviceBuffer workspace;
    private final cublasLtContext library = new cublasLtContext();
    private final CUstream_st queue;
    private final FloatPointer alpha = new FloatPointer(1);
    private final FloatPointer beta = new FloatPointer(1);
    private final CardAddress first = new CardAddress();
    private final CardAddress second = new CardAddress();
    private final CardAddress result = new CardAddress();
    private final CardAddress scratch = new CardAddress();
    private final GemmShape shape = new GemmShape();
    private final Map<GemmShape, GemmPlan> plans = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<GemmShape, GemmPlan> eldest) {
            if (size() <= MOST_PLANS) {
                return false;
            }
            eldest.getValue().close();
            return true;
        }
    };

    /**
     * @param kernels has {@code row_bias}
     * @param workspace {@link #WORKSPACE_BYTES} of the card; its owner closes it
     */
    public CublasLtGemm(Stream stream, KernelLibrary kernels, DeviceBuffer workspace) {
        this.stream = stream;
        this.kernels = kernels;
        this.workspace = workspace;
        stream.context().enter();
        GemmPlan.check(cublas.cublasLtCreate(library), "start");
        queue = new CUstream_st(new CardAddress().at(stream.handle()));
    }

    @Override
    public void matmul(
            Tensor a,
            boolean transposeA,
            Tensor b,
            boolean transposeB,
            float alpha,
            float beta,
            Tensor bias,
            Tensor out) {
        if (out.elements() == 0) {
            return;
        }
        boolean fused = bias != null && out.type() == bias.type() && bias.address() % 16 == 0;
        shape.fill(a, transposeA, b, transposeB, beta != 0, fused ? bias : null, out);
        if (shape.k == 0) {
            emptySum(beta, out);
            fused = false;
        } else {
            product(a, b, alpha, beta, fused ? bias : null, out);
        }
        if (bias != null && !fused) {
            addBias(bias, out);
        }
    }

    private void product(Tensor a, Tensor b, float alpha, float beta, Tensor bias, Tensor out) {
        GemmPlan plan = plans.get(shape);
        if (plan == null) {
            plan = new GemmPlan(library, shape, workspace.bytes());
            plans.put(shape.copy(), plan);
        }
        this.alpha.put(alpha);
        this.beta.put(beta);
        first.at(b.address());
        second.at(a.address());
        result.at(out.address());
        scratch.at(workspace.address());
        stream.context().enter();
        int status = cublas.cublasLtMatmul(
                library,
                plan.product(bias == null ? 0 : bias.address()),
                this.alpha,
                first,
                plan.first(),
                second,
                plan.second(),
                this.beta,
                result,
                plan.out(),
                result,
                plan.out(),
                plan.algorithm(),
                scratch,
                workspace.bytes(),
                queue);
        if (status != cublas.CUBLAS_STATUS_SUCCESS) {
            GemmPlan.check(status, "queue a product of " + shape);
        }
    }

    /** A sum over nothing is 0. */
    private void emptySum(float beta, Tensor out) {
        if (beta == 0) {
            long rowBytes = (long) out.cols() * out.type().bytes();
            for (int row = 0; row < out.rows(); row++) {
                stream.fillBytes(
                        out.address() + row * out.rowStride() * out.type().bytes(), 0, rowBytes);
            }
        }
    }

    private void addBias(Tensor bias, Tensor out) {
        boolean wide = out.type() == DType.F32 && bias.type() != DType.F32;
        KernelFunction kernel = kernels.function(wide ? "row_bias_wide" : "row_bias", bias.type());
        kernel.launch(
                kernel.arguments()
                        .pointer(out)
                        .i64(out.rowStride())
                        .pointer(bias)
                        .i64(out.rows())
                        .i64(out.cols()),
                (out.cols() + THREADS - 1) / THREADS,
                Math.min(out.rows(), MOST_GRID_ROWS),
                1,
                THREADS,
                0);
    }

    /** Name and version, such as {@code cuBLASLt 13.1.0}. */
    @Override
    public String describe() {
        long version = cublas.cublasLtGetVersion();
        return "cuBLASLt " + version / 10_000 + "." + version / 100 % 100 + "." + version % 100;
    }

    @Override
    public void close() {
        plans.values().forEach(GemmPlan::close);
        plans.clear();
        stream.context().enter();
        GemmPlan.check(cublas.cublasLtDestroy(library), "close");
        alpha.close();
        beta.close();
    }
}
