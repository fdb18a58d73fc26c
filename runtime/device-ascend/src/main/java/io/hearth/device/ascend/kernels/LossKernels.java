package io.hearth.device.ascend.kernels;

import static io.hearth.device.ascend.aclnn.AclType.BOOL;
import static io.hearth.device.ascend.aclnn.AclType.FLOAT;
import static io.hearth.device.ascend.aclnn.AclType.INT32;
import static io.hearth.device.ascend.aclnn.AclnnOperators.EXP;
import static io.hearth.device.ascend.aclnn.AclnnOperators.LOG;

import io.hearth.device.DType;
import io.hearth.device.Tensor;
import io.hearth.device.ascend.aclnn.AclnnOperators;
import io.hearth.device.ascend.aclnn.Call;
import io.hearth.device.ascend.aclnn.Operators;
import io.hearth.device.ascend.aclnn.Scratch;

/**
 * Cross entropy over parts of the vocabulary, in f32 whatever the type of the logits, and the optimiser.
 *
 * <p>CANN's own cross entropy keeps logarithms of probabilities in the type of the logits, which spoils the gradient, and
 * knows whole rows alone: so this is composed, as many rows at a time as scratch memory holds.
 */
final class LossKernels {
    /** {@code reduce} of InplaceScatter. */
    private static final int ADD = 1;

    private final Operators operators;
    private final Scratch scratch;
    private final Steps steps;
    private final Optimiser optimiser;

    LossKernels(Operators operators, Scratch scratch) {
        this.operators = operators;
        this.scratch = scratch;
        steps = new Steps(operators);
        optimiser = new Optimiser(operators, scratch);
    }

    // ---- Statistics ------------------------------------------------------------------------------------------------

    void crossEntropyStats(Tensor logits, Tensor targets, int vocabStart, boolean merge, Tensor stats) {
        long tokens = logits.dim(0);
        if (tokens == 0) {
            return;
        }
        scratch.reset();
        // Of what was there before, and of these columns.
        Piece maxima = Piece.take(scratch, FLOAT, 2, tokens);
        Piece sums = Piece.take(scratch, FLOAT, 2, tokens);
        Piece picked = Piece.take(scratch, FLOAT, tokens, 1);
        Places places = places(targets, vocabStart, logits.dim(1));
        Chunk chunk = new Chunk(logits);
        for (long from = 0; from < tokens; from += chunk.rows) {
            long to = Math.min(tokens, from + chunk.rows);
            Operand rows = chunk.load(logits.rows(from, to));
            gather(rows, places.column(from, to), picked.window(column(to - from), new long[] {1, 1}, from));
            columnStats(rows, chunk, to - from, row(maxima, 1, from, to), row(sums, 1, from, to));
        }
        Operand target = Operand.of(stats.slice(2 * tokens, tokens), tokens, 1);
        keepTarget(places, picked, merge, target);
        Operand maximum = Operand.of(stats.slice(0, tokens));
        Operand sum = Operand.of(stats.slice(tokens, tokens));
        if (merge) {
            steps.copy(maximum, row(maxima, 0, tokens));
            steps.copy(sum, row(sums, 0, tokens));
            maximum(maxima, 0, maximum);
            mergeSums(maxima, sums, stats.slice(0, tokens), sum);
        } else {
            steps.copy(row(maxima, 1, tokens), maximum);
            steps.copy(row(sums, 1, tokens), sum);
        }
    }

    /** Maximum of each row, and the sum of its exponentials relative to it, both [rows, 1]. */
    private void columnStats(Operand rows, Chunk chunk, long count, Operand maximum, Operand sum) {
        Piece differences = chunk.first(count);
        Piece exponentials = chunk.second(count);
        maximum(rows, 1, maximum);
        steps.sub(rows, maximum, differences);
        steps.map(EXP, differences, exponentials);
        steps.reduceSum(exponentials, 1, true, sum);
    }

    /** {@code sum = sum over both of sums * exp(maxima - maximum)} */
    private void mergeSums(Piece maxima, Piece sums, Tensor maximum, Operand sum) {
        Piece differences = Piece.take(scratch, FLOAT, maxima.shape());
        Piece factors = Piece.take(scratch, FLOAT, maxima.shape());
        steps.sub(maxima, Operand.of(maximum, 1, maximum.elements()), differences);
        steps.map(EXP, differences, factors);
        steps.mulBy(sums, factors);
        steps.reduceSum(sums, 0, false, sum);
    }

    /** Where a target lies among these columns its logit is kept; else what was there before, or 0. */
    private void keepTarget(Places places, Piece picked, boolean merge, Operand target) {
        Piece before = Piece.take(scratch, FLOAT, picked.shape());
        if (merge) {
            steps.copy(target, before);
        } else {
            operators.memset(before.address(), 0, before.bytes());
        }
        choose(places.inside, picked, before, target);
    }

    // ---- Loss ------------------------------------------------------------------------------------------------------

    void crossEntropyLoss(Tensor stats, Tensor targets, Tensor weights, Tensor nll, Tensor lossSum) {
        long tokens = targets.elements();
        if (tokens == 0) {
            return;
        }
        scratch.reset();
        Piece loss = Piece.take(scratch, FLOAT, tokens);
        steps.map(LOG, Operand.of(stats.slice(tokens, tokens)), loss);
        steps.addTo(loss, Operand.of(stats.slice(0, tokens)), 1);
        steps.addTo(loss, Operand.of(stats.slice(2 * tokens, tokens)), -1);
        choose(counted(targets), loss, zeros(tokens), Operand.of(nll));
        Piece weighted = Piece.take(scratch, FLOAT, tokens);
        Piece sum = Piece.take(scratch, FLOAT, 1);
        steps.mul(Operand.of(nll), Operand.of(weights), weighted);
        steps.reduceSum(weighted, 0, true, sum);
        steps.addTo(Operand.of(lossSum), sum, 1);
    }

    /** Whether each target counts: those below 0 are ignored. BOOL [T]. */
    private Piece counted(Tensor targets) {
        Piece counted = Piece.take(scratch, BOOL, targets.elements());
        Call call = operators.call(AclnnOperators.GE_SCALAR);
        call.tensor(targets).scalar(0, INT32);
        counted.to(call);
        call.run();
        return counted;
    }

    private Piece zeros(long count) {
        Piece zeros = Piece.take(scratch, FLOAT, count);
        operators.memset(zeros.address(), 0, zeros.bytes());
        return zeros;
    }

    // ---- Gradient --------------------------------------------------------------------------------------------------

    void crossEntropyGrad(Tensor logits, Tensor stats, Tensor targets, Tensor weights, int vocabStart, Tensor dLogits) {
        long tokens = logits.dim(0);
        if (tokens == 0) {
            return;
        }
        scratch.reset();
        Places places = places(targets, vocabStart, logits.dim(1));
        Piece zeros = zeros(tokens);
        // What a row's exponentials are multiplied by, and what the target's is lessened by; 0 where nothing is to be.
        Piece factors = Piece.take(scratch, FLOAT, tokens);
        Piece quotients = Piece.take(scratch, FLOAT, tokens);
        divide(weights, stats.slice(tokens, tokens), quotients);
        choose(counted(targets), quotients, zeros, factors);
        Piece negative = Piece.take(scratch, FLOAT, tokens);
        Piece lessened = Piece.take(scratch, FLOAT, tokens, 1);
        steps.map(AclnnOperators.NEG, Operand.of(weights), negative);
        choose(places.inside, negative.as(tokens, 1), zeros.as(tokens, 1), lessened);
        Chunk chunk = new Chunk(logits);
        for (long from = 0; from < tokens; from += chunk.rows) {
            long to = Math.min(tokens, from + chunk.rows);
            long[] column = column(to - from);
            Piece differences = chunk.first(to - from);
            Piece result = chunk.second(to - from);
            Operand rows = chunk.load(logits.rows(from, to));
            steps.sub(rows, Operand.of(stats.slice(from, to - from), column), differences);
            steps.map(EXP, differences, result);
            steps.mulBy(result, factors.window(column, new long[] {1, 1}, from));
            addAt(result, places.column(from, to), lessened.window(column, new long[] {1, 1}, from));
            steps.copy(result, Operand.of(dLogits.rows(from, to)));
        }
    }

    private void divide(Tensor a, Tensor b, Operand out) {
        Call call = operators.call(AclnnOperators.DIV).tensor(a).tensor(b);
        out.to(call);
        call.run();
    }

    // ---- Parts -----------------------------------------------------------------------------------------------------

    /**
     * Where targets lie among the columns of a part of the vocabulary.
     *
     * @param columns i32 [T, 1], the nearest column where a target is elsewhere
     * @param inside BOOL [T, 1]
     */
    private record Places(Piece columns, Piece inside) {
        /** Of the rows {@code from} to {@code to}. */
        Operand column(long from, long to) {
            return columns.window(LossKernels.column(to - from), new long[] {1, 1}, from);
        }
    }

    private Places places(Tensor targets, int vocabStart, long cols) {
        long tokens = targets.elements();
        Piece shifted = Piece.take(scratch, INT32, tokens, 1);
        Piece columns = Piece.take(scratch, INT32, tokens, 1);
        Piece distance = Piece.take(scratch, INT32, tokens, 1);
        Piece inside = Piece.take(scratch, BOOL, tokens, 1);
        Call add = operators.call(AclnnOperators.ADDS).tensor(targets, tokens, 1);
        add.scalar(-vocabStart, INT32).scalar(1, INT32);
        shifted.to(add);
        add.run();
        Call clamp = operators.call(AclnnOperators.CLAMP);
        shifted.to(clamp);
        clamp.scalar(0, INT32).scalar(cols - 1, INT32);
        columns.to(clamp);
        clamp.run();
        Call sub = operators.call(AclnnOperators.SUB);
        shifted.to(sub);
        columns.to(sub);
        sub.scalar(1, INT32);
        distance.to(sub);
        sub.run();
        Call equal = operators.call(AclnnOperators.EQ_SCALAR);
        distance.to(equal);
        equal.scalar(0, INT32);
        inside.to(equal);
        equal.run();
        return new Places(columns, inside);
    }

    /** Scratch memory for as many rows of logits as it has room for, twice; the first also holds rows converted to f32. */
    private final class Chunk {
        private final long rows;
        private final Piece first;
        private final Piece second;

        Chunk(Tensor logits) {
            long cols = logits.dim(1);
            rows = Steps.rowsAtOnce(scratch, 2 * cols * Float.BYTES, logits.dim(0));
            first = Piece.take(scratch, FLOAT, rows, cols);
            second = Piece.take(scratch, FLOAT, rows, cols);
        }

        Piece first(long count) {
            return first.as(count, first.shape()[1]);
        }

        Piece second(long count) {
            return second.as(count, second.shape()[1]);
        }

        /** Rows of logits as f32, in the second area if they are not f32 as they are. */
        Operand load(Tensor logits) {
            if (logits.type() == DType.F32) {
                return Operand.of(logits);
            }
            Piece converted = second(logits.dim(0));
            steps.copy(Operand.of(logits), converted);
            return converted;
        }
    }

    private static long[] column(long count) {
        return new long[] {count, 1};
    }

    /** Elements {@code from} to {@code to} of a row, as a column. */
    private static Operand row(Piece piece, int row, long from, long to) {
        return piece.window(column(to - from), new long[] {1, 1}, row * piece.shape()[1] + from);
    }

    /** All of a row. */
    private static Operand row(Piece piece, int row, long count) {
        return piece.slice(row * count, count);
    }

    private void maximum(Operand x, int dimension, Operand out) {
        Call call = operators.call(AclnnOperators.MAX_V2);
        x.to(call);
        call.array(dimension).bool(dimension == 1).bool(false);
        out.to(call);
        call.run();
    }

    private void gather(Operand rows, Operand column, Operand out) {
        Call call = operators.call(AclnnOperators.GATHER);
        rows.to(call);
        call.i64(1);
        column.to(call);
        out.to(call);
        call.run();
    }

    /** {@code rows[t][column[t]] += addend[t]} */
    private void addAt(Operand rows, Operand column, Operand addend) {
        Call call = operators.call(AclnnOperators.INPLACE_SCATTER);
        rows.to(call);
        call.i64(1);
        column.to(call);
        addend.to(call);
        call.i64(ADD).run();
    }

    private void choose(Operand condition, Operand yes, Operand no, Operand out) {
        Call call = operators.call(AclnnOperators.S_WHERE);
        condition.to(call);
        yes.to(call);
        no.to(call);
        out.to(call);
        call.run();
    }

    // ---- Optimiser -------------------------------------------------------------------------------------------------

    void squaredNorm(Tensor x, Tensor out) {
        optimiser.squaredNorm(x, out);
    }

    void clipCoefficient(Tensor squaredNorm, float maxNorm, Tensor coefficient) {
        optimiser.clipCoefficient(squaredNorm, maxNorm, coefficient);
    }

    void adamW(
            Tensor parameter,
            Tensor m,
            Tensor v,
            Tensor gradient,
            Tensor gradientScale,
            int step,
            float learningRate,
            float beta1,
            float beta2,
            float eps,
            float weightDecay,
            Tensor activations) {
        Optimiser.Rates rates = new Optimiser.Rates(step, learningRate, beta1, beta2, eps, weightDecay);
        optimiser.adamW(new Optimiser.State(parameter, m, v, gradient), gradientScale, rates, activations);
    }
}
