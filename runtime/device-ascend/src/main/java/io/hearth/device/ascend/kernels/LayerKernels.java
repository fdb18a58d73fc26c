package io.hearth.device.ascend.kernels;

import static io.hearth.device.ascend.aclnn.AclnnOperators.CUMSUM;
import static io.hearth.device.ascend.aclnn.AclnnOperators.EMBEDDING;
import static io.hearth.device.ascend.aclnn.AclnnOperators.INDEX_ADD;
import static io.hearth.device.ascend.aclnn.AclnnOperators.INDEX_PUT_IMPL;

import io.hearth.device.SortedIds;
import io.hearth.device.Tensor;
import io.hearth.device.ascend.aclnn.AclType;
import io.hearth.device.ascend.aclnn.Call;
import io.hearth.device.ascend.aclnn.Operators;
import io.hearth.device.ascend.aclnn.Scratch;

/** Norms, activation, embedding and rotary embedding. */
final class LayerKernels {
    private final Operators operators;
    private final Scratch scratch;
    private final Steps steps;
    private final Norms norms;
    private final GatedActivation activation;
    private final Rotation rotation;

    LayerKernels(Operators operators, Scratch scratch) {
        this.operators = operators;
        this.scratch = scratch;
        steps = new Steps(operators);
        norms = new Norms(operators, scratch);
        activation = new GatedActivation(operators, scratch);
        rotation = new Rotation(operators, scratch, norms);
    }

    void biasGrad(Tensor dy, Tensor dBias) {
        if (dy.elements() == 0) {
            return;
        }
        scratch.reset();
        Piece sums = Piece.take(scratch, AclType.FLOAT, dBias.elements());
        steps.reduceSum(Operand.of(dy), 0, false, sums);
        steps.addTo(Operand.of(dBias), sums, 1);
    }

    void rmsNorm(Tensor x, Tensor gamma, float eps, Tensor y, Tensor rstd) {
        if (x.elements() == 0) {
            return;
        }
        scratch.reset();
        norms.forward(
                AclType.of(x.type()),
                x.cols(),
                Operand.of(x),
                Operand.of(gamma),
                eps,
                Operand.of(y),
                Operand.of(rstd, x.dim(0), 1));
    }

    /**
     * See {@link io.hearth.device.Kernels#addRmsNorm}. The sum is stored before the norm reads it: AddRmsNorm norms the sum
     * as it was before rounding.
     */
    void addRmsNorm(Tensor residual, Tensor x, Tensor gamma, float eps, Tensor sum, Tensor y, Tensor rstd) {
        if (x.elements() == 0) {
            return;
        }
        if (sum.address() == residual.address()) {
            steps.addTo(Operand.of(sum), Operand.of(x), 1);
        } else {
            steps.add(Operand.of(residual), Operand.of(x), Operand.of(sum));
        }
        rmsNorm(sum, gamma, eps, y, rstd);
    }

    void rmsNormGrad(Tensor dy, Tensor x, Tensor rstd, Tensor gamma, Tensor dResidual, Tensor dx, Tensor dGamma) {
        if (x.elements() > 0) {
            norms.gradient(dy, x, rstd, gamma, dResidual, dx, dGamma);
        }
    }

    void swiGlu(Tensor gateUp, Tensor h) {
        if (h.elements() > 0) {
            activation.forward(gateUp, h);
        }
    }

    void swiGluGrad(Tensor dh, Tensor gateUp, Tensor dGateUp) {
        if (dh.elements() > 0) {
            activation.gradient(dh, gateUp, dGateUp);
        }
    }

    void embedding(Tensor table, Tensor ids, Tensor out) {
        if (out.elements() == 0) {
            return;
        }
        if (operators.has(EMBEDDING)) {
            operators.call(EMBEDDING).tensor(table).tensor(ids).tensor(out).run();
        } else {
            steps.gather(Operand.of(table), Operand.of(ids), Operand.of(out));
        }
    }

    /**
     * See {@link io.hearth.device.Kernels#embeddingGrad}. Rows of dx are gathered by id and added in that order, in f32;
     * {@code ACL_OPT_DETERMINISTIC} sees to it that the operator keeps to one order.
     */
    void embeddingGrad(Tensor dx, SortedIds ids, Tensor dTable) {
        if (dx.elements() == 0) {
            return;
        }
        scratch.reset();
        long tokens = dx.dim(0);
        Piece rows = rowsOfTable(ids, tokens);
        AclType type = AclType.of(dx.type());
        int group = Steps.rowsAtOnce(scratch, (long) dx.cols() * (type.bytes() + Float.BYTES), tokens);
        Piece gathered = Piece.take(scratch, type, group, dx.cols());
        Piece wide = Piece.take(scratch, AclType.FLOAT, group, dx.cols());
        for (long from = 0; from < tokens; from += group) {
            long count = Math.min(group, tokens - from);
            Piece part = gathered.as(count, dx.cols());
            Piece values = type == AclType.FLOAT ? part : wide.as(count, dx.cols());
            steps.gather(Operand.of(dx), Operand.of(ids.order().rows(from, from + count)), part);
            if (type != AclType.FLOAT) {
                steps.cast(part, AclType.FLOAT, values);
            }
            addRows(dTable, rows.slice(from, count), values);
        }
    }

    /**
     * The id of each position in sorted order, i32[T]: the differences of successive ids, put where each id begins, add up
     * to it. The numbers are whole and below 2^24, so that f32 is exact.
     */
    private Piece rowsOfTable(SortedIds ids, long tokens) {
        int distinct = ids.distinct();
        Piece rows = Piece.take(scratch, AclType.INT32, tokens);
        Piece jumps = Piece.take(scratch, AclType.FLOAT, tokens);
        Piece sums = Piece.take(scratch, AclType.FLOAT, tokens);
        Piece values = Piece.take(scratch, AclType.FLOAT, distinct);
        Piece differences = Piece.take(scratch, AclType.FLOAT, distinct);
        steps.cast(Operand.of(ids.ids().rows(0, distinct)), AclType.FLOAT, values);
        operators.copyOnCard(differences.address(), values.address(), values.bytes());
        if (distinct > 1) {
            steps.addTo(differences.slice(1, distinct - 1), values.slice(0, distinct - 1), -1);
        }
        operators.memset(jumps.address(), 0, jumps.bytes());
        steps.scatter(jumps, ids.starts().rows(0, distinct), differences);
        Call call = operators.call(CUMSUM);
        jumps.to(call);
        call.i64(0).type(AclType.FLOAT);
        sums.to(call);
        call.run();
        steps.cast(sums, AclType.INT32, rows);
        return rows;
    }

    private void addRows(Tensor table, Operand rows, Operand values) {
        if (operators.has(INDEX_PUT_IMPL)) {
            Call call = operators.call(INDEX_PUT_IMPL).tensor(table).listOf(rows::to);
            values.to(call);
            call.bool(true).bool(false).run();
            return;
        }
        Call call = operators.call(INDEX_ADD).tensor(table).i64(0);
        rows.to(call);
        values.to(call);
        call.scalar(1, AclType.FLOAT).tensor(table).run();
    }

    void ropeTable(Tensor positions, Tensor table, Tensor cos, Tensor sin) {
        rotation.table(positions, table, cos, sin);
    }

    void qkvRope(
            Tensor qkv,
            Tensor cos,
            Tensor sin,
            Tensor qGamma,
            Tensor kGamma,
            float eps,
            Tensor q,
            Tensor k,
            Tensor v,
            Tensor qRstd,
            Tensor kRstd) {
        long keys = q.dim(1) * q.dim(2);
        long values = keys + k.dim(1) * k.dim(2);
        if (q.dim(0) == 0) {
            return;
        }
        rotation.forward(qkv.columns(0, keys), cos, sin, qGamma, eps, q, qRstd);
        rotation.forward(qkv.columns(keys, values), cos, sin, kGamma, eps, k, kRstd);
        steps.copy(Operand.of(qkv.columns(values, qkv.dim(1))), Rotation.matrix(v));
    }

    void qkvRopeGrad(
            Tensor dq,
            Tensor dk,
            Tensor dv,
            Tensor qkv,
            Tensor cos,
            Tensor sin,
            Tensor qGamma,
            Tensor kGamma,
            Tensor qRstd,
            Tensor kRstd,
            Tensor dqkv,
            Tensor dqGamma,
            Tensor dkGamma) {
        long keys = dq.dim(1) * dq.dim(2);
        long values = keys + dk.dim(1) * dk.dim(2);
        if (dq.dim(0) == 0) {
            return;
        }
        rotation.gradient(dq, part(qkv, 0, keys), cos, sin, qGamma, qRstd, dqkv.columns(0, keys), dqGamma);
        rotation.gradient(dk, part(qkv, keys, values), cos, sin, kGamma, kRstd, dqkv.columns(keys, values), dkGamma);
        steps.copy(Rotation.matrix(dv), Operand.of(dqkv.columns(values, dqkv.dim(1))));
    }

    private static Tensor part(Tensor qkv, long from, long to) {
        return qkv == null ? null : qkv.columns(from, to);
    }
}
