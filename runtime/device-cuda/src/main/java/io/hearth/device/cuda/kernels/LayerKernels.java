package io.hearth.device.cuda.kernels;

import static io.hearth.device.cuda.kernels.Geometry.WARP;
import static io.hearth.device.cuda.kernels.Geometry.ceilDiv;

import io.hearth.device.SortedIds;
import io.hearth.device.Tensor;
import io.hearth.device.cuda.driver.KernelFunction;
import io.hearth.device.cuda.driver.KernelLibrary;
import io.hearth.device.cuda.driver.LaunchArguments;
import io.hearth.device.cuda.driver.Stream;

/** Norms, SwiGLU, embedding, bias gradient and rotary embedding: norm.cu, activation.cu, embedding.cu, columns.cu, rope.cu. */
final class LayerKernels {
    /** Rows of a norm that share a block where a row is short enough for a warp. */
    private static final int WARP_ROWS = 4;

    /** Threads of a block that norms a row, and their number if a row is longer than they can hold. */
    private static final int NORM_THREADS = 512;

    private static final int MOST_NORM_THREADS = 1024;

    /** Accesses that a thread of a norm holds of its row. */
    private static final int NORM_HELD = 2;

    private static final int EMBEDDING_THREADS = 128;

    private final KernelLibrary library;
    private final ColumnSums columns;

    LayerKernels(KernelLibrary library, Workspace workspace, Stream stream) {
        this.library = library;
        this.columns = new ColumnSums(library, workspace);
    }

    void biasGrad(Tensor dy, Tensor dBias) {
        ColumnSums.Parts parts = columns.parts(dy.type(), dy.dim(0), dy.dim(1));
        KernelFunction kernel = library.function("bias_grad_parts", dy.type());
        LaunchArguments arguments = kernel.arguments()
                .pointer(dy)
                .i64(dy.rowStride())
                .address(parts.address())
                .i64(parts.rows())
                .i64(parts.width())
                .i64(parts.rowsPerPart());
        columns.add(kernel, arguments, parts, dBias);
    }

    // ---- Norm ------------------------------------------------------------------------------------------------------

    void rmsNorm(Tensor x, Tensor gamma, float eps, Tensor y, Tensor rstd) {
        KernelFunction kernel = library.function("rms_norm", x.type());
        LaunchArguments arguments =
                kernel.arguments().pointer(x).pointer(gamma).f32(eps).pointer(y).pointer(rstd);
        launchNorm(kernel, arguments, x);
    }

    void addRmsNorm(Tensor residual, Tensor x, Tensor gamma, float eps, Tensor sum, Tensor y, Tensor rstd) {
        KernelFunction kernel = library.function("add_rms_norm", x.type());
        LaunchArguments arguments = kernel.arguments()
                .pointer(residual)
                .pointer(x)
                .pointer(gamma)
                .f32(eps)
                .pointer(sum)
                .pointer(y)
                .pointer(rstd);
        launchNorm(kernel, arguments, x);
    }

    void rmsNormGrad(Tensor dy, Tensor x, Tensor rstd, Tensor gamma, Tensor dResidual, Tensor dx, Tensor dGamma) {
        if (dGamma != null) {
            gammaGrad(dy, x, rstd, dGamma);
        }
        KernelFunction kernel = library.function("rms_norm_grad", x.type());
        LaunchArguments arguments = kernel.arguments()
                .pointer(dy)
                .pointer(x)
                .pointer(rstd)
                .pointer(gamma)
                .pointer(dResidual)
                .pointer(dx);
        launchNorm(kernel, arguments, x);
    }

    private void gammaGrad(Tensor dy, Tensor x, Tensor rstd, Tensor dGamma) {
        ColumnSums.Parts parts = columns.parts(x.type(), x.dim(0), x.dim(1));
        KernelFunction kernel = library.function("rms_norm_gamma_parts", x.type());
        LaunchArguments arguments = kernel.arguments()
                .pointer(dy)
                .pointer(x)
                .pointer(rstd)
                .address(parts.address())
                .i64(parts.rows())
                .i64(parts.width())
                .i64(parts.rowsPerPart());
        columns.add(kernel, arguments, parts, dGamma);
    }

    /** Adds rows, width and the threads of a row to the arguments, and launches. */
    private static void launchNorm(KernelFunction kernel, LaunchArguments arguments, Tensor x) {
        long rows = x.dim(0);
        long accesses = ceilDiv(x.dim(1), Geometry.width(x.type()));
        arguments.i64(rows).i64(x.dim(1));
        if (accesses <= WARP) {
            arguments.i32(WARP);
            kernel.launch(arguments, ceilDiv(rows, WARP_ROWS), 1, 1, WARP_ROWS * WARP, 0);
        } else {
            int most = accesses <= (long) NORM_THREADS * NORM_HELD ? NORM_THREADS : MOST_NORM_THREADS;
            int threads = Geometry.Tiles.of(accesses, most).threads();
            arguments.i32(threads);
            kernel.launch(arguments, rows, 1, 1, threads, 0);
        }
    }

    // ---- Activation and embedding ----------------------------------------------------------------------------------

    void swiGlu(Tensor gateUp, Tensor h) {
        KernelFunction kernel = library.function("swi_glu", h.type());
        LaunchArguments arguments =
                kernel.arguments().pointer(gateUp).pointer(h).i64(h.dim(0)).i64(h.dim(1));
        launchTiles(kernel, arguments, h.dim(0), h, Geometry.THREADS);
    }

    void swiGluGrad(Tensor dh, Tensor gateUp, Tensor dGateUp) {
        KernelFunction kernel = library.function("swi_glu_grad", dh.type());
        LaunchArguments arguments = kernel.arguments()
                .pointer(dh)
                .pointer(gateUp)
                .pointer(dGateUp)
                .i64(dh.dim(0))
                .i64(dh.dim(1));
        launchTiles(kernel, arguments, dh.dim(0), dh, Geometry.THREADS);
    }

    void embedding(Tensor table, Tensor ids, Tensor out) {
        RowCopy.launch(library, table, ids, out, null, out.dim(0));
    }

    void embeddingGrad(Tensor dx, SortedIds ids, Tensor dTable) {
        KernelFunction kernel = library.function("embedding_grad", dx.type());
        LaunchArguments arguments = kernel.arguments()
                .pointer(dx)
                .pointer(ids.order())
                .pointer(ids.starts())
                .pointer(ids.ids())
                .pointer(dTable)
                .i32(ids.distinct())
                .i64(dx.dim(1));
        launchTiles(kernel, arguments, ids.distinct(), dx, EMBEDDING_THREADS);
    }

    /** Launches blocks of at most {@code most} threads: {@code rows} along x, and along y as many as a row of x wants. */
    private static void launchTiles(KernelFunction kernel, LaunchArguments arguments, long rows, Tensor x, int most) {
        Geometry.Tiles tiles = Geometry.Tiles.of(ceilDiv(x.dim(1), Geometry.width(x.type())), most);
        kernel.launch(arguments, rows, tiles.tiles(), 1, tiles.threads(), 0);
    }

    // ---- Rotary embedding ------------------------------------------------------------------------------------------

    void ropeTable(Tensor positions, Tensor table, Tensor cos, Tensor sin) {
        KernelFunction kernel = library.function("rope_table", cos.type());
        LaunchArguments arguments = kernel.arguments()
                .pointer(positions)
                .pointer(table)
                .pointer(cos)
                .pointer(sin)
                .i64(cos.dim(0))
                .i32(cos.cols());
        kernel.launch(arguments, ceilDiv(cos.dim(0), Geometry.THREADS / WARP), 1, 1, Geometry.THREADS, 0);
    }

    void qkvRope(
            Tensor qkv,
            Tensor cos,
            Tensor sin,
            Tensor qGamma,
            Tensor kGamma,
            float eps,
            Tensor q,
            Tensor k,
            Tensor v,
            Tensor qRstd,
            Tensor kRstd) {
        KernelFunction kernel = library.function("qkv_rope", qkv.type());
        LaunchArguments arguments = kernel.arguments()
                .pointer(qkv)
                .pointer(cos)
                .pointer(sin)
                .pointer(qGamma)
                .pointer(kGamma)
                .f32(eps)
                .pointer(q)
                .pointer(k)
                .pointer(v)
                .pointer(qRstd)
                .pointer(kRstd);
        launchHeads(kernel, arguments, q, k);
    }

    void qkvRopeGrad(
            Tensor dq,
            Tensor dk,
            Tensor dv,
            Tensor qkv,
            Tensor cos,
            Tensor sin,
            Tensor qGamma,
            Tensor kGamma,
            Tensor qRstd,
            Tensor kRstd,
            Tensor dqkv,
            Tensor dqGamma,
            Tensor dkGamma) {
        if (dqGamma != null) {
            headGammaGrad(dq, qkv, 0, cos, sin, qRstd, dqGamma);
        }
        if (dkGamma != null) {
            headGammaGrad(dk, qkv, dq.dim(1), cos, sin, kRstd, dkGamma);
        }
        KernelFunction kernel = library.function("qkv_rope_grad", dq.type());
        LaunchArguments arguments = kernel.arguments()
                .pointer(dq)
                .pointer(dk)
                .pointer(dv)
                .pointer(qkv)
                .pointer(cos)
                .pointer(sin)
                .pointer(qGamma)
                .pointer(kGamma)
                .pointer(qRstd)
                .pointer(kRstd)
                .pointer(dqkv);
        launchHeads(kernel, arguments, dq, dk);
    }

    /** Sums over all heads of all tokens; {@code firstHead} is where these heads begin in a row of qkv. */
    private void headGammaGrad(
            Tensor dy, Tensor qkv, long firstHead, Tensor cos, Tensor sin, Tensor rstd, Tensor dGamma) {
        long size = dy.dim(2);
        ColumnSums.Parts parts = columns.parts(dy.type(), dy.dim(0) * dy.dim(1), size);
        KernelFunction kernel = library.function("qkv_rope_gamma_parts", dy.type());
        LaunchArguments arguments = kernel.arguments()
                .pointer(dy)
                .address(qkv.address() + firstHead * size * dy.type().bytes())
                .pointer(cos)
                .pointer(sin)
                .pointer(rstd)
                .address(parts.address())
                .i64(parts.rows())
                .i64(qkv.rowStride())
                .i32((int) dy.dim(1))
                .i32((int) size)
                .i64(parts.rowsPerPart());
        columns.add(kernel, arguments, parts, dGamma);
    }

    /** Adds numbers of heads, their size and the threads of a head to the arguments, and launches a block per token. */
    private static void launchHeads(KernelFunction kernel, LaunchArguments arguments, Tensor q, Tensor k) {
        int queries = Math.toIntExact(q.dim(1));
        int keys = Math.toIntExact(k.dim(1));
        int lanes = lanesOfHead(ceilDiv(q.dim(2) / 2, Geometry.width(q.type())));
        arguments.i32(queries).i32(keys).i32(q.cols()).i32(lanes);
        int threads = Math.min(Geometry.THREADS, Geometry.warps((queries + 2L * keys) * lanes));
        kernel.launch(arguments, q.dim(0), 1, 1, threads, 0);
    }

    /** The power of two that is enough for so many accesses, at most a warp. */
    private static int lanesOfHead(long accesses) {
        int lanes = 1;
        while (lanes < accesses && lanes < WARP) {
            lanes *= 2;
        }
        return lanes;
    }
}
