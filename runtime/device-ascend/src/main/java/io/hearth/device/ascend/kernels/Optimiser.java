package io.hearth.device.ascend.kernels;

import static io.hearth.device.ascend.aclnn.AclType.FLOAT;

import io.hearth.device.Tensor;
import io.hearth.device.ascend.aclnn.AclnnOperators;
import io.hearth.device.ascend.aclnn.Call;
import io.hearth.device.ascend.aclnn.Operators;
import io.hearth.device.ascend.aclnn.Scratch;
import java.lang.foreign.MemorySegment;

/** Norm of gradients, clipping, and AdamW on flat arenas, which operators get in parts: their indices may be 32 bits wide. */
final class Optimiser {
    private static final long PART = 1L << 28;

    private final Operators operators;
    private final Scratch scratch;
    private final Steps steps;

    Optimiser(Operators operators, Scratch scratch) {
        this.operators = operators;
        this.scratch = scratch;
        steps = new Steps(operators);
    }

    void squaredNorm(Tensor x, Tensor out) {
        for (long from = 0; from < x.elements(); from += PART) {
            scratch.reset();
            Piece norm = Piece.take(scratch, FLOAT, 1);
            Piece square = Piece.take(scratch, FLOAT, 1);
            operators
                    .call(AclnnOperators.LINALG_VECTOR_NORM)
                    .tensor(x.slice(from, Math.min(PART, x.elements() - from)))
                    .scalar(2, FLOAT)
                    .array(0)
                    .bool(true)
                    .type(FLOAT)
                    .tensor(norm.address(), FLOAT, 1)
                    .run();
            steps.mul(norm, norm, square);
            steps.addTo(Operand.of(out), square, 1);
        }
    }

    void clipCoefficient(Tensor squaredNorm, float maxNorm, Tensor coefficient) {
        if (maxNorm == Float.POSITIVE_INFINITY) {
            steps.fill(Operand.of(coefficient), 1, FLOAT);
            return;
        }
        scratch.reset();
        Piece norm = Piece.take(scratch, FLOAT, 1);
        Piece quotient = Piece.take(scratch, FLOAT, 1);
        steps.map(AclnnOperators.SQRT, Operand.of(squaredNorm), norm);
        steps.addScalar(norm, 1e-6, FLOAT);
        steps.map(AclnnOperators.RECIPROCAL, norm, quotient);
        steps.scale(quotient, maxNorm);
        Call call = operators.call(AclnnOperators.CLAMP_MAX);
        quotient.to(call);
        call.scalar(1, FLOAT).tensor(coefficient).run();
    }

    // ---- AdamW -----------------------------------------------------------------------------------------------------

    /** The arenas of one step, f32[n] each. */
    record State(Tensor parameter, Tensor m, Tensor v, Tensor gradient) {
        State part(long from, long count) {
            return new State(
                    parameter.slice(from, count),
                    m.slice(from, count),
                    v.slice(from, count),
                    gradient.slice(from, count));
        }
    }

    /** @param step from 1 */
    record Rates(int step, float learningRate, float beta1, float beta2, float eps, float weightDecay) {}

    /**
     * See {@link io.hearth.device.Kernels#adamW}.
     *
     * @param activations receives a copy of the parameters, or null
     */
    void adamW(State state, Tensor gradientScale, Rates rates, Tensor activations) {
        boolean fused = operators.has(AclnnOperators.APPLY_ADAM_WV2);
        scratch.reset();
        Piece stepsBefore = fused ? stepsBefore(rates.step) : null;
        long part = fused ? PART : Math.min(PART, scratch.left() / 2 / Float.BYTES);
        long count = state.parameter.elements();
        for (long from = 0; from < count; from += part) {
            State some = state.part(from, Math.min(part, count - from));
            steps.mulBy(Operand.of(some.gradient), Operand.of(gradientScale));
            if (fused) {
                fused(some, stepsBefore, rates);
            } else {
                composed(some, rates);
            }
            if (activations != null) {
                Tensor copy = activations.slice(from, some.parameter.elements());
                steps.copy(Operand.of(some.parameter), Operand.of(copy));
            }
        }
    }

    /** ApplyAdamWV2 calls it the step, but adds 1 before it corrects for bias. */
    private Piece stepsBefore(int step) {
        Piece before = Piece.take(scratch, FLOAT, 1);
        operators.upload(before.address(), MemorySegment.ofArray(new float[] {step - 1}));
        return before;
    }

    private void fused(State state, Piece stepsBefore, Rates rates) {
        Call call = operators
                .call(AclnnOperators.APPLY_ADAM_WV2)
                .tensor(state.parameter)
                .tensor(state.m)
                .tensor(state.v)
                .none()
                .tensor(state.gradient);
        stepsBefore.to(call);
        call.f32(rates.learningRate)
                .f32(rates.beta1)
                .f32(rates.beta2)
                .f32(rates.weightDecay)
                .f32(rates.eps)
                .bool(false)
                .bool(false)
                .run();
    }

    private void composed(State state, Rates rates) {
        Operand m = Operand.of(state.m);
        Operand v = Operand.of(state.v);
        Operand gradient = Operand.of(state.gradient);
        Operand parameter = Operand.of(state.parameter);
        scratch.reset();
        Piece spare = Piece.take(scratch, FLOAT, state.gradient.elements());
        steps.scale(m, rates.beta1);
        steps.addTo(m, gradient, 1 - (double) rates.beta1);
        steps.mul(gradient, gradient, spare);
        steps.scale(v, rates.beta2);
        steps.addTo(v, spare, 1 - (double) rates.beta2);
        // Nobody reads the gradient any more: from here on its memory holds what the parameter is changed by.
        double correction1 = 1 - Math.pow(rates.beta1, rates.step);
        double correction2 = 1 - Math.pow(rates.beta2, rates.step);
        steps.map(AclnnOperators.SQRT, v, spare);
        steps.scale(spare, 1 / Math.sqrt(correction2));
        steps.addScalar(spare, rates.eps, FLOAT);
        Call call = operators.call(AclnnOperators.DIV);
        m.to(call);
        spare.to(call);
        gradient.to(call);
        call.run();
        steps.scale(parameter, 1 - (double) rates.learningRate * rates.weightDecay);
        steps.addTo(parameter, gradient, -rates.learningRate / correction1);
    }
}
