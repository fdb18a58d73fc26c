package io.hearth.device.ascend.kernels;

import static io.hearth.device.ascend.aclnn.AclnnOperators.ARG_MAX;
import static io.hearth.device.ascend.aclnn.AclnnOperators.SORT;

import io.hearth.device.Tensor;
import io.hearth.device.ascend.aclnn.AclType;
import io.hearth.device.ascend.aclnn.Call;
import io.hearth.device.ascend.aclnn.Operators;
import io.hearth.device.ascend.aclnn.Scratch;

/** Choice of tokens. */
final class SamplingKernels {
    private final Operators operators;
    private final Scratch scratch;
    private final Steps steps;

    SamplingKernels(Operators operators, Scratch scratch) {
        this.operators = operators;
        this.scratch = scratch;
        steps = new Steps(operators);
    }

    void argmax(Tensor logits, Tensor out) {
        if (out.elements() > 0) {
            operators
                    .call(ARG_MAX)
                    .tensor(logits)
                    .i64(1)
                    .bool(false)
                    .tensor(out)
                    .run();
        }
    }

    /**
     * See {@link io.hearth.device.Kernels#topK}. Rows are sorted, because only a stable order is documented to keep the lower
     * index first among equals.
     */
    void topK(Tensor logits, Tensor values, Tensor indices) {
        AclType type = AclType.of(logits.type());
        long k = values.dim(1);
        if (logits.dim(1) == 1) {
            // Sort refuses bf16 along a dimension of 1.
            onlyElement(logits, values, indices);
            return;
        }
        long width = logits.dim(1);
        scratch.reset();
        int group = rowsAtOnce("topK", width * (type.bytes() + Long.BYTES), logits);
        Piece best = Piece.take(scratch, type, group, width);
        Piece at = Piece.take(scratch, AclType.INT64, group, width);
        for (long from = 0; from < logits.dim(0) && k > 0; from += group) {
            long to = Math.min(logits.dim(0), from + group);
            Piece top = best.as(to - from, width);
            Piece where = at.as(to - from, width);
            sort(logits.rows(from, to), top, where);
            steps.copy(top.columns(0, k), Operand.of(values.rows(from, to)));
            steps.copy(where.columns(0, k), Operand.of(indices.rows(from, to)));
        }
    }

    private void onlyElement(Tensor logits, Tensor values, Tensor indices) {
        if (values.elements() > 0) {
            steps.copy(Operand.of(logits), Operand.of(values));
            operators.memset(indices.address(), 0, indices.bytes());
        }
    }

    /** Rows that fit into scratch memory; a row is never cut. */
    private int rowsAtOnce(String kernel, long bytesPerRow, Tensor logits) {
        int group = Steps.rowsAtOnce(scratch, bytesPerRow, Math.max(1, logits.dim(0)));
        if (bytesPerRow > scratch.left() - 16 * 256) {
            throw new IllegalArgumentException(kernel + " does not take rows of " + logits.dim(1)
                    + " logits on this card: one needs " + bytesPerRow + " bytes of its scratch memory");
        }
        return group;
    }

    /** Rows in descending order, the lower index first among equals. */
    private void sort(Tensor logits, Piece values, Piece indices) {
        Call call = operators.call(SORT).tensor(logits).bool(true).i64(1).bool(true);
        values.to(call);
        indices.to(call);
        call.run();
    }

    /** See {@link io.hearth.device.Kernels#sample}. */
    void sample(
            Tensor logits,
            Tensor temperature,
            Tensor topK,
            Tensor topP,
            Tensor minP,
            Tensor uniform,
            Tensor token,
            Tensor logprob) {
        if (logits.elements() == 0) {
            return;
        }
        scratch.reset();
        long width = logits.dim(1);
        // The ranks of a row are the same for all rows.
        int group = rowsAtOnce("sample", width * (Sampler.BYTES_PER_ELEMENT + Float.BYTES) + 8192, logits);
        for (long from = 0; from < logits.dim(0); from += group) {
            long to = Math.min(logits.dim(0), from + group);
            scratch.reset();
            Tensor rows = logits.rows(from, to);
            Sampler sampler = new Sampler(operators, scratch, rows);
            sort(rows, sampler.sorted(), sampler.indices());
            sampler.weigh(temperature.rows(from, to));
            sampler.keepTop(topK.rows(from, to));
            sampler.keepNucleus(topP.rows(from, to));
            sampler.keepLikely(minP.rows(from, to));
            sampler.choose(uniform.rows(from, to), token.rows(from, to), logprob.rows(from, to));
        }
    }
}
