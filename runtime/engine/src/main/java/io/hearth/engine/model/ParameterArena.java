package io.hearth.engine.model;

import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Parameters in one flat piece of memory: first those that weight decay applies to, then the others. The optimiser, the
 * gradient norm and the all-reduce work on the whole at once.
 *
 * <p>Every parameter starts at a multiple of {@value #ALIGNMENT} elements; the gaps are zeros and stay zeros.
 */
public final class ParameterArena implements AutoCloseable {
    private static final int ALIGNMENT = 128;

    private final List<Parameter> parameters = new ArrayList<>();
    private Tensor values;
    private Tensor gradients;
    private long decayedElements;
    private long elements;

    /** Announces a parameter; before {@link #allocate}. */
    public Parameter add(String name, boolean decayed, long... shape) {
        Parameter parameter = new Parameter(name, decayed, shape);
        parameters.add(parameter);
        return parameter;
    }

    /** Lays out what was announced and allocates the values. */
    public void allocate(Device device, DType act) {
        List<Parameter> order = new ArrayList<>();
        parameters.stream().filter(Parameter::decayed).forEach(order::add);
        int decayed = order.size();
        parameters.stream().filter(p -> !p.decayed()).forEach(order::add);
        long[] offsets = new long[order.size()];
        long end = 0;
        for (int i = 0; i < order.size(); i++) {
            if (i == decayed) {
                decayedElements = end;
            }
            offsets[i] = end;
            end += aligned(order.get(i).elements());
        }
        if (decayed == order.size()) {
            decayedElements = end;
        }
        elements = Math.max(end, ALIGNMENT);
        values = device.allocate(act, elements);
        for (int i = 0; i < offsets.length; i++) {
            order.get(i).place(offsets[i], values);
        }
    }

    private static long aligned(long elements) {
        return (elements + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    /** Gives every parameter an f32 gradient. */
    public void allocateGradients(Device device) {
        gradients = device.allocate(DType.F32, elements);
        parameters.forEach(parameter -> parameter.trainIn(gradients));
    }

    public List<Parameter> parameters() {
        return parameters;
    }

    /** All values, gaps included. */
    public Tensor values() {
        return values;
    }

    /** All gradients, f32, gaps included; null if nothing here is trained. */
    public Tensor gradients() {
        return gradients;
    }

    /** Number of elements, gaps included. */
    public long elements() {
        return elements;
    }

    /** Number of leading elements that weight decay applies to. */
    public long decayedElements() {
        return decayedElements;
    }

    @Override
    public void close() {
        if (values != null) {
            values.buffer().close();
        }
        if (gradients != null) {
            gradients.buffer().close();
        }
    }
}
