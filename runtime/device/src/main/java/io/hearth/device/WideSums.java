package io.hearth.device;

/**
 * A collective whose library rounds sums of 16-bit types each time it adds: here they are made in f32 and rounded once, piece by
 * piece in scratch memory. For two ranks the library's own sum is rounded once anyway, and is used as it is.
 */
public final class WideSums implements Collective {
    /** Elements of f32 in which sums of 16-bit types are made at a time. */
    private static final long WIDE = 4L << 20;

    private final Device device;
    private final Collective library;
    private final Tensor wide;

    /** @param library does the work; belongs to the result */
    public WideSums(Device device, Collective library) {
        this.device = device;
        this.library = library;
        try {
            wide = library.size() > 2 ? device.allocate(DType.F32, WIDE) : null;
        } catch (DeviceException e) {
            library.close();
            throw e;
        }
    }

    @Override
    public int rank() {
        return library.rank();
    }

    @Override
    public int size() {
        return library.size();
    }

    private boolean isNarrow(Tensor values) {
        return values.type() != DType.F32 && wide != null;
    }

    @Override
    public void allReduce(Tensor values) {
        if (!isNarrow(values)) {
            library.allReduce(values);
            return;
        }
        for (long from = 0; from < values.elements(); from += WIDE) {
            Tensor part = values.slice(from, Math.min(WIDE, values.elements() - from));
            Tensor sum = wide.slice(0, part.elements());
            device.kernels().copy(part, sum);
            library.allReduce(sum);
            device.kernels().copy(sum, part);
        }
    }

    @Override
    public void reduceScatter(Tensor all, Tensor part) {
        if (!isNarrow(all)) {
            library.reduceScatter(all, part);
            return;
        }
        long piece = WIDE / (size() + 1);
        for (long from = 0; from < part.elements(); from += piece) {
            long length = Math.min(piece, part.elements() - from);
            for (int to = 0; to < size(); to++) {
                Tensor values = all.slice(to * part.elements() + from, length);
                device.kernels().copy(values, wide.slice(to * length, length));
            }
            Tensor sum = wide.slice(size() * length, length);
            library.reduceScatter(wide.slice(0, size() * length), sum);
            device.kernels().copy(sum, part.slice(from, length));
        }
    }

    @Override
    public void allGather(Tensor part, Tensor all) {
        library.allGather(part, all);
    }

    @Override
    public void broadcast(Tensor values, int root) {
        library.broadcast(values, root);
    }

    @Override
    public void send(Tensor values, int target) {
        library.send(values, target);
    }

    @Override
    public void receive(Tensor values, int source) {
        library.receive(values, source);
    }

    @Override
    public void close() {
        try {
            library.close();
        } finally {
            if (wide != null) {
                wide.buffer().close();
            }
        }
    }
}
