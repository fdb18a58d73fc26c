package io.hearth.device;

import static io.hearth.device.KernelChecks.require;
import static io.hearth.device.TensorCheck.ANY;
import static io.hearth.device.TensorCheck.of;

/** The rules of {@link Kernels} about shapes and types for rotary embedding, attention and the cache. */
final class AttentionChecks {
    private AttentionChecks() {}

    static void ropeTable(Tensor positions, Tensor table, Tensor cos, Tensor sin) {
        TensorCheck source = of("table", table).f32().shape(ANY, ANY).contiguous();
        TensorCheck cosines = of("cos", cos).act().shape(ANY, source.dim(1)).contiguous();
        of("sin", sin).sameType(cosines).sameShape(cosines).contiguous();
        of("positions", positions).i32().shape(cosines.dim(0));
        require(source.dim(1) % 2 == 0, "table is " + table + ", but the head size must be even");
    }

    static void qkvRope(
            Tensor qkv,
            Tensor cos,
            Tensor sin,
            Tensor qGamma,
            Tensor kGamma,
            Tensor q,
            Tensor k,
            Tensor v,
            Tensor qRstd,
            Tensor kRstd) {
        TensorCheck queries = of("q", q).act().shape(ANY, ANY, ANY).contiguous();
        TensorCheck keys = heads("k", k, queries);
        of("v", v).sameType(queries).sameShape(keys).contiguous();
        long size = queries.dim(2);
        require(size % 2 == 0, "q is " + q + ", but the head size must be even");
        if (qkv != null) {
            of("qkv", qkv)
                    .sameType(queries)
                    .shape(queries.dim(0), (queries.dim(1) + 2 * keys.dim(1)) * size)
                    .contiguous();
        }
        of("cos", cos).sameType(queries).shape(queries.dim(0), size).contiguous();
        of("sin", sin).sameType(queries).shape(queries.dim(0), size).contiguous();
        norm("q", qGamma, qRstd, queries);
        norm("k", kGamma, kRstd, keys);
    }

    private static TensorCheck heads(String name, Tensor tensor, TensorCheck queries) {
        TensorCheck keys = of(name, tensor)
                .sameType(queries)
                .shape(queries.dim(0), ANY, queries.dim(2))
                .contiguous();
        shared(name, queries.dim(1), keys.dim(1));
        return keys;
    }

    private static void shared(String name, long queryHeads, long keyHeads) {
        require(
                keyHeads > 0 && queryHeads % keyHeads == 0,
                name + " has " + keyHeads + " heads, which " + queryHeads + " query heads cannot share evenly");
    }

    private static void norm(String name, Tensor gamma, Tensor rstd, TensorCheck heads) {
        require((gamma == null) == (rstd == null), name + "Gamma and " + name + "Rstd go together");
        if (gamma != null) {
            of(name + "Gamma", gamma).sameType(heads).shape(heads.dim(2));
            of(name + "Rstd", rstd).f32().shape(heads.dim(0), heads.dim(1)).contiguous();
        }
    }

    static void qkvRopeGrad(
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
        of("dqkv", dqkv);
        qkvRope(dqkv, cos, sin, qGamma, kGamma, dq, dk, dv, qRstd, kRstd);
        boolean norms = qGamma != null || kGamma != null;
        require(qkv != null || !norms, "qkv is missing, but the norms need it");
        if (qkv != null) {
            TensorCheck target = of("dqkv", dqkv);
            of("qkv", qkv).sameType(target).sameShape(target).contiguous();
        }
        gammaGrad("dqGamma", qGamma, dqGamma);
        gammaGrad("dkGamma", kGamma, dkGamma);
    }

    private static void gammaGrad(String name, Tensor gamma, Tensor dGamma) {
        if (dGamma != null) {
            require(gamma != null, name + " is given, but there is no such norm");
            of(name, dGamma).f32().shape(gamma.shape());
        }
    }

    static void attention(Tensor q, Tensor k, Tensor v, SeqLens lens, int window, Tensor out, Tensor stats) {
        TensorCheck queries = of("q", q).act().shape(ANY, ANY, ANY).contiguous();
        TensorCheck keys = heads("k", k, queries);
        of("v", v).sameType(queries).sameShape(keys).contiguous();
        of("out", out).sameType(queries).sameShape(queries).contiguous();
        if (stats != null) {
            of("stats", stats).f32().contiguous();
        }
        lengths(lens, queries, window);
        for (int b = 0; b < lens.sequences(); b++) {
            require(
                    lens.kvLen()[b] == lens.cuQ()[b + 1] - lens.cuQ()[b],
                    "sequence " + b + " has a context of another length than its query; that needs pagedAttention");
        }
    }

    private static void lengths(SeqLens lens, TensorCheck queries, int window) {
        require(
                lens.tokens() == queries.dim(0),
                "the sequences have " + lens.tokens() + " tokens, but q has " + queries.dim(0));
        require(window >= 0, "window is " + window + ", but must not be negative");
    }

    static void attentionGrad(
            Tensor dOut,
            Tensor q,
            Tensor k,
            Tensor v,
            Tensor out,
            Tensor stats,
            SeqLens lens,
            int window,
            Tensor dq,
            Tensor dk,
            Tensor dv) {
        of("stats", stats);
        attention(q, k, v, lens, window, out, stats);
        TensorCheck queries = of("q", q);
        TensorCheck keys = of("k", k);
        of("dOut", dOut).sameType(queries).sameShape(queries).contiguous();
        of("dq", dq).sameType(queries).sameShape(queries).contiguous();
        of("dk", dk).sameType(queries).sameShape(keys).contiguous();
        of("dv", dv).sameType(queries).sameShape(keys).contiguous();
    }

    static void kvWrite(Tensor k, Tensor v, Tensor slots, Tensor kCache, Tensor vCache) {
        TensorCheck keys = of("k", k).act().shape(ANY, ANY, ANY).contiguous();
        of("v", v).sameType(keys).sameShape(keys).contiguous();
        of("slots", slots).i32().shape(keys.dim(0));
        TensorCheck cache = of("kCache", kCache)
                .sameType(keys)
                .shape(ANY, ANY, keys.dim(1), keys.dim(2))
                .contiguous();
        of("vCache", vCache).sameType(keys).sameShape(cache).contiguous();
    }

    static void pagedAttention(
            Tensor q, Tensor kCache, Tensor vCache, Tensor blockTable, SeqLens lens, int window, Tensor out) {
        TensorCheck queries = of("q", q).act().shape(ANY, ANY, ANY).contiguous();
        TensorCheck cache = of("kCache", kCache)
                .sameType(queries)
                .shape(ANY, ANY, ANY, queries.dim(2))
                .contiguous();
        shared("kCache", queries.dim(1), cache.dim(2));
        of("vCache", vCache).sameType(queries).sameShape(cache).contiguous();
        of("out", out).sameType(queries).sameShape(queries).contiguous();
        lengths(lens, queries, window);
        TensorCheck table =
                of("blockTable", blockTable).i32().shape(lens.sequences(), ANY).contiguous();
        require(
                lens.maxKv() <= table.dim(1) * cache.dim(1),
                "blockTable is " + blockTable + ", too narrow for a context of " + lens.maxKv());
    }

    static void copyBlocks(Tensor cache, Tensor source, Tensor target) {
        of("cache", cache).act().shape(ANY, ANY, ANY, ANY).contiguous();
        of("target", target).i32().sameShape(of("source", source).i32().shape(ANY));
    }
}
