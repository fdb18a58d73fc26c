package io.hearth.device.ascend.kernels;

import static io.hearth.device.ascend.aclnn.AclnnOperators.SIGMOID;
import static io.hearth.device.ascend.aclnn.AclnnOperators.SWI_GLU;
import static io.hearth.device.ascend.aclnn.AclnnOperators.SWI_GLU_GRAD;

import io.hearth.device.Tensor;
import io.hearth.device.ascend.aclnn.AclType;
import io.hearth.device.ascend.aclnn.Call;
import io.hearth.device.ascend.aclnn.Operators;
import io.hearth.device.ascend.aclnn.Scratch;
import io.hearth.device.ascend.aclnn.Soc;

/**
 * SwiGLU and its gradient. The fused gradient, and on a 310P also the fused activation, take rows whose halves are multiples
 * of 64 bytes; others are composed in f32.
 */
final class GatedActivation {
    private static final int ALIGNMENT = 64;

    private final Operators operators;
    private final Scratch scratch;
    private final Steps steps;

    GatedActivation(Operators operators, Scratch scratch) {
        this.operators = operators;
        this.scratch = scratch;
        steps = new Steps(operators);
    }

    private static boolean aligned(Tensor h) {
        return (long) h.cols() * h.type().bytes() % ALIGNMENT == 0;
    }

    void forward(Tensor gateUp, Tensor h) {
        boolean anyWidth = operators.soc().family() != Soc.Family.P310;
        if (operators.has(SWI_GLU) && (anyWidth || aligned(h))) {
            operators.call(SWI_GLU).tensor(gateUp).i64(-1).tensor(h).run();
            return;
        }
        scratch.reset();
        long width = h.cols();
        int group = Steps.rowsAtOnce(scratch, 3L * Float.BYTES * width, h.dim(0));
        Piece gate = Piece.take(scratch, AclType.FLOAT, group, width);
        Piece up = Piece.take(scratch, AclType.FLOAT, group, width);
        Piece sigmoid = Piece.take(scratch, AclType.FLOAT, group, width);
        for (long from = 0; from < h.dim(0); from += group) {
            long to = Math.min(h.dim(0), from + group);
            Tensor rows = gateUp.rows(from, to);
            Piece gates = gate.as(to - from, width);
            Piece ups = up.as(to - from, width);
            Piece open = sigmoid.as(to - from, width);
            steps.copy(Operand.of(rows.columns(0, width)), gates);
            steps.copy(Operand.of(rows.columns(width, 2 * width)), ups);
            steps.map(SIGMOID, gates, open);
            steps.mulBy(gates, open);
            steps.mulBy(gates, ups);
            steps.copy(gates, Operand.of(h.rows(from, to)));
        }
    }

    void gradient(Tensor dh, Tensor gateUp, Tensor dGateUp) {
        if (!operators.has(SWI_GLU_GRAD) || !aligned(dh)) {
            composedGradient(dh, gateUp, dGateUp);
        } else if (dGateUp.address() == gateUp.address()) {
            gradientInPlace(dh, gateUp);
        } else {
            fusedGradient(dh, gateUp, Operand.of(dGateUp));
        }
    }

    private void fusedGradient(Tensor dh, Tensor gateUp, Operand out) {
        Call call = operators.call(SWI_GLU_GRAD).tensor(dh).tensor(gateUp).i64(-1);
        out.to(call);
        call.run();
    }

    /** The operator is not documented to write where it reads. */
    private void gradientInPlace(Tensor dh, Tensor gateUp) {
        scratch.reset();
        long bytesPerRow = (long) gateUp.cols() * gateUp.type().bytes();
        int group = Steps.rowsAtOnce(scratch, bytesPerRow, dh.dim(0));
        Piece result = Piece.take(scratch, AclType.of(gateUp.type()), group, gateUp.cols());
        for (long from = 0; from < dh.dim(0); from += group) {
            long to = Math.min(dh.dim(0), from + group);
            Tensor rows = gateUp.rows(from, to);
            fusedGradient(dh.rows(from, to), rows, result.as(to - from, gateUp.cols()));
            operators.copyOnCard(rows.address(), result.address(), rows.bytes());
        }
    }

    /** {@code dUp = dh silu(g)} and {@code dGate = dh up s (1 + g - silu(g))} with {@code s} the sigmoid of the gate g. */
    private void composedGradient(Tensor dh, Tensor gateUp, Tensor dGateUp) {
        scratch.reset();
        long width = dh.cols();
        int group = Steps.rowsAtOnce(scratch, 5L * Float.BYTES * width, dh.dim(0));
        Piece[] room = new Piece[5];
        for (int i = 0; i < room.length; i++) {
            room[i] = Piece.take(scratch, AclType.FLOAT, group, width);
        }
        for (long from = 0; from < dh.dim(0); from += group) {
            long to = Math.min(dh.dim(0), from + group);
            Tensor rows = gateUp.rows(from, to);
            Tensor out = dGateUp.rows(from, to);
            Piece gate = room[0].as(to - from, width);
            Piece up = room[1].as(to - from, width);
            Piece dy = room[2].as(to - from, width);
            Piece sigmoid = room[3].as(to - from, width);
            Piece silu = room[4].as(to - from, width);
            steps.copy(Operand.of(rows.columns(0, width)), gate);
            steps.copy(Operand.of(rows.columns(width, 2 * width)), up);
            steps.copy(Operand.of(dh.rows(from, to)), dy);
            steps.map(SIGMOID, gate, sigmoid);
            steps.mul(gate, sigmoid, silu);
            steps.addTo(gate, silu, -1);
            steps.addScalar(gate, 1, AclType.FLOAT);
            steps.mulBy(gate, sigmoid);
            steps.mulBy(gate, up);
            steps.mulBy(gate, dy);
            steps.mulBy(silu, dy);
            steps.copy(gate, Operand.of(out.columns(0, width)));
            steps.copy(silu, Operand.of(out.columns(width, 2 * width)));
        }
    }
}
