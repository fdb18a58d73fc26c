package io.hearth.device.ascend.kernels;

import static io.hearth.device.ascend.aclnn.AclnnOperators.ROTARY_POSITION_EMBEDDING;
import static io.hearth.device.ascend.aclnn.AclnnOperators.ROTARY_POSITION_EMBEDDING_GRAD;

import io.hearth.device.Tensor;
import io.hearth.device.ascend.aclnn.AclType;
import io.hearth.device.ascend.aclnn.Call;
import io.hearth.device.ascend.aclnn.Operators;
import io.hearth.device.ascend.aclnn.Scratch;

/**
 * Rotary embedding of the heads of queries or keys, with the norm that some models have before it, and the gradient of both.
 * The operator is missing in older versions of CANN and on the 310P: there it is composed in f32.
 */
final class Rotation {
    /** The two halves of a head are rotated against each other: {@code mode}. */
    private static final int HALVES = 0;

    private final Operators operators;
    private final Scratch scratch;
    private final Steps steps;
    private final Norms norms;

    Rotation(Operators operators, Scratch scratch, Norms norms) {
        this.operators = operators;
        this.scratch = scratch;
        this.norms = norms;
        steps = new Steps(operators);
    }

    /** Heads [T, N, D] as a matrix [T, N D]. */
    static Operand matrix(Tensor heads) {
        return Operand.of(heads, heads.dim(0), heads.dim(1) * heads.dim(2));
    }

    /** See {@link io.hearth.device.Kernels#ropeTable}. */
    void table(Tensor positions, Tensor table, Tensor cos, Tensor sin) {
        long size = table.dim(1);
        scratch.reset();
        int group = Steps.rowsAtOnce(scratch, size * Float.BYTES, positions.dim(0));
        Piece rows = Piece.take(scratch, AclType.FLOAT, group, size);
        for (long from = 0; from < positions.dim(0); from += group) {
            long to = Math.min(positions.dim(0), from + group);
            Piece part = rows.as(to - from, size);
            steps.gather(Operand.of(table), Operand.of(positions.rows(from, to)), part);
            for (long half = 0; half < size; half += size / 2) {
                steps.copy(part.columns(0, size / 2), half(cos, from, to, half));
                steps.copy(part.columns(size / 2, size), half(sin, from, to, half));
            }
        }
    }

    private static Operand half(Tensor table, long from, long to, long half) {
        return Operand.of(table.rows(from, to).columns(half, half + table.dim(1) / 2));
    }

    /** Cosines and sines of some tokens, of the type of what they rotate. */
    private record Angles(Operand cos, Operand sin) {}

    /** Some tokens, their heads, and the size of a head. */
    private record Heads(long tokens, long count, long size) {
        long rows() {
            return tokens * count;
        }

        /** As the operator takes them: a batch of one, tokens, heads, size. */
        long[] batch() {
            return new long[] {1, tokens, count, size};
        }

        long[] angles() {
            return new long[] {1, tokens, 1, size};
        }
    }

    // ---- Forward ---------------------------------------------------------------------------------------------------

    /**
     * Norms, where there is a gamma, and rotates.
     *
     * @param x <em>view</em> [T, N D]
     * @param gamma [D] or null
     * @param out [T, N, D]
     * @param rstd f32[T, N] or null
     */
    void forward(Tensor x, Tensor cos, Tensor sin, Tensor gamma, float eps, Tensor out, Tensor rstd) {
        AclType type = AclType.of(x.type());
        long size = out.dim(2);
        scratch.reset();
        // Copied, normed, in f32, rotated, and half of it once more; cosines, sines and ones.
        long bytes = out.dim(1) * size * (2L * type.bytes() + 10) + 3 * size * Float.BYTES;
        int group = Steps.rowsAtOnce(scratch, bytes, x.dim(0));
        for (long from = 0; from < x.dim(0); from += group) {
            long to = Math.min(x.dim(0), from + group);
            scratch.reset();
            Heads heads = new Heads(to - from, out.dim(1), size);
            Piece source = Piece.take(scratch, type, heads.rows(), size);
            steps.copy(Operand.of(x.rows(from, to)), source.as(heads.tokens, heads.count * size));
            if (gamma != null) {
                Piece normed = Piece.take(scratch, type, heads.rows(), size);
                Operand statistics = Operand.of(rstd.rows(from, to), heads.rows(), 1);
                norms.forward(type, size, source, Operand.of(gamma), eps, normed, statistics);
                source = normed;
            }
            rotate(heads, source, cos.rows(from, to), sin.rows(from, to), out.rows(from, to));
        }
    }

    private void rotate(Heads heads, Piece x, Tensor cos, Tensor sin, Tensor out) {
        if (operators.has(ROTARY_POSITION_EMBEDDING)) {
            Call call = operators.call(ROTARY_POSITION_EMBEDDING);
            x.as(heads.batch()).to(call);
            call.tensor(cos, heads.angles())
                    .tensor(sin, heads.angles())
                    .i64(HALVES)
                    .tensor(out, heads.batch())
                    .run();
            return;
        }
        Piece wide = wide(x);
        Piece rotated = Piece.take(scratch, AclType.FLOAT, heads.rows(), heads.size);
        compose(heads, wide, wide(cos), wide(sin), false, rotated);
        steps.copy(rotated, Operand.of(out, heads.rows(), heads.size));
    }

    /** A piece in f32: itself, or converted. */
    private Piece wide(Piece piece) {
        if (piece.type() == AclType.FLOAT) {
            return piece;
        }
        Piece wide = Piece.take(scratch, AclType.FLOAT, piece.shape());
        steps.cast(piece, AclType.FLOAT, wide);
        return wide;
    }

    private Piece wide(Tensor tensor) {
        Piece wide = Piece.take(scratch, AclType.FLOAT, tensor.shape());
        steps.copy(Operand.of(tensor), wide);
        return wide;
    }

    /**
     * {@code x * cos + concat(-x2, x1) * sin}; of the inverse, which is the gradient, {@code dy * cos + concat(dy2 sin2, -dy1
     * sin1)}. All in f32.
     */
    private void compose(Heads heads, Piece x, Piece cos, Piece sin, boolean inverse, Piece out) {
        long half = heads.size / 2;
        Piece crossed = Piece.take(scratch, AclType.FLOAT, heads.tokens, heads.count, half);
        long[] all = {heads.tokens, heads.count, heads.size};
        steps.mul(x.as(all), cos.as(heads.tokens, 1, heads.size), out.as(all));
        for (int first = 0; first < 2; first++) {
            long target = first * half;
            long source = half - target;
            steps.mul(half(heads, x, source), angles(heads, sin, inverse ? source : target), crossed);
            boolean minus = (target == 0) != inverse;
            steps.addTo(half(heads, out, target), crossed, minus ? -1 : 1);
        }
    }

    private static Operand half(Heads heads, Piece x, long from) {
        long[] shape = {heads.tokens, heads.count, heads.size / 2};
        return x.window(shape, new long[] {heads.count * heads.size, heads.size, 1}, from);
    }

    private static Operand angles(Heads heads, Piece x, long from) {
        long[] shape = {heads.tokens, 1, heads.size / 2};
        return x.window(shape, new long[] {heads.size, heads.size, 1}, from);
    }

    // ---- Gradient --------------------------------------------------------------------------------------------------

    /**
     * Gradient of {@link #forward}. With a norm all of it is f32, so that only the result is rounded.
     *
     * @param dy [T, N, D]
     * @param x <em>view</em> [T, N D] of the forward call, or null without norm
     * @param gamma [D] or null
     * @param rstd f32[T, N] or null
     * @param dx <em>view</em> [T, N D]; may be {@code x}
     * @param dGamma f32[D], added to, or null
     */
    void gradient(Tensor dy, Tensor x, Tensor cos, Tensor sin, Tensor gamma, Tensor rstd, Tensor dx, Tensor dGamma) {
        long size = dy.dim(2);
        scratch.reset();
        // In f32, rotated, half of it once more, input and gradient of the norm; cosines, sines, gamma, their
        // gradients.
        long bytes = dy.dim(1) * size * 18 + 6 * size * Float.BYTES;
        int group = Steps.rowsAtOnce(scratch, bytes, dy.dim(0));
        for (long from = 0; from < dy.dim(0); from += group) {
            long to = Math.min(dy.dim(0), from + group);
            scratch.reset();
            Heads heads = new Heads(to - from, dy.dim(1), size);
            boolean narrow = gamma == null && operators.has(ROTARY_POSITION_EMBEDDING_GRAD);
            Piece back = rotateBack(heads, dy.rows(from, to), cos.rows(from, to), sin.rows(from, to), narrow);
            if (gamma != null) {
                back = normGradient(heads, back, x.rows(from, to), gamma, rstd.rows(from, to), dGamma);
            }
            steps.copy(back.as(heads.tokens, heads.count * size), Operand.of(dx.rows(from, to)));
        }
    }

    /**
     * Gradient of the rotation.
     *
     * @param narrow whether it is wanted in the type of dy; else in f32
     */
    private Piece rotateBack(Heads heads, Tensor dy, Tensor cos, Tensor sin, boolean narrow) {
        Piece back = Piece.take(scratch, narrow ? AclType.of(dy.type()) : AclType.FLOAT, heads.rows(), heads.size);
        if (narrow) {
            fusedBack(
                    heads,
                    Operand.of(dy, heads.batch()),
                    new Angles(Operand.of(cos, heads.angles()), Operand.of(sin, heads.angles())),
                    back);
            return back;
        }
        Piece wide = wide(dy);
        Piece cosines = wide(cos);
        Piece sines = wide(sin);
        if (operators.has(ROTARY_POSITION_EMBEDDING_GRAD)) {
            Angles angles = new Angles(cosines.as(heads.angles()), sines.as(heads.angles()));
            fusedBack(heads, wide.as(heads.batch()), angles, back);
        } else {
            compose(heads, wide.as(heads.rows(), heads.size), cosines, sines, true, back);
        }
        return back;
    }

    private void fusedBack(Heads heads, Operand dy, Angles angles, Piece back) {
        // Gradients of cosines and sines are not made without x, but there must be something where they would go.
        Piece dCos = Piece.take(scratch, back.type(), heads.angles());
        Piece dSin = Piece.take(scratch, back.type(), heads.angles());
        Call call = operators.call(ROTARY_POSITION_EMBEDDING_GRAD);
        dy.to(call);
        angles.cos.to(call);
        angles.sin.to(call);
        call.none().i64(HALVES);
        back.as(heads.batch()).to(call);
        dCos.to(call);
        dSin.to(call);
        call.run();
    }

    private Piece normGradient(Heads heads, Piece dy, Tensor x, Tensor gamma, Tensor rstd, Tensor dGamma) {
        Piece input = Piece.take(scratch, AclType.FLOAT, heads.rows(), heads.size);
        Piece dx = Piece.take(scratch, AclType.FLOAT, heads.rows(), heads.size);
        Piece gammaGrad = Piece.take(scratch, AclType.FLOAT, heads.size);
        steps.copy(Operand.of(x), input.as(heads.tokens, heads.count * heads.size));
        norms.gradient(dy, input, Operand.of(rstd, heads.rows(), 1), wide(gamma), dx, gammaGrad, dGamma);
        return dx;
    }
}
