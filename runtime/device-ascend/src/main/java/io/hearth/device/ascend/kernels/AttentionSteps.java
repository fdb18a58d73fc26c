package io.hearth.device.ascend.kernels;

import static io.hearth.device.ascend.aclnn.AclType.FLOAT;
import static io.hearth.device.ascend.aclnn.Operators.MASK_SIZE;

import io.hearth.device.Tensor;
import io.hearth.device.ascend.aclnn.AclType;
import io.hearth.device.ascend.aclnn.AclnnOperators;
import io.hearth.device.ascend.aclnn.Call;
import io.hearth.device.ascend.aclnn.Operators;
import io.hearth.device.ascend.aclnn.Scratch;

/** The steps of composed attention for one tile of queries; addresses are of scratch memory. */
final class AttentionSteps {
    /** Far below any score, and yet a number: the 310P computes without infinities. */
    private static final double UNSEEN = -1e30;

    private final Operators operators;
    private final Steps steps;
    private final HeadProducts products;
    private final int size;
    private final int keyHeads;
    private final long mask;

    /**
     * Takes the scratch memory that products need.
     *
     * @param f32 whether attention is of tensors of f32
     * @param size of a head
     */
    AttentionSteps(Operators operators, Scratch scratch, boolean f32, int size, int keyHeads) {
        this.operators = operators;
        this.size = size;
        this.keyHeads = keyHeads;
        steps = new Steps(operators);
        products = HeadProducts.of(operators, steps, scratch, f32);
        mask = operators.causalMask();
    }

    /** Copies the tile's rows of [T, Nq, D] to scratch memory as f32. */
    void load(AttentionTile tile, Tensor source, long target) {
        steps.copy(tile.rows(source, keyHeads), own(tile, target));
    }

    /** Copies rows from scratch memory to where they belong in [T, Nq, D]. */
    void store(AttentionTile tile, long source, Tensor target) {
        steps.copy(own(tile, source), tile.rows(target, keyHeads));
    }

    private Operand own(AttentionTile tile, long address) {
        return call -> call.tensor(address, FLOAT, tile.heads(), tile.group(), tile.rows(), size);
    }

    void zero(long address, long heads, long rows) {
        Call call = operators.call(AclnnOperators.INPLACE_ZERO);
        call.tensor(address, FLOAT, heads, rows, size).run();
    }

    // ---- Products --------------------------------------------------------------------------------------------------

    /**
     * Products of each row with each key.
     *
     * @param spare as large as {@code scores}
     */
    void score(AttentionTile tile, long rows, KeyStretch keys, long scores, long spare) {
        int begin = tile.lo();
        while (begin < tile.hi()) {
            int end = keys.end(begin, tile.hi());
            Matrices right = keys.rows(tile.head(), tile.heads(), begin, end).transposed();
            boolean whole = end - begin == tile.span();
            Matrices part = tile.rows(whole ? scores : spare, end - begin);
            products.multiply(tile.rows(rows, size), right, part);
            if (!whole) {
                steps.copy(part, tile.scores(scores, begin, end));
            }
            begin = end;
        }
    }

    /**
     * Sums of values, or keys, with scores as their weights.
     *
     * @param sums as many rows of D elements as the tile has
     * @param spare as large as {@code sums}
     */
    void weigh(AttentionTile tile, long scores, KeyStretch values, long sums, long spare) {
        int begin = tile.lo();
        while (begin < tile.hi()) {
            int end = values.end(begin, tile.hi());
            Matrices right = values.rows(tile.head(), tile.heads(), begin, end);
            boolean first = begin == tile.lo();
            Matrices term = tile.rows(first ? sums : spare, size);
            products.multiplyComputed(tile.scores(scores, begin, end), right, term);
            if (!first) {
                steps.addTo(tile.rows(sums, size), term, 1);
            }
            begin = end;
        }
    }

    /**
     * Adds to each of the keys {@code from} to {@code to} the rows that see it, with scores as their weights.
     *
     * @param sums [heads, to - from, D]
     * @param spare as large as {@code sums}
     */
    void collect(AttentionTile tile, long scores, long rows, int from, int to, long sums, long spare) {
        int begin = Math.max(tile.lo(), from);
        int end = Math.min(tile.hi(), to);
        if (begin < end) {
            Matrices term = Matrices.of(spare, tile.heads(), end - begin, size);
            products.multiplyComputed(tile.scores(scores, begin, end).transposed(), tile.rows(rows, size), term);
            Matrices all = Matrices.of(sums, tile.heads(), to - from, size);
            steps.addTo(all.rows(begin - from, end - from), term, 1);
        }
    }

    // ---- Softmax ---------------------------------------------------------------------------------------------------

    void scale(AttentionTile tile, long scores, float factor) {
        steps.scale(tile.scores(scores), factor);
    }

    void softmax(AttentionTile tile, long scores, long probabilities) {
        Call call = operators.call(AclnnOperators.SOFTMAX);
        tile.scores(scores).to(call);
        call.i64(-1);
        tile.scores(probabilities).to(call);
        call.run();
    }

    /** {@code result = (gradients - sum(gradients * probabilities)) * probabilities} per row. */
    void softmaxGrad(AttentionTile tile, long gradients, long probabilities, long result) {
        Call call = operators.call(AclnnOperators.SOFTMAX_BACKWARD);
        tile.scores(gradients).to(call);
        tile.scores(probabilities).to(call);
        call.i64(-1);
        tile.scores(result).to(call);
        call.run();
    }

    /**
     * Hides the keys that come after a query, and those that lie before its window. Both are squares of the tile's scores
     * whose masks are corners of the constant one, which has 1 above its diagonal.
     *
     * @param window see {@link io.hearth.device.Kernels#attention}
     */
    void hide(AttentionTile tile, long scores, int window) {
        if (tile.rows() > 1) {
            hide(tile.square(scores, 0, tile.position() - tile.lo(), tile.rows()), tile.rows(), MASK_SIZE, 1);
        }
        int seeAll = window == 0 ? tile.rows() : Math.max(0, window - 1 - tile.position());
        int side = tile.rows() - seeAll;
        if (side > 1) {
            hide(tile.square(scores, seeAll, 0, side), side, 1, MASK_SIZE);
        }
    }

    private void hide(Operand square, int side, int rowStride, int colStride) {
        Call call = operators.call(AclnnOperators.INPLACE_MASKED_FILL_SCALAR);
        square.to(call);
        call.strided(
                        mask,
                        AclType.BOOL,
                        new long[] {side, side},
                        new long[] {rowStride, colStride},
                        0,
                        (long) MASK_SIZE * MASK_SIZE)
                .scalar(UNSEEN, FLOAT)
                .run();
    }
}
