package io.hearth.device.ascend.kernels;

import static io.hearth.device.ascend.aclnn.AclnnOperators.ARANGE;
import static io.hearth.device.ascend.aclnn.AclnnOperators.CUMSUM;
import static io.hearth.device.ascend.aclnn.AclnnOperators.EXP;
import static io.hearth.device.ascend.aclnn.AclnnOperators.INPLACE_MASKED_FILL_SCALAR;
import static io.hearth.device.ascend.aclnn.AclnnOperators.LOG_SUM_EXP;
import static io.hearth.device.ascend.aclnn.AclnnOperators.NEG;
import static io.hearth.device.ascend.aclnn.AclnnOperators.RECIPROCAL;

import io.hearth.device.Tensor;
import io.hearth.device.ascend.aclnn.AclType;
import io.hearth.device.ascend.aclnn.Call;
import io.hearth.device.ascend.aclnn.Operators;
import io.hearth.device.ascend.aclnn.Scratch;

/**
 * Draws one token for each of some rows, by operators on whole rows: what a row asks for is read on the card alone. Made for
 * one call, whose methods are to be called in the order in which they stand here.
 *
 * <p>Rows are sorted, so that whatever a restriction keeps is the beginning of a row. Each restriction sets the weights of
 * what it drops to 0.
 */
final class Sampler {
    /** Scratch memory for each logit: sorted, index, weight, running sum, two more f32, and a flag. */
    static final long BYTES_PER_ELEMENT = 4 + 8 + 4 + 4 + 4 + 1;

    private final Operators operators;
    private final Scratch scratch;
    private final Steps steps;
    private final Tensor logits;
    private final long rows;
    private final long width;
    private final Piece sorted;
    private final Piece indices;
    private final Piece weights;
    private final Piece sums;
    private final Piece spare;
    private final Piece flags;
    private final Piece logSums;
    private final Piece greedy;
    private final Piece flag;

    /** @param logits f32 [rows, width]; afterwards undefined */
    Sampler(Operators operators, Scratch scratch, Tensor logits) {
        this.operators = operators;
        this.scratch = scratch;
        this.logits = logits;
        steps = new Steps(operators);
        rows = logits.dim(0);
        width = logits.dim(1);
        sorted = Piece.take(scratch, AclType.FLOAT, rows, width);
        indices = Piece.take(scratch, AclType.INT64, rows, width);
        weights = Piece.take(scratch, AclType.FLOAT, rows, width);
        sums = Piece.take(scratch, AclType.FLOAT, rows, width);
        spare = Piece.take(scratch, AclType.FLOAT, rows, width);
        flags = Piece.take(scratch, AclType.BOOL, rows, width);
        logSums = column();
        greedy = column();
        flag = Piece.take(scratch, AclType.BOOL, rows, 1);
    }

    /** Receives the logits in descending order. */
    Piece sorted() {
        return sorted;
    }

    /** Receives the index of each. */
    Piece indices() {
        return indices;
    }

    private Piece column() {
        return Piece.take(scratch, AclType.FLOAT, rows, 1);
    }

    private Operand column(Tensor perRow) {
        return Operand.of(perRow, rows, 1);
    }

    /** Weights are {@code exp((logit - largest) / temperature)}; at temperature 0 the first token will be drawn. */
    void weigh(Tensor temperature) {
        Call call = operators.call(LOG_SUM_EXP);
        sorted.to(call);
        call.array(1).bool(true);
        logSums.to(call);
        call.run();
        zeros(column(temperature), greedy);
        Piece factor = column();
        Piece divisor = column();
        steps.add(column(temperature), greedy, divisor);
        steps.map(RECIPROCAL, divisor, factor);
        Operand distances = Operand.of(logits);
        steps.sub(sorted, sorted.columns(0, 1), distances);
        steps.mulBy(distances, factor);
        steps.map(EXP, distances, weights);
    }

    /** 1 where a column, which has nothing negative, is 0, and else 0. */
    private void zeros(Operand column, Piece out) {
        steps.map(NEG, column, out);
        steps.atLeast(out, 0, flag);
        steps.cast(flag, AclType.FLOAT, out);
    }

    /** Drops what is behind the first k; 0 drops nothing. */
    void keepTop(Tensor topK) {
        Piece ranks = Piece.take(scratch, AclType.FLOAT, 1, width);
        range(width, 1, ranks.as(width));
        Piece count = column();
        Piece unlimited = column();
        steps.cast(column(topK), AclType.FLOAT, count);
        zeros(count, unlimited);
        steps.addTo(count, unlimited, width);
        steps.sub(ranks, count, spare);
        drop();
    }

    private void range(long count, long step, Piece out) {
        Call call = operators
                .call(ARANGE)
                .scalar(0, AclType.FLOAT)
                .scalar(count * step, AclType.FLOAT)
                .scalar(step, AclType.FLOAT);
        out.to(call);
        call.run();
    }

    /** Drops what has a number that is not negative in {@link #spare}. */
    private void drop() {
        steps.atLeast(spare, 0, flags);
        Call call = operators.call(INPLACE_MASKED_FILL_SCALAR);
        weights.to(call);
        flags.to(call);
        call.scalar(0, AclType.FLOAT).run();
    }

    /** Drops what is behind the first that together have the share topP; 1 drops nothing. */
    void keepNucleus(Tensor topP) {
        Piece limit = column();
        Piece total = column();
        steps.reduceSum(weights, 1, true, total);
        // Twice the total is more than rounding can make the running sum.
        steps.atLeast(column(topP), 1, flag);
        steps.cast(flag, AclType.FLOAT, limit);
        steps.addTo(limit, column(topP), 1);
        steps.mulBy(limit, total);
        accumulate();
        steps.sub(sums, weights, spare);
        steps.addTo(spare, limit, -1);
        drop();
    }

    private void accumulate() {
        Call call = operators.call(CUMSUM);
        weights.to(call);
        call.i64(1).type(AclType.FLOAT);
        sums.to(call);
        call.run();
    }

    /** Drops what is less than minP times as likely as the first, whose weight is 1. */
    void keepLikely(Tensor minP) {
        steps.sub(weights, column(minP), spare);
        steps.atLeast(spare, 0, flags);
        steps.cast(flags, AclType.FLOAT, spare);
        steps.mulBy(weights, spare);
    }

    /**
     * Draws: the first whose running sum is above the uniform number's share of all weights.
     *
     * @param token i32[rows]
     * @param logprob f32[rows]
     */
    void choose(Tensor uniform, Tensor token, Tensor logprob) {
        Piece chosen = column();
        Piece last = column();
        lastKept(last);
        accumulate();
        Piece reached = column();
        // u - u greedy is u or 0.
        steps.mul(column(uniform), greedy, reached);
        steps.sub(column(uniform), reached, chosen);
        steps.mul(chosen, sums.columns(width - 1, width), reached);
        steps.sub(reached, sums, spare);
        count(chosen);
        atMost(chosen, last);
        take(chosen, token, logprob);
    }

    /** The place of the last with a weight. */
    private void lastKept(Piece last) {
        steps.map(NEG, weights, spare);
        count(last);
        steps.scale(last, -1);
        steps.addScalar(last, width - 1, AclType.FLOAT);
    }

    /** How many numbers of each row of {@link #spare} are not negative. */
    private void count(Piece out) {
        steps.atLeast(spare, 0, flags);
        steps.cast(flags, AclType.FLOAT, spare);
        steps.reduceSum(spare, 1, true, out);
    }

    /** The smaller of two: running sums that were made in parts may end a last bit above themselves. */
    private void atMost(Piece x, Piece limit) {
        Piece above = column();
        Piece isAbove = column();
        steps.sub(x, limit, above);
        steps.atLeast(above, 0, flag);
        steps.cast(flag, AclType.FLOAT, isAbove);
        steps.mulBy(above, isAbove);
        steps.addTo(x, above, -1);
    }

    /** Takes each row's element at the chosen place, by its place among those of all rows. */
    private void take(Piece chosen, Tensor token, Tensor logprob) {
        Piece beginnings = column();
        Piece places = Piece.take(scratch, AclType.INT32, rows);
        Piece tokens = Piece.take(scratch, AclType.INT64, rows);
        range(rows, width, beginnings.as(rows));
        steps.addTo(chosen, beginnings, 1);
        steps.cast(chosen.as(rows), AclType.INT32, places);
        steps.gather(indices.as(rows * width), places, tokens);
        steps.cast(tokens, AclType.INT32, Operand.of(token));
        steps.gather(sorted.as(rows * width), places, Operand.of(logprob));
        steps.addTo(Operand.of(logprob), logSums.as(rows), -1);
    }
}
