package io.hearth.device.cpu.kernels;

import io.hearth.device.Device;
import io.hearth.device.DeviceBuffer;
import io.hearth.device.Kernels;
import io.hearth.device.PlanningDevice;
import io.hearth.device.PreparedWeight;
import io.hearth.device.Tensor;
import io.hearth.device.cpu.onednn.MatmulShape;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/**
 * Kernels that do nothing but note how much scratch memory the real ones would take, and take it from the planning device:
 * one area that grows, as {@link Workspace} does. Primitives of the products that pass are made on the way, so that the
 * first real step finds them.
 */
final class WorkspacePlanner implements InvocationHandler {
    private final DenseKernels dense;
    private PlanningDevice device;
    private DeviceBuffer area;

    private WorkspacePlanner(DenseKernels dense) {
        this.dense = dense;
    }

    /** A planning device for {@code real}, whose matrix products these are. */
    static PlanningDevice device(Device real, DenseKernels dense) {
        WorkspacePlanner planner = new WorkspacePlanner(dense);
        Kernels kernels = (Kernels)
                Proxy.newProxyInstance(Kernels.class.getClassLoader(), new Class<?>[] {Kernels.class}, planner);
        planner.device = new PlanningDevice(real, kernels);
        return planner.device;
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) {
        return switch (method.getName()) {
            case "matmul" ->
                reserve(dense.scratchBytes(MatmulShape.of(
                        (Tensor) arguments[0],
                        (boolean) arguments[1],
                        (Tensor) arguments[2],
                        (boolean) arguments[3],
                        (float) arguments[4],
                        (float) arguments[5] != 0,
                        null,
                        (Tensor) arguments[6])));
            case "weightGrad" ->
                reserve(dense.scratchBytes(MatmulShape.of(
                        (Tensor) arguments[0], true, (Tensor) arguments[1], false, 1, true, null, (Tensor)
                                arguments[2])));
            case "linear" ->
                linear((Tensor) arguments[0], (PreparedWeight) arguments[1], arguments[2] != null, (Tensor)
                        arguments[3]);
            case "lora" ->
                lora(
                        (Tensor) arguments[0],
                        (Tensor) arguments[1],
                        (Tensor) arguments[2],
                        (Tensor) arguments[4],
                        (Tensor) arguments[5]);
            case "groupedMatmul" -> grouped((Tensor) arguments[0], (Tensor) arguments[1], (Tensor) arguments[4]);
            case "qkvRopeGrad" -> reserve(LayerKernels.SCRATCH_BYTES);
            case "pagedAttention" -> reserve(AttentionKernels.SCRATCH_BYTES);
            case "equals" -> proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(this);
            case "toString" -> "planning kernels";
            default -> null;
        };
    }

    private Object linear(Tensor x, PreparedWeight weight, boolean biased, Tensor y) {
        return product(x, x.rows(), weight.outFeatures(), weight.inFeatures(), biased, false, y);
    }

    /** All rows on one adapter, the most that a segment can have. */
    private Object lora(Tensor x, Tensor a, Tensor b, Tensor low, Tensor y) {
        product(x, x.rows(), a.dim(1), a.dim(2), false, false, low);
        return product(low, x.rows(), b.dim(1), b.dim(2), false, true, y);
    }

    /** All rows in one group, the most that a group can have. */
    private Object grouped(Tensor x, Tensor weight, Tensor y) {
        return product(x, x.rows(), weight.dim(1), weight.dim(2), false, false, y);
    }

    private Object product(Tensor x, int rows, long out, long in, boolean biased, boolean add, Tensor y) {
        if (rows <= DenseKernels.FEW_ROWS) {
            return null;
        }
        return reserve(dense.scratchBytes(new MatmulShape(
                x.type(),
                y.type(),
                rows,
                Math.toIntExact(out),
                Math.toIntExact(in),
                false,
                true,
                x.rowStride(),
                in,
                y.rowStride(),
                1,
                add,
                biased)));
    }

    private Object reserve(long bytes) {
        if (bytes > 0 && (area == null || area.bytes() < bytes)) {
            if (area != null) {
                area.close();
            }
            area = device.allocate(bytes);
        }
        return null;
    }
}
