package io.hearth.device.ascend.kernels;

import static io.hearth.device.ascend.aclnn.AclType.FLOAT;

import io.hearth.device.SeqLens;
import io.hearth.device.Tensor;
import io.hearth.device.ascend.aclnn.AclType;
import io.hearth.device.ascend.aclnn.AclnnOperators;
import io.hearth.device.ascend.aclnn.Call;
import io.hearth.device.ascend.aclnn.Operators;
import io.hearth.device.ascend.aclnn.Scratch;

/**
 * Attention of packed sequences and its gradient by FlashAttentionVarLenScore and FlashAttentionUnpaddingScoreGrad.
 *
 * <p>Statistics are the row maxima and sums that the operators hand from one to the other, eight equal numbers for each
 * token and head: opaque, as documents disagree about the order of tokens and heads.
 */
final class FusedAttention {
    /** Numbers that the operators keep for a token and head, of each of two kinds. */
    private static final int COPIES = 8;

    private static final int MOST_HEADS = 256;
    private static final int MOST_HEAD_SIZE = 512;
    private static final int MOST_TOKENS = 1 << 20;
    private static final int MOST_SEQUENCES = 2048;

    /** Operators take head sizes in units of 16 elements. */
    static final int HEAD_SIZE_UNIT = 16;

    private final Operators operators;
    private final Scratch scratch;

    FusedAttention(Operators operators, Scratch scratch) {
        this.operators = operators;
        this.scratch = scratch;
    }

    /** Whether the card, its operators and their documents allow it. */
    boolean takes(Tensor q) {
        return operators.has(AclnnOperators.FLASH_ATTENTION_VAR_LEN_SCORE)
                && operators.has(AclnnOperators.FLASH_ATTENTION_UNPADDING_SCORE_GRAD)
                && q.dim(0) <= MOST_TOKENS
                && q.dim(1) <= MOST_HEADS
                && q.dim(2) <= MOST_HEAD_SIZE
                && q.dim(2) % HEAD_SIZE_UNIT == 0;
    }

    /** @param stats null if no gradient will be asked for: then they go to scratch memory, in as many runs as that takes */
    void attention(Tensor q, Tensor k, Tensor v, SeqLens lens, float scale, int window, Tensor out, Tensor stats) {
        long heads = q.dim(1);
        long bytesOfRow = 2 * heads * COPIES * Float.BYTES;
        long mostRows = stats == null ? (scratch.bytes() - 512) / bytesOfRow : q.dim(0);
        for (SequenceRun run : SequenceRun.packed(lens, MOST_SEQUENCES, mostRows)) {
            scratch.reset();
            long maxima = stats == null ? scratch.take(run.rows() * bytesOfRow / 2) : maxima(stats, run, heads);
            long sums = stats == null ? scratch.take(run.rows() * bytesOfRow / 2) : sums(stats, run, heads);
            long mask = operators.causalMask();
            Call call = operators
                    .call(AclnnOperators.FLASH_ATTENTION_VAR_LEN_SCORE)
                    .tensor(queries(q, run))
                    .tensor(keys(k, run))
                    .tensor(keys(v, run));
            lengths(mask(call.none().none().none(), mask), run, scale, window, heads)
                    .tensor(maxima, FLOAT, run.rows(), heads, COPIES)
                    .tensor(sums, FLOAT, run.rows(), heads, COPIES)
                    .empty(AclType.of(q.type()))
                    .tensor(queries(out, run))
                    .run();
        }
    }

    void attentionGrad(
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
        long heads = q.dim(1);
        for (SequenceRun run : SequenceRun.packed(lens, MOST_SEQUENCES, q.dim(0))) {
            long mask = operators.causalMask();
            Call call = operators
                    .call(AclnnOperators.FLASH_ATTENTION_UNPADDING_SCORE_GRAD)
                    .tensor(queries(q, run))
                    .tensor(keys(k, run))
                    .tensor(keys(v, run))
                    .tensor(queries(dOut, run));
            mask(call.none().none().none(), mask)
                    .tensor(maxima(stats, run, heads), FLOAT, run.rows(), heads, COPIES)
                    .tensor(sums(stats, run, heads), FLOAT, run.rows(), heads, COPIES)
                    .none()
                    .tensor(queries(out, run));
            lengths(call, run, scale, window, heads)
                    .tensor(queries(dq, run))
                    .tensor(keys(dk, run))
                    .tensor(keys(dv, run))
                    .empty(AclType.of(q.type()))
                    .run();
        }
    }

    private static Call mask(Call call, long address) {
        return call.tensor(address, AclType.UINT8, Operators.MASK_SIZE, Operators.MASK_SIZE);
    }

    private static Tensor queries(Tensor tensor, SequenceRun run) {
        return tensor.rows(run.firstRow(), run.firstRow() + run.rows());
    }

    private static Tensor keys(Tensor tensor, SequenceRun run) {
        return tensor.rows(run.firstKey(), run.firstKey() + run.keys());
    }

    private static long maxima(Tensor stats, SequenceRun run, long heads) {
        return stats.address() + run.firstRow() * heads * COPIES * Float.BYTES;
    }

    private static long sums(Tensor stats, SequenceRun run, long heads) {
        return maxima(stats, run, heads) + stats.elements() / 2 * Float.BYTES;
    }

    /** From the prefix to the sparse mode, which forward operator and gradient have alike. */
    private static Call lengths(Call call, SequenceRun run, float scale, int window, long heads) {
        Visibility visible = Visibility.of(window, run.keys());
        return call.none()
                .array(run.queryEnds())
                .array(run.keyEnds())
                .f64(scale)
                .f64(1)
                .i64(visible.before())
                .i64(visible.after())
                .i64(heads)
                .text("TND")
                .i64(0)
                .i64(visible.mode());
    }
}
