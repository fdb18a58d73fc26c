package io.hearth.device.ascend.kernels;

import io.hearth.device.SeqLens;
import io.hearth.device.Tensor;
import io.hearth.device.ascend.aclnn.AclnnOperators;
import io.hearth.device.ascend.aclnn.Operators;
import io.hearth.device.ascend.aclnn.Scratch;
import java.util.function.Consumer;

/** Attention of packed sequences and its gradient: by fused operators where they take it, composed where they do not. */
final class AttentionKernels {
    private final FusedAttention fused;
    private final ComposedAttention composed;
    private final Refusals refusals = new Refusals();

    AttentionKernels(Operators operators, Scratch scratch) {
        fused = new FusedAttention(operators, scratch);
        composed = new ComposedAttention(operators, scratch);
    }

    /** Calls that an operator takes or refuses alike; what it is in words. */
    private record Like(String type, long heads, long keyHeads, long size, boolean window) {
        static Like of(Tensor q, Tensor k, int window) {
            return new Like(q.type().toString(), q.dim(1), k.dim(1), q.dim(2), window > 0);
        }

        @Override
        public String toString() {
            return heads + " heads on " + keyHeads + " of " + type + "[" + size + "]"
                    + (window ? " with a window" : "");
        }
    }

    void attention(Tensor q, Tensor k, Tensor v, SeqLens lens, float scale, int window, Tensor out, Tensor stats) {
        boolean done = fused.takes(q)
                && refusals.attempt(
                        AclnnOperators.FLASH_ATTENTION_VAR_LEN_SCORE,
                        Like.of(q, k, window),
                        () -> fused.attention(q, k, v, lens, scale, window, out, stats));
        if (!done) {
            ComposedAttention.Problem problem = new ComposedAttention.Problem(q, k, v, scale, window);
            eachSequence(lens, sequence -> composed.attend(problem, sequence, out));
        }
    }

    /**
     * The composed gradient makes its statistics itself, whichever way the forward call took. The fused one needs those of
     * the fused forward call, which was refused if its like is.
     */
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
        boolean done = fused.takes(q)
                && refusals.attempt(
                        AclnnOperators.FLASH_ATTENTION_UNPADDING_SCORE_GRAD,
                        Like.of(q, k, window),
                        () -> fused.attentionGrad(dOut, q, k, v, out, stats, lens, scale, window, dq, dk, dv));
        if (!done) {
            ComposedAttention.Problem problem = new ComposedAttention.Problem(q, k, v, scale, window);
            eachSequence(lens, sequence -> composed.attendGrad(problem, sequence, dOut, dq, dk, dv));
        }
    }

    private static void eachSequence(SeqLens lens, Consumer<ComposedAttention.Sequence> work) {
        for (int b = 0; b < lens.sequences(); b++) {
            int begin = lens.cuQ()[b];
            int queries = lens.cuQ()[b + 1] - begin;
            if (queries > 0) {
                work.accept(new ComposedAttention.Sequence(begin, queries, queries));
            }
        }
    }
}
