package io.hearth.device.ascend.kernels;

import io.hearth.device.DType;
import io.hearth.device.Tensor;
import io.hearth.device.ascend.aclnn.Operators;
import io.hearth.device.ascend.aclnn.Scratch;

/**
 * Attention out of products, masks and softmax, for what fused operators do not take: the 310P, missing symbols, odd head
 * and block sizes, f32 over a paged cache. Everything between inputs and outputs is f32, in scratch memory; {@link
 * AttentionPlan} cuts it. A sequence's results depend on it alone.
 */
final class ComposedAttention {
    private final Operators operators;
    private final Scratch scratch;

    ComposedAttention(Operators operators, Scratch scratch) {
        this.operators = operators;
        this.scratch = scratch;
    }

    /**
     * What all sequences of a call share.
     *
     * @param q [T, Nq, D]
     * @param k keys, packed [T, Nkv, D] or a paged cache
     * @param v values likewise
     * @param window see {@link io.hearth.device.Kernels#attention}
     */
    record Problem(Tensor q, Tensor k, Tensor v, float scale, int window) {
        int keyHeads() {
            return (int) k.dim(k.rank() - 2);
        }

        int group() {
            return (int) q.dim(1) / keyHeads();
        }

        int size() {
            return q.cols();
        }
    }

    /**
     * One sequence.
     *
     * @param row of its first query
     * @param queries the last of its tokens, at least one
     * @param context its tokens
     */
    record Sequence(long row, int queries, int context) {}

    /** What is done with every tile. */
    private interface Work {
        void on(AttentionTile tile);
    }

    private void eachTile(Problem problem, Sequence sequence, AttentionPlan plan, int head, Work work) {
        int heads = Math.min(plan.heads(), problem.keyHeads() - head);
        for (int member = 0; member < problem.group(); member += plan.group()) {
            int group = Math.min(plan.group(), problem.group() - member);
            for (int row = 0; row < sequence.queries; row += plan.rows()) {
                int rows = Math.min(plan.rows(), sequence.queries - row);
                int position = sequence.context - sequence.queries + row;
                int lo = problem.window == 0 ? 0 : Math.max(0, position - problem.window + 1);
                work.on(new AttentionTile(
                        head, heads, member, group, sequence.row + row, rows, position, lo, position + rows));
            }
        }
    }

    /** Begins with empty scratch memory. */
    private AttentionSteps steps(Problem problem) {
        scratch.reset();
        boolean f32 = problem.q.type() == DType.F32;
        return new AttentionSteps(operators, scratch, f32, problem.size(), problem.keyHeads());
    }

    private AttentionPlan plan(Problem problem, Sequence sequence, boolean gradient, long gathered, long slack) {
        AttentionPlan.Shape shape = new AttentionPlan.Shape(
                sequence.queries,
                sequence.context,
                problem.window,
                problem.keyHeads(),
                problem.group(),
                problem.size(),
                gradient,
                gathered,
                slack);
        return AttentionPlan.of(shape, (scratch.left() - RESERVE) / Float.BYTES);
    }

    /** For the rounding of pieces to 256 bytes. */
    private static final long RESERVE = 16 * 256;

    private long take(long elements) {
        return scratch.take(elements * Float.BYTES);
    }

    // ---- Forward ---------------------------------------------------------------------------------------------------

    /** Attention within a packed sequence. */
    void attend(Problem problem, Sequence sequence, Tensor out) {
        AttentionSteps steps = steps(problem);
        AttentionPlan plan = plan(problem, sequence, false, 0, 0);
        attend(problem, sequence, steps, plan, new KeySource.Packed(sequence.row), out);
    }

    /**
     * Attention over a paged cache.
     *
     * @param blockTable i32 [B, maximum blocks]
     * @param b the sequence's row in it
     */
    void attend(Problem problem, Sequence sequence, Tensor blockTable, int b, Tensor out) {
        AttentionSteps steps = steps(problem);
        Tensor cache = problem.k;
        long bytesOfKey = cache.dim(2) * cache.dim(3) * cache.type().bytes();
        long gathered = Math.ceilDiv(bytesOfKey, Float.BYTES);
        // A stretch begins and ends within a block, and blocks are gathered whole.
        long slack = 2 * cache.dim(1) * gathered;
        AttentionPlan plan = plan(problem, sequence, false, gathered, slack);
        long area = scratch.take((plan.keys() + 2 * cache.dim(1)) * bytesOfKey);
        attend(problem, sequence, steps, plan, new KeySource.Paged(blockTable, b, area), out);
    }

    private void attend(
            Problem problem,
            Sequence sequence,
            AttentionSteps steps,
            AttentionPlan plan,
            KeySource source,
            Tensor out) {
        int size = problem.size();
        long rows = (long) plan.heads() * plan.group() * plan.rows();
        KeyStretch keys = stretch(problem.k, source, plan, sequence);
        KeyStretch values = stretch(problem.v, source, plan, sequence);
        long q = take(rows * size);
        long sums = take(rows * size);
        long spare = take(rows * size);
        long scores = take(rows * plan.span());
        long probabilities = take(rows * plan.span());
        for (int head = 0; head < problem.keyHeads(); head += plan.heads()) {
            eachTile(problem, sequence, plan, head, tile -> {
                steps.load(tile, problem.q, q);
                probabilities(problem, steps, tile, q, keys, scores, probabilities);
                steps.weigh(tile, probabilities, values, sums, spare);
                steps.store(tile, sums, out);
            });
        }
    }

    private KeyStretch stretch(Tensor tensor, KeySource source, AttentionPlan plan, Sequence sequence) {
        long address = take((long) plan.heads() * plan.keys() * tensor.cols());
        return new KeyStretch(operators, source, tensor, address, plan.keys(), sequence.context);
    }

    private static void probabilities(
            Problem problem,
            AttentionSteps steps,
            AttentionTile tile,
            long q,
            KeyStretch keys,
            long scores,
            long probabilities) {
        steps.score(tile, q, keys, scores, probabilities);
        steps.scale(tile, scores, problem.scale);
        steps.hide(tile, scores, problem.window);
        steps.softmax(tile, scores, probabilities);
    }

    // ---- Gradient --------------------------------------------------------------------------------------------------

    /**
     * Gradient of attention within a packed sequence; makes the probabilities once more. Gradients of keys are summed for
     * as many keys at a time as fit, with the rows of all tiles.
     */
    void attendGrad(Problem problem, Sequence sequence, Tensor dOut, Tensor dq, Tensor dk, Tensor dv) {
        AttentionSteps steps = steps(problem);
        AttentionPlan plan = plan(problem, sequence, true, 0, 0);
        KeySource.Packed source = new KeySource.Packed(sequence.row);
        Gradient gradient = new Gradient(problem, steps, plan, sequence, source);
        for (int head = 0; head < problem.keyHeads(); head += plan.heads()) {
            int heads = Math.min(plan.heads(), problem.keyHeads() - head);
            for (int from = 0; from < sequence.context; from += plan.keys()) {
                int begin = from;
                int end = Math.min(from + plan.keys(), sequence.context);
                steps.zero(gradient.dKeys, heads, end - begin);
                steps.zero(gradient.dValues, heads, end - begin);
                eachTile(problem, sequence, plan, head, tile -> gradient.add(tile, dOut, begin, end, dq));
                source.store(operators, gradient.dKeys, dk, head, heads, begin, end);
                source.store(operators, gradient.dValues, dv, head, heads, begin, end);
            }
        }
    }

    private final class Gradient {
        private final Problem problem;
        private final AttentionSteps steps;
        private final KeyStretch keys;
        private final KeyStretch values;
        private final long dKeys;
        private final long dValues;
        private final long term;
        private final long q;
        private final long dOut;
        private final long dq;
        private final long spare;
        private final long scores;
        private final long probabilities;
        private final long dProbabilities;

        Gradient(Problem problem, AttentionSteps steps, AttentionPlan plan, Sequence sequence, KeySource source) {
            this.problem = problem;
            this.steps = steps;
            keys = stretch(problem.k, source, plan, sequence);
            values = stretch(problem.v, source, plan, sequence);
            long ofKeys = (long) plan.heads() * plan.keys() * problem.size();
            dKeys = take(ofKeys);
            dValues = take(ofKeys);
            term = take(ofKeys);
            long rows = (long) plan.heads() * plan.group() * plan.rows();
            q = take(rows * problem.size());
            dOut = take(rows * problem.size());
            dq = take(rows * problem.size());
            spare = take(rows * problem.size());
            scores = take(rows * plan.span());
            probabilities = take(rows * plan.span());
            dProbabilities = take(rows * plan.span());
        }

        /** Adds what a tile gives to the keys {@code from} to {@code to}; with the first of them, makes its own gradient. */
        void add(AttentionTile tile, Tensor dOutput, int from, int to, Tensor dQueries) {
            if (from > 0 && (from >= tile.hi() || to <= tile.lo())) {
                return;
            }
            steps.load(tile, problem.q, q);
            steps.load(tile, dOutput, dOut);
            probabilities(problem, steps, tile, q, keys, scores, probabilities);
            steps.collect(tile, probabilities, dOut, from, to, dValues, term);
            steps.score(tile, dOut, values, dProbabilities, scores);
            steps.softmaxGrad(tile, dProbabilities, probabilities, scores);
            steps.scale(tile, scores, problem.scale);
            steps.collect(tile, scores, q, from, to, dKeys, term);
            if (from == 0) {
                steps.weigh(tile, scores, keys, dq, spare);
                steps.store(tile, dq, dQueries);
            }
        }
    }
}
