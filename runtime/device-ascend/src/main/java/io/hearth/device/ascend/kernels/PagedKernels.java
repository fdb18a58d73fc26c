package io.hearth.device.ascend.kernels;

import io.hearth.device.DType;
import io.hearth.device.SeqLens;
import io.hearth.device.Tensor;
import io.hearth.device.ascend.aclnn.AclType;
import io.hearth.device.ascend.aclnn.AclnnOperators;
import io.hearth.device.ascend.aclnn.Operators;
import io.hearth.device.ascend.aclnn.Scratch;
import io.hearth.device.ascend.kernels.FusedPagedAttention.Layout;

/**
 * The paged cache, and attention over it. How a sequence is served depends on it and the shapes of the call alone, not on
 * its neighbours: so its results do not, either.
 */
final class PagedKernels {
    private final Operators operators;
    private final Scratch scratch;
    private final FusedPagedAttention fused;
    private final ComposedAttention composed;
    private final Refusals refusals = new Refusals();

    PagedKernels(Operators operators, Scratch scratch) {
        this.operators = operators;
        this.scratch = scratch;
        fused = new FusedPagedAttention(operators);
        composed = new ComposedAttention(operators, scratch);
    }

    // ---- The cache -------------------------------------------------------------------------------------------------

    void kvWrite(Tensor k, Tensor v, Tensor slots, Tensor kCache, Tensor vCache) {
        if (k.dim(0) == 0) {
            return;
        }
        boolean done = k.type() != DType.F32
                && operators.has(AclnnOperators.SCATTER_PA_KV_CACHE)
                && refusals.attempt(
                        AclnnOperators.SCATTER_PA_KV_CACHE,
                        "keys of " + k.type() + "[" + k.dim(1) + ", " + k.dim(2) + "]",
                        () -> scatter(k, v, slots, kCache, vCache));
        if (!done) {
            putRows(k, slots, kCache);
            putRows(v, slots, vCache);
        }
    }

    private void scatter(Tensor k, Tensor v, Tensor slots, Tensor kCache, Tensor vCache) {
        operators
                .call(AclnnOperators.SCATTER_PA_KV_CACHE)
                .tensor(k)
                .tensor(kCache)
                .tensor(slots)
                .tensor(v)
                .tensor(vCache)
                .none()
                .none()
                .none()
                .text("Norm")
                .text("None")
                .array(1, 1)
                .array(0, 0)
                .run();
    }

    private void putRows(Tensor rows, Tensor slots, Tensor cache) {
        long width = cache.dim(2) * cache.dim(3);
        operators
                .call(AclnnOperators.INPLACE_INDEX_COPY)
                .tensor(cache, cache.dim(0) * cache.dim(1), width)
                .i64(0)
                .tensor(slots)
                .tensor(rows, rows.dim(0), width)
                .run();
    }

    void copyBlocks(Tensor cache, Tensor source, Tensor target) {
        long width = cache.dim(1) * cache.dim(2) * cache.dim(3);
        AclType type = AclType.of(cache.type());
        long most = Math.max(1, scratch.bytes() / (width * type.bytes()));
        for (long from = 0; from < source.elements(); from += most) {
            long count = Math.min(most, source.elements() - from);
            scratch.reset();
            long blocks = scratch.take(type, count, width);
            operators
                    .call(AclnnOperators.INDEX_SELECT)
                    .tensor(cache, cache.dim(0), width)
                    .i64(0)
                    .tensor(source.slice(from, count))
                    .tensor(blocks, type, count, width)
                    .run();
            operators
                    .call(AclnnOperators.INPLACE_INDEX_COPY)
                    .tensor(cache, cache.dim(0), width)
                    .i64(0)
                    .tensor(target.slice(from, count))
                    .tensor(blocks, type, count, width)
                    .run();
        }
    }

    // ---- Attention -------------------------------------------------------------------------------------------------

    void pagedAttention(
            Tensor q,
            Tensor kCache,
            Tensor vCache,
            Tensor blockTable,
            SeqLens lens,
            float scale,
            int window,
            Tensor out) {
        PagedStep step = new PagedStep(q, kCache, vCache, blockTable, lens, scale, window, out);
        int begin = 0;
        while (begin < step.sequences()) {
            int queries = step.queries(begin);
            if (queries == 0) {
                begin++;
            } else if (takes(Layout.TND, step)) {
                begin = fused(Layout.TND, step, begin, Integer.MAX_VALUE);
            } else if (queries == 1 && takes(Layout.BSND, step)) {
                begin = fused(Layout.BSND, step, begin, 1);
            } else {
                composed(step, begin);
                begin++;
            }
        }
    }

    /** Calls that an operator takes or refuses alike; what it is in words. */
    private record Like(
            Layout layout, DType type, long heads, long keyHeads, long size, long blockSize, boolean window) {
        static Like of(Layout layout, PagedStep step) {
            return new Like(
                    layout,
                    step.q().type(),
                    step.heads(),
                    step.keyHeads(),
                    step.size(),
                    step.blockSize(),
                    step.window() > 0);
        }

        @Override
        public String toString() {
            return layout + " of " + heads + " heads on " + keyHeads + " of " + type + "[" + size + "] in blocks of "
                    + blockSize + (window ? " with a window" : "");
        }
    }

    private boolean takes(Layout layout, PagedStep step) {
        return fused.takes(layout, step) && !refusals.contains(Like.of(layout, step));
    }

    /**
     * Serves sequences from {@code begin} on with at least one and at most so many queries, and answers where they end; that
     * is {@code begin} if it turns out that the operator does not take them.
     */
    private int fused(Layout layout, PagedStep step, int begin, int mostQueries) {
        int end = begin + 1;
        while (end < step.sequences()
                && end - begin < FusedPagedAttention.MOST_SEQUENCES
                && step.queries(end) > 0
                && step.queries(end) <= mostQueries) {
            end++;
        }
        int last = end;
        boolean done =
                refusals.attempt(fused.version(), Like.of(layout, step), () -> fused.attend(layout, step, begin, last));
        return done ? last : begin;
    }

    private void composed(PagedStep step, int b) {
        ComposedAttention.Problem problem =
                new ComposedAttention.Problem(step.q(), step.kCache(), step.vCache(), step.scale(), step.window());
        ComposedAttention.Sequence sequence = new ComposedAttention.Sequence(
                step.lens().cuQ()[b], step.queries(b), step.lens().kvLen()[b]);
        composed.attend(problem, sequence, step.blockTable(), b, step.out());
    }
}
