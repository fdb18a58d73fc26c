package io.hearth.device.cpu.kernels;

import static io.hearth.device.cpu.host.NativeFunction.bind;

import io.hearth.device.DType;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/** The C kernels. */
final class Functions {
    final ActFunctions f32;
    final ActFunctions bf16;
    final MethodHandle crossEntropyLoss;
    final MethodHandle squaredNorm;
    final MethodHandle adamW;
    final MethodHandle sample;
    final MethodHandle read;
    final MethodHandle hasBf16;

    /** @param library symbols of the kernels, or null: then there are none for any type */
    Functions(SymbolLookup library) {
        if (library == null) {
            f32 = null;
            bf16 = null;
            crossEntropyLoss = null;
            squaredNorm = null;
            adamW = null;
            sample = null;
            read = null;
            hasBf16 = null;
            return;
        }
        f32 = new ActFunctions(library, "f32");
        bf16 = new ActFunctions(library, "bf16");
        crossEntropyLoss = bind(library, "hearth_cross_entropy_loss", "VLLLLLL");
        squaredNorm = bind(library, "hearth_squared_norm", "VLLL");
        adamW = bind(library, "hearth_adam_w", "VLLLLLIFFFFFLIL");
        sample = bind(library, "hearth_sample", "VLLLLLLLLLL");
        read = bind(library, "hearth_read", "FLL");
        hasBf16 = bind(library, "hearth_has_bf16", "I");
    }

    /** Whether there are any. */
    boolean present() {
        return f32 != null;
    }

    /** Kernels for activations of this type, or null where there are none. */
    ActFunctions of(DType type) {
        return switch (type) {
            case F32 -> f32;
            case BF16 -> bf16;
            default -> null;
        };
    }
}
