package io.hearth.device.cpu.kernels;

import static io.hearth.device.cpu.host.NativeFunction.failed;

import io.hearth.device.SeqLens;
import io.hearth.device.Tensor;

/**
 * Attention over rows and over the paged cache.
 *
 * <p>Every method answers false, without having done anything, where there is no such kernel for the type.
 */
final class AttentionKernels {
    private final Functions functions;
    private final Workspace workspace;

    /** Most query heads to a key-value head. */
    private static final int MAX_GROUP = 96;

    /** Partial results of long contexts that are worked on side by side. */
    static final long SCRATCH_BYTES = 8 << 20;

    AttentionKernels(Functions functions, Workspace workspace) {
        this.functions = functions;
        this.workspace = workspace;
    }

    boolean attention(Tensor q, Tensor k, Tensor v, SeqLens lens, float scale, int window, Tensor out, Tensor stats) {
        ActFunctions act = functions.of(q.type());
        if (act == null || !fits(q, k)) {
            return false;
        }
        try {
            act.attention.invokeExact(
                    q.address(),
                    k.address(),
                    v.address(),
                    0L,
                    0L,
                    1L,
                    lens.cuQDevice().address(),
                    lens.kvLenDevice().address(),
                    (long) lens.sequences(),
                    scale,
                    (long) window,
                    out.address(),
                    LayerKernels.at(stats),
                    q.dim(1),
                    k.dim(1),
                    q.dim(2),
                    0L,
                    0L);
            return true;
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    boolean attentionGrad(
            Tensor dOut,
            Tensor q,
            Tensor k,
            Tensor v,
            Tensor out,
            Tensor stats,
            SeqLens lens,
            float scale,
            int window,
            Tensor dq,
            Tensor dk,
            Tensor dv) {
        ActFunctions act = functions.of(q.type());
        if (act == null || !fits(q, k)) {
            return false;
        }
        try {
            act.attentionGrad.invokeExact(
                    dOut.address(),
                    q.address(),
                    k.address(),
                    v.address(),
                    out.address(),
                    stats.address(),
                    lens.cuQDevice().address(),
                    (long) lens.sequences(),
                    scale,
                    (long) window,
                    dq.address(),
                    dk.address(),
                    dv.address(),
                    q.dim(1),
                    k.dim(1),
                    q.dim(2));
            return true;
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    boolean pagedAttention(
            Tensor q,
            Tensor kCache,
            Tensor vCache,
            Tensor blockTable,
            SeqLens lens,
            float scale,
            int window,
            Tensor out) {
        ActFunctions act = functions.of(q.type());
        if (act == null || q.dim(1) / kCache.dim(2) > MAX_GROUP) {
            return false;
        }
        try {
            act.attention.invokeExact(
                    q.address(),
                    kCache.address(),
                    vCache.address(),
                    blockTable.address(),
                    (long) blockTable.cols(),
                    kCache.dim(1),
                    lens.cuQDevice().address(),
                    lens.kvLenDevice().address(),
                    (long) lens.sequences(),
                    scale,
                    (long) window,
                    out.address(),
                    0L,
                    q.dim(1),
                    kCache.dim(2),
                    q.dim(2),
                    workspace.address(SCRATCH_BYTES),
                    SCRATCH_BYTES / 4);
            return true;
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    boolean kvWrite(Tensor k, Tensor v, Tensor slots, Tensor kCache, Tensor vCache) {
        ActFunctions act = functions.of(k.type());
        if (act == null) {
            return false;
        }
        try {
            act.kvWrite.invokeExact(
                    k.address(),
                    v.address(),
                    slots.address(),
                    kCache.address(),
                    vCache.address(),
                    slots.elements(),
                    k.dim(1) * k.dim(2));
            return true;
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    private static boolean fits(Tensor q, Tensor k) {
        return q.dim(1) / k.dim(1) <= MAX_GROUP;
    }
}
