package io.hearth.device.cpu.kernels;

import static io.hearth.device.cpu.host.NativeFunction.bind;

import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/** The C kernels for one type of activations. Their parameters are told in {@code src/main/c}. */
final class ActFunctions {
    final MethodHandle add;
    final MethodHandle axpy;
    final MethodHandle scale;
    final MethodHandle scaleBy;
    final MethodHandle copy;
    final MethodHandle copyFromF32;
    final MethodHandle copyToF32;
    final MethodHandle addFromF32;
    final MethodHandle dropout;
    final MethodHandle dropoutGrad;
    final MethodHandle gatherRows;
    final MethodHandle scatterRows;
    final MethodHandle embeddingGrad;
    final MethodHandle biasGrad;
    final MethodHandle linear;
    final MethodHandle rmsNorm;
    final MethodHandle addRmsNorm;
    final MethodHandle rmsNormGrad;
    final MethodHandle swiGlu;
    final MethodHandle swiGluGrad;
    final MethodHandle ropeTable;
    final MethodHandle qkvRope;
    final MethodHandle qkvRopeGrad;
    final MethodHandle attention;
    final MethodHandle attentionGrad;
    final MethodHandle kvWrite;
    final MethodHandle crossEntropyStats;
    final MethodHandle crossEntropyGrad;
    final MethodHandle argmax;
    final MethodHandle topK;

    ActFunctions(SymbolLookup library, String type) {
        add = bind(library, "hearth_add_" + type, "VLLLL");
        axpy = bind(library, "hearth_axpy_" + type, "VFLLL");
        scale = bind(library, "hearth_scale_" + type, "VLFL");
        scaleBy = bind(library, "hearth_scale_by_" + type, "VLLL");
        copy = bind(library, "hearth_copy_" + type, "VLLLLLL");
        copyFromF32 = bind(library, "hearth_copy_from_f32_" + type, "VLLLLLL");
        copyToF32 = bind(library, "hearth_copy_to_f32_" + type, "VLLLLLL");
        addFromF32 = bind(library, "hearth_add_from_f32_" + type, "VLLFLLLL");
        dropout = bind(library, "hearth_dropout_" + type, "VLFLLLLL");
        dropoutGrad = bind(library, "hearth_dropout_grad_" + type, "VLFLLL");
        gatherRows = bind(library, "hearth_gather_rows_" + type, "VLLLLL");
        scatterRows = bind(library, "hearth_scatter_rows_" + type, "VLLLLL");
        embeddingGrad = bind(library, "hearth_embedding_grad_" + type, "VLLLLLLLL");
        biasGrad = bind(library, "hearth_bias_grad_" + type, "VLLLLL");
        linear = bind(library, "hearth_linear_" + type, "VLLLLLLIILLL");
        rmsNorm = bind(library, "hearth_rms_norm_" + type, "VLLFLLLL");
        addRmsNorm = bind(library, "hearth_add_rms_norm_" + type, "VLLLFLLLLL");
        rmsNormGrad = bind(library, "hearth_rms_norm_grad_" + type, "VLLLLLLLLL");
        swiGlu = bind(library, "hearth_swi_glu_" + type, "VLLLL");
        swiGluGrad = bind(library, "hearth_swi_glu_grad_" + type, "VLLLLL");
        ropeTable = bind(library, "hearth_rope_table_" + type, "VLLLLLL");
        qkvRope = bind(library, "hearth_qkv_rope_" + type, "VLLLLLFLLLLLLLLL");
        qkvRopeGrad = bind(library, "hearth_qkv_rope_grad_" + type, "VLLLLLLLLLLLLLLLLLL");
        attention = bind(library, "hearth_attention_" + type, "VLLLLLLLLLFLLLLLLLL");
        attentionGrad = bind(library, "hearth_attention_grad_" + type, "VLLLLLLLLFLLLLLLL");
        kvWrite = bind(library, "hearth_kv_write_" + type, "VLLLLLLL");
        crossEntropyStats = bind(library, "hearth_cross_entropy_stats_" + type, "VLLLLILLL");
        crossEntropyGrad = bind(library, "hearth_cross_entropy_grad_" + type, "VLLLLLLLLILL");
        argmax = bind(library, "hearth_argmax_" + type, "VLLLL");
        topK = bind(library, "hearth_top_k_" + type, "VLLLLLL");
    }
}
