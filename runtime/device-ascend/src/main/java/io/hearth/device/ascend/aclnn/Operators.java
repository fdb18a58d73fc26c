package io.hearth.device.ascend.aclnn;

import io.hearth.device.DeviceBuffer;
import io.hearth.device.DeviceException;
import io.hearth.device.ascend.cann.Acl;
import io.hearth.device.ascend.card.Staging;
import io.hearth.device.ascend.card.Stream;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.LongFunction;

/** The operators of one device. */
public final class Operators implements AutoCloseable {
    /** Rows and columns of {@link #causalMask}. */
    public static final int MASK_SIZE = 2048;

    private final OperatorTable table;
    private final Acl acl;
    private final Stream stream;
    private final Staging staging;
    private final Soc soc;
    private final LongFunction<DeviceBuffer> allocate;
    private final Call call;
    private final ExecutorCache cache = new ExecutorCache(ExecutorCache.MOST);

    private DeviceBuffer mask;

    /**
     * @param staging copies of the host
     * @param allocate takes memory of the card, for what operators compute in
     */
    public Operators(Stream stream, Staging staging, Soc soc, LongFunction<DeviceBuffer> allocate) {
        this.stream = stream;
        this.allocate = allocate;
        this.staging = staging;
        this.soc = soc;
        acl = stream.card().acl();
        table = OperatorTable.of(acl.libraries());
        call = new Call(new Runner(stream, new Workspace(stream, allocate), cache));
    }

    /** Whether the libraries of this machine have the operator, and this chip as far as is known. */
    public boolean has(Operator operator) {
        return soc.has(operator) && table.find(operator).isPresent();
    }

    /**
     * The device's one call, emptied, for this operator.
     *
     * @throws DeviceException with a sentence if the operator is not there; ask {@link #has} where something can take its place
     */
    public Call call(Operator operator) {
        if (!soc.has(operator)) {
            throw new DeviceException("The chip " + soc.name() + " has no operator " + operator.name() + ".");
        }
        return call.begin(table.find(operator).orElseThrow(() -> missing(operator)));
    }

    private DeviceException missing(Operator operator) {
        return new DeviceException("CANN"
                + acl.libraries().folders().home().map(home -> " in " + home).orElse("") + " has no operator "
                + operator.name()
                + ", and nothing takes its place. Install a newer CANN; \"./hearth doctor\" lists what is missing.");
    }

    /** The chip of the card. */
    public Soc soc() {
        return soc;
    }

    /** Whether what is called now is recorded, to be done later any number of times: values of the host are frozen then. */
    public boolean recording() {
        return stream.recording();
    }

    /** Fills memory of the card with one byte value; queued. */
    public void memset(long address, int value, long bytes) {
        stream.fillBytes(address, value, bytes);
    }

    /** Copies within the memory of the card; queued. The two areas do not overlap. */
    public void copyOnCard(long to, long from, long bytes) {
        stream.copyOnCard(from, to, bytes);
    }

    /**
     * Copies a few values of the host to the card; queued. The source may be changed when this returns.
     *
     * @throws DeviceException while work is recorded: the values would be those of now for ever
     */
    public void upload(long address, MemorySegment host) {
        if (stream.recording()) {
            throw new DeviceException("A kernel needs values of the host, which cannot be recorded.");
        }
        staging.upload(host, address);
    }

    /**
     * The mask that CANN's attention takes for causal attention of any length: {@link #MASK_SIZE} rows and columns of bytes, 1
     * above the diagonal, where 1 is masked. Made when it is first asked for, before a call is begun.
     */
    public long causalMask() {
        if (mask == null) {
            byte[] bytes = new byte[MASK_SIZE * MASK_SIZE];
            for (int row = 0; row < MASK_SIZE; row++) {
                Arrays.fill(bytes, row * MASK_SIZE + row + 1, (row + 1) * MASK_SIZE, (byte) 1);
            }
            DeviceBuffer made = allocate.apply(bytes.length);
            upload(made.address(), MemorySegment.ofArray(bytes));
            mask = made;
        }
        return mask.address();
    }

    /** Calls that are prepared now. */
    int prepared() {
        return cache.size();
    }

    /** Destroys what was prepared. */
    @Override
    public void close() {
        if (!stream.failed()) {
            stream.card().bind();
            cache.close();
        }
    }
}
