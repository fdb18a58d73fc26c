package io.hearth.device.cpu.onednn;

import io.hearth.device.DType;
import io.hearth.device.DeviceException;
import java.lang.foreign.SymbolLookup;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Matrix products by oneDNN. A primitive takes half a millisecond to make, so the last ones are kept. Each kind of product
 * is compared with a plain one before its first use, the usual kinds at the start; a kind that oneDNN lacks, gets wrong or would run in its slow
 * reference code is refused.
 */
public final class Matmuls implements AutoCloseable {
    /** Primitives that are kept; each takes some 10 KB. */
    private static final int KEPT = 1024;

    private final OneDnn library;
    private final LinkedHashMap<MatmulShape, MatmulPrimitive> primitives = new LinkedHashMap<>(KEPT * 2, 0.75f, true);
    private final Map<MatmulShape, Boolean> kinds = new HashMap<>();
    private final TreeSet<String> implementations = new TreeSet<>();
    private final TreeSet<String> refusals = new TreeSet<>();

    public Matmuls(SymbolLookup symbols) {
        library = new OneDnn(symbols);
        for (DType type : List.of(DType.F32, DType.BF16)) {
            kinds.computeIfAbsent(usual(type, type, false, true, false), this::check);
            kinds.computeIfAbsent(usual(type, type, false, false, false), this::check);
            kinds.computeIfAbsent(usual(type, DType.F32, true, false, true), this::check);
        }
    }

    /** The kinds that every model uses: a linear layer, its gradients by input and by weight. */
    private static MatmulShape usual(
            DType type, DType outType, boolean transposeA, boolean transposeB, boolean accumulate) {
        return new MatmulShape(type, outType, 1, 1, 1, transposeA, transposeB, 1, 1, 1, 1, accumulate, false).kind();
    }

    /** Whether oneDNN computes this shape, right and fast; makes its primitive. */
    public boolean serves(MatmulShape shape) {
        return kinds.computeIfAbsent(shape.kind(), this::check) && primitive(shape) != null;
    }

    /** Scratch memory that {@link #run} needs; only for a shape that is served. */
    public long scratchBytes(MatmulShape shape) {
        return primitive(shape).scratchBytes();
    }

    /**
     * Computes a product of a shape that is served.
     *
     * @param bias address or 0
     * @param scratch address of {@link #scratchBytes} bytes
     */
    public void run(MatmulShape shape, long a, long b, long bias, long out, long scratch) {
        primitive(shape).run(a, b, bias, out, scratch);
    }

    /** Version, implementations in use and what was refused, for a person. */
    public String describe() {
        String text = "oneDNN " + library.version() + " " + implementations;
        return refusals.isEmpty() ? text : text + " (without " + String.join(", ", refusals) + ")";
    }

    private MatmulPrimitive primitive(MatmulShape shape) {
        MatmulPrimitive found = primitives.get(shape);
        if (found == null && !primitives.containsKey(shape)) {
            found = make(shape);
            if (primitives.size() >= KEPT) {
                MatmulPrimitive oldest = primitives.pollFirstEntry().getValue();
                if (oldest != null) {
                    oldest.close();
                }
            }
            primitives.put(shape, found);
        }
        return found;
    }

    private MatmulPrimitive make(MatmulShape shape) {
        try {
            MatmulPrimitive made = new MatmulPrimitive(library, shape);
            if (!made.implementation().startsWith("ref")) {
                implementations.add(made.implementation());
                return made;
            }
            made.close();
        } catch (DeviceException e) {
            // Refused below, as the slow reference code is.
        }
        refusals.add(name(shape));
        return null;
    }

    private boolean check(MatmulShape kind) {
        MatmulPrimitive made = make(kind);
        if (made == null) {
            return false;
        }
        try (made) {
            if (MatmulCheck.isRight(made, kind)) {
                return true;
            }
            refusals.add(name(kind) + ": wrong numbers");
            return false;
        }
    }

    private static String name(MatmulShape shape) {
        return shape.type() + " to " + shape.outType() + " products";
    }

    @Override
    public void close() {
        primitives.values().stream().filter(p -> p != null).forEach(MatmulPrimitive::close);
        primitives.clear();
    }
}
